#include "triad/reference/integer_executor.h"

#include "triad/base/error.h"
#include "triad/graph/integer_rules.h"
#include "triad/reference/layout.h"

namespace triad::reference {
namespace {

using encoding::Quantization;
using graph::Node;
using Integers = std::vector<std::int16_t>;
using Sums = std::vector<std::int32_t>;

// One node with quantized inputs on one picture.
struct Layer {
  const graph::Graph& graph;
  const Node& node;
  const std::vector<Filter<std::int8_t>>& filters;
  const std::vector<IntegerValue>& values;

  const Integers& input(std::size_t i = 0) const {
    return values[std::size_t(node.inputs[i])].integers;
  }
  const Shape& shape(std::size_t i = 0) const {
    return graph.value(node.inputs[i]).shape;
  }
  const Shape& output() const { return graph.value(node.output).shape; }
  const Quantization& from(std::size_t i = 0) const {
    return *graph.value(node.inputs[i]).quantization;
  }
  const Quantization& to() const {
    return *graph.value(node.output).quantization;
  }
  const graph::Requantization& integers() const {
    return node.requantization.front();
  }

  Integers centred() const {
    Integers result = input();
    for (std::int16_t& q : result) q = encoding::centre(q, from());
    return result;
  }

  // Accumulators [K, pixels] without bias to output integers, or to logits.
  IntegerValue finish(Sums sums) const {
    IntegerValue result;
    const std::size_t pixels = sums.size() / integers().bias.size();
    for (std::size_t i = 0; i < sums.size(); ++i) {
      const std::size_t k = i / pixels;
      const std::int32_t sum = sums[i] + integers().bias[k];
      if (integers().multiplier.empty())
        result.reals.push_back(integers().logit_scale[k] * float(sum));
      else
        result.integers.push_back(std::int16_t(encoding::requantise(
            sum, integers().shift, integers().multiplier[k], to())));
    }
    return result;
  }

  IntegerValue average(const graph::AveragePool& op) const {
    const auto common =
        std::int32_t(graph::common_divisor(op, shape(), output()));
    const Integers terms = centred();
    return {pool_windows(
                op, std::span(terms), shape(), output(), std::int32_t(0),
                [](std::int32_t sum, std::int16_t d) { return sum + d; },
                [&](std::int32_t sum, const graph::PoolWindow& window) {
                  return std::int16_t(encoding::requantise(
                      sum * (common / std::int32_t(window.divisor)),
                      integers().shift, integers().multiplier[0], to()));
                }),
            {}};
  }

  // An element function other than Relu.
  IntegerValue look_up() const {
    Integers result = input();
    for (std::int16_t& q : result)
      q = std::int16_t(encoding::look_up(q, from(), integers().table.data()));
    return {result, {}};
  }

  // Term of element j of input i in an Add, Concat or stand-alone Relu.
  std::int32_t term(std::size_t i, std::size_t j) const {
    return encoding::rounding_high_multiply(
        encoding::align(input(i)[j], from(i)), integers().multiplier[i]);
  }
  std::int16_t combined(std::int32_t sum) const {
    return std::int16_t(encoding::combine(sum, integers().shift, to()));
  }

  IntegerValue operator()(const graph::Input&) const { return {}; }
  IntegerValue operator()(const graph::Conv2d& op) const {
    return finish(convolve<std::int16_t, std::int8_t, std::int32_t>(
        op, centred(), shape(), filters, output()));
  }
  IntegerValue operator()(const graph::Linear&) const {
    return finish(
        multiply<std::int16_t, std::int8_t, std::int32_t>(centred(), filters));
  }
  IntegerValue operator()(const graph::BatchNorm&) const { return {}; }

  IntegerValue operator()(const graph::Relu&) const {
    Integers result;
    for (std::size_t j = 0; j < input().size(); ++j)
      result.push_back(
          std::max(combined(term(0, j)), std::int16_t(to().zero_point)));
    return {result, {}};
  }
  IntegerValue operator()(const graph::LeakyRelu&) const { return look_up(); }
  IntegerValue operator()(const graph::Clip&) const { return look_up(); }
  IntegerValue operator()(const graph::HardSigmoid&) const { return look_up(); }
  IntegerValue operator()(const graph::HardSwish&) const { return look_up(); }
  IntegerValue operator()(const graph::Sigmoid&) const { return look_up(); }

  IntegerValue operator()(const graph::MaxPool& op) const {
    return {max_pool<std::int16_t>(op, input(), shape(), output()), {}};
  }
  IntegerValue operator()(const graph::AveragePool& op) const {
    return average(op);
  }
  IntegerValue operator()(const graph::GlobalAveragePool&) const {
    return average(graph::whole_picture(shape()));
  }

