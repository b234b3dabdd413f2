#include "triad/quantise/to_float.h"

#include <cmath>

#include "triad/base/error.h"
#include "triad/graph/derived_scales.h"
#include "triad/graph/integer_rules.h"

namespace triad::quantise {
namespace {

using graph::Node;

// The bias parameter that the integer one stands for, rounded once to float.
graph::Parameter float_bias(const Node& node, const graph::Graph& lowered) {
  const std::vector<float> scales = graph::derived_scales(node, lowered);
  const double input_scale = lowered.value(node.inputs[0]).quantization->scale;
  std::vector<float> bias;
  for (std::size_t k = 0; k < scales.size(); ++k)
    bias.push_back(float(node.requantization.front().bias[k] *
                         (double(scales[k]) * input_scale)));
  const Shape shape{std::int64_t(bias.size())};
  return {"bias", encoding::Dense{shape, encoding::share(std::move(bias))}};
}

// Whether `node` computes its output, and saturation there acts as a Relu.
bool acts_as_relu(const Node& node, const graph::Value& output) {
  const bool computes =
      std::holds_alternative<graph::Conv2d>(node.op) ||
      std::holds_alternative<graph::Linear>(node.op) ||
      std::holds_alternative<graph::Add>(node.op) ||
      std::holds_alternative<graph::Concat>(node.op) ||
      std::holds_alternative<graph::AveragePool>(node.op) ||
      std::holds_alternative<graph::GlobalAveragePool>(node.op);
  return computes && output.quantization && !output.quantization->is_signed &&
         output.quantization->zero_point == 0;
}

graph::Op relu_of(const encoding::Quantization& output) {
  const double highest = double(output.scale) * output.highest();
  if (std::abs(highest - 6) < 1e-5) return graph::Clip{0, 6};
  return graph::Relu{};
}

}  // namespace

graph::Graph to_float(const graph::Graph& lowered) {
  check_integer_rules(lowered);
  graph::Graph result = lowered;
  result.nodes.clear();
  result.input_table.clear();
  for (const Node& node : lowered.nodes) {
    const graph::Value output = lowered.value(node.output);
    result.nodes.push_back(node);
    Node& copy = result.nodes.back();
    if (node.find("weight"))
      copy.parameters.push_back(float_bias(node, lowered));
    copy.requantization.clear();
    if (!acts_as_relu(node, output)) continue;
    // The Relu takes over the value its readers know.
    const auto before = graph::ValueId(result.values.size());
    result.values.push_back({node.name + ".sum", output.shape});
    copy.output = before;
    result.nodes.push_back({.name = node.name + ".relu",
                            .op = relu_of(*output.quantization),
                            .inputs = {before},
                            .output = node.output});
  }
  for (graph::Value& value : result.values) value.quantization.reset();
  validate(result);
  return result;
}

}  // namespace triad::quantise
