#include "triad/reference/float_executor.h"

#include <cmath>

#include "triad/base/error.h"
#include "triad/graph/element_function.h"
#include "triad/reference/layout.h"

namespace triad::reference {
namespace {

using graph::Node;
using Floats = std::vector<float>;

// One node on one picture.
struct Layer {
  const graph::Graph& graph;
  const Node& node;
  const std::vector<Filter<float>>& filters;
  const std::vector<Floats>& values;

  const Floats& input(std::size_t i = 0) const {
    return values[std::size_t(node.inputs[i])];
  }
  const Shape& shape(std::size_t i = 0) const {
    return graph.value(node.inputs[i]).shape;
  }
  const Shape& output() const { return graph.value(node.output).shape; }

  // Adds a value per channel, if the node has that parameter.
  void add_bias(Floats& result) const {
    const graph::Parameter* bias = node.find("bias");
    if (!bias) return;
    const Floats b = encoding::decode(bias->encoding);
    const std::size_t pixels = result.size() / b.size();
    for (std::size_t i = 0; i < result.size(); ++i) result[i] += b[i / pixels];
  }

  Floats average(const graph::AveragePool& op) const {
    return pool_windows(
        op, std::span(input()), shape(), output(), 0.0,
        [](double sum, float x) { return sum + x; },
        [](double sum, const graph::PoolWindow& window) {
          return float(sum / double(window.divisor));
        });
  }

  // An element function.
  Floats map() const {
    Floats result = input();
    for (float& x : result) x = float(graph::element_function(node.op, x));
    return result;
  }

  Floats operator()(const graph::Input&) const { return {}; }

  Floats operator()(const graph::Conv2d& op) const {
    Floats result =
        convolve<float, float, float>(op, input(), shape(), filters, output());
    add_bias(result);
    return result;
  }

  Floats operator()(const graph::Linear&) const {
    Floats result = multiply<float, float, float>(input(), filters);
    add_bias(result);
    return result;
  }

  Floats operator()(const graph::BatchNorm& op) const {
    const auto parameter = [&](std::string_view name) {
      return encoding::decode(node.find(name)->encoding);
    };
    const Floats weight = parameter("weight"), bias = parameter("bias");
    const Floats mean = parameter("running_mean");
    const Floats variance = parameter("running_var");
    Floats result = input();
    const std::size_t pixels = result.size() / weight.size();
    for (std::size_t i = 0; i < result.size(); ++i) {
      const std::size_t c = i / pixels;
      const double gain =
          weight[c] / std::sqrt(double(variance[c]) + op.epsilon);
      result[i] = float((result[i] - double(mean[c])) * gain + bias[c]);
    }
    return result;
  }

  Floats operator()(const graph::Relu&) const { return map(); }
  Floats operator()(const graph::LeakyRelu&) const { return map(); }
  Floats operator()(const graph::Clip&) const { return map(); }
  Floats operator()(const graph::HardSigmoid&) const { return map(); }
  Floats operator()(const graph::HardSwish&) const { return map(); }
  Floats operator()(const graph::Sigmoid&) const { return map(); }
  Floats operator()(const graph::MaxPool& op) const {
    return max_pool<float>(op, input(), shape(), output());
  }
  Floats operator()(const graph::AveragePool& op) const { return average(op); }
  Floats operator()(const graph::GlobalAveragePool&) const {
    return average(graph::whole_picture(shape()));
  }

  Floats operator()(const graph::Add&) const {
    Floats result = input();
    for (std::size_t i = 1; i < node.inputs.size(); ++i)
      for (std::size_t j = 0; j < result.size(); ++j) result[j] += input(i)[j];
    return result;
  }

  Floats operator()(const graph::Mul&) const {
    const Factors factors(shape(0), shape(1));
    Floats result;
    for (std::size_t j = 0; j < factors.count(); ++j)
      result.push_back(input(0)[factors.index(0, j)] *
                       input(1)[factors.index(1, j)]);
    return result;
  }

  Floats operator()(const graph::Concat&) const {
    Floats result;
    for (std::size_t i = 0; i < node.inputs.size(); ++i)
      result.insert(result.end(), input(i).begin(), input(i).end());
    return result;
  }

  Floats operator()(const graph::Flatten&) const { return input(); }
  Floats operator()(const graph::Pad& op) const {
    return pad<float>(op, input(), shape(), output(), 0.0f);
  }
  Floats operator()(const graph::Slice& op) const {
    return slice<float>(op, input(), shape(), output());
  }
  Floats operator()(const graph::Resize& op) const {
    return resize<float>(op, input(), shape(), output());
  }
  Floats operator()(const graph::ChannelsLast&) const {
    return channels_last<float>(input(), shape());
  }
  Floats operator()(const graph::Dropout&) const { return input(); }
  Floats operator()(const graph::Softmax&) const {
    return softmax(input(), shape().back());
  }
};

Floats preprocess(const graph::Graph& graph,
                  std::span<const std::uint8_t> picture) {
  const graph::Preprocessing& real = graph.preprocessing;
  const std::size_t pixels = picture.size() / real.mean.size();
  Floats result;
  for (std::size_t i = 0; i < picture.size(); ++i)
    result.push_back((float(picture[i]) / 255.0f - real.mean[i / pixels]) /
                     real.deviation[i / pixels]);
  return result;
}

}  // namespace

graph::Support FloatExecutor::supports(const Node& node) const {
  if (node.requantization.empty()) return {};
  return {false, "it is lowered to integers"};
}

void FloatExecutor::load(graph::Graph graph) {
  require(!graph.is_lowered(),
          "float reference: network '{}' is lowered to integers: run it with "
          "the integer reference, or turn it back to float",
          graph.name);
  require(graph.subnets.size() == 1,
          "float reference: network '{}': expected one subnet, got {}",
          graph.name, graph.subnets.size());
  filters_.clear();
  for (const Node& node : graph.nodes) {
    filters_.emplace_back();
    if (!std::holds_alternative<graph::Conv2d>(node.op) &&
        !std::holds_alternative<graph::Linear>(node.op))
      continue;
    const Floats weights = encoding::decode(node.find("weight")->encoding);
    filters_.back() = make_filters<float>(std::span(weights),
                                          graph.value(node.output).shape[0]);
  }
  graph_ = std::move(graph);
}

std::vector<Floats> FloatExecutor::values(
    std::span<const std::uint8_t> picture) const {
  return values(preprocess(graph_, picture));
}

std::vector<Floats> FloatExecutor::values(Floats input) const {
  std::vector<Floats> values(graph_.values.size());
  values[std::size_t(graph_.input())] = std::move(input);
  for (std::size_t i = 1; i < graph_.nodes.size(); ++i) {
    const Node& node = graph_.nodes[i];
    values[std::size_t(node.output)] =
        std::visit(Layer{graph_, node, filters_[i], values}, node.op);
  }
  return values;
}

std::vector<graph::Tensor> FloatExecutor::run(const graph::Pictures& batch,
                                              std::size_t subnet) {
  require_runnable(graph_, batch, subnet);
  return for_each_picture(graph_, batch, [&](auto picture) {
    const std::vector<Floats> all = values(picture);
    std::vector<Floats> outputs;
    for (const graph::ValueId id : graph_.outputs)
      outputs.push_back(all[std::size_t(id)]);
    return outputs;
  });
}

}  // namespace triad::reference