  IntegerValue operator()(const graph::Add&) const {
    Integers result;
    for (std::size_t j = 0; j < input().size(); ++j) {
      std::int32_t sum = 0;
      for (std::size_t i = 0; i < node.inputs.size(); ++i) sum += term(i, j);
      result.push_back(combined(sum));
    }
    return {result, {}};
  }

  IntegerValue operator()(const graph::Mul&) const {
    const Factors factors(shape(0), shape(1));
    Integers result;
    for (std::size_t j = 0; j < factors.count(); ++j)
      result.push_back(std::int16_t(encoding::requantise(
          encoding::product(input(0)[factors.index(0, j)], from(0),
                            input(1)[factors.index(1, j)], from(1)),
          integers().shift, integers().multiplier[0], to())));
    return {result, {}};
  }

  IntegerValue operator()(const graph::Concat&) const {
    Integers result;
    for (std::size_t i = 0; i < node.inputs.size(); ++i)
      for (std::size_t j = 0; j < input(i).size(); ++j)
        result.push_back(combined(term(i, j)));
    return {result, {}};
  }

  IntegerValue operator()(const graph::Flatten&) const { return {input(), {}}; }
  IntegerValue operator()(const graph::Pad& op) const {
    return {pad(op, std::span(input()), shape(), output(),
                std::int16_t(from().zero_point)),
            {}};
  }
  IntegerValue operator()(const graph::ChannelsLast&) const {
    return {channels_last<std::int16_t>(input(), shape()), {}};
  }
  IntegerValue operator()(const graph::Slice& op) const {
    return {slice<std::int16_t>(op, input(), shape(), output()), {}};
  }
  IntegerValue operator()(const graph::Resize& op) const {
    return {resize<std::int16_t>(op, input(), shape(), output()), {}};
  }
  IntegerValue operator()(const graph::Dropout&) const { return {input(), {}}; }
  IntegerValue operator()(const graph::Softmax&) const { return {}; }
};

// The real numbers of a value.
std::vector<float> reals(const graph::Value& value,
                         const IntegerValue& computed) {
  if (!value.quantization) return computed.reals;
  std::vector<float> result;
  for (const std::int16_t q : computed.integers)
    result.push_back(value.quantization->scale *
                     float(q - value.quantization->zero_point));
  return result;
}

// Whether a node works on real numbers: what follows the logits.
bool works_on_reals(const graph::Graph& graph, const Node& node) {
  return std::holds_alternative<graph::Softmax>(node.op) ||
         !graph.value(node.inputs[0]).quantization;
}

}  // namespace

graph::Support IntegerExecutor::supports(const Node& node) const {
  if (std::holds_alternative<graph::BatchNorm>(node.op))
    return {false, "a batch norm must be folded before integers"};
  const bool weighted = node.find("weight") != nullptr;
  if (weighted && node.requantization.empty())
    return {false, "it is not lowered to integers"};
  return {};
}

void IntegerExecutor::load(graph::Graph graph) {
  graph::check_integer_rules(graph);
  filters_.clear();
  for (const Node& node : graph.nodes) {
    filters_.emplace_back();
    if (!node.find("weight")) continue;
    filters_.back() = make_filters<std::int8_t>(
        graph::integer_codes(node.find("weight")->encoding, node.name),
        graph.value(node.output).shape[0]);
  }
  graph_ = std::move(graph);
}

std::vector<IntegerValue> IntegerExecutor::values(
    std::span<const std::uint8_t> picture) const {
  std::vector<IntegerValue> values(graph_.values.size());
  Integers& input = values[std::size_t(graph_.input())].integers;
  const std::size_t channels = graph_.input_table.size() / 256;
  const std::size_t pixels = picture.size() / channels;
  for (std::size_t i = 0; i < picture.size(); ++i)
    input.push_back(graph_.input_table[i / pixels * 256 + picture[i]]);
  for (std::size_t i = 1; i < graph_.nodes.size(); ++i) {
    const Node& node = graph_.nodes[i];
    IntegerValue& output = values[std::size_t(node.output)];
    if (!works_on_reals(graph_, node)) {
      output = std::visit(Layer{graph_, node, filters_[i], values}, node.op);
      continue;
    }
    output.reals = reals(graph_.value(node.inputs[0]),
                         values[std::size_t(node.inputs[0])]);
    if (std::holds_alternative<graph::Softmax>(node.op))
      output.reals =
          softmax(output.reals, graph_.value(node.inputs[0]).shape.back());
  }
  return values;
}

std::vector<graph::Tensor> IntegerExecutor::run(const graph::Pictures& batch,
                                                std::size_t subnet) {
  require_runnable(graph_, batch, subnet);
  return for_each_picture(graph_, batch, [&](auto picture) {
    const std::vector<IntegerValue> all = values(picture);
    std::vector<std::vector<float>> outputs;
    for (const graph::ValueId id : graph_.outputs)
      outputs.push_back(reals(graph_.value(id), all[std::size_t(id)]));
    return outputs;
  });
}

}  // namespace triad::reference
