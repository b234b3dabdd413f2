#include "triad/graph/builder.h"

#include "triad/base/error.h"
#include "triad/graph/parameter_rules.h"

namespace triad::graph {
namespace {

Parameter make_parameter(const ParameterRule& rule) {
  const auto size = std::size_t(element_count(rule.shape));
  return {std::string(rule.name),
          encoding::Dense{rule.shape, encoding::share(std::vector<float>(
                                          size, rule.initial))}};
}

}  // namespace

Builder::Builder(std::string name, Shape input) {
  require(input.size() == 3 && input[0] > 0 && input[1] > 0 && input[2] > 0,
          "network '{}': expected a positive [C, H, W] input, got {}", name,
          to_string(input));
  graph_.name = std::move(name);
  const auto channels = std::size_t(input[0]);
  graph_.preprocessing = {std::vector<float>(channels, 0.0f),
                          std::vector<float>(channels, 1.0f)};
  graph_.values.push_back({.name = "input", .shape = std::move(input)});
  graph_.nodes.push_back({.name = "input", .op = Input{}, .output = 0});
}

ValueId Builder::input() const { return graph_.input(); }

ValueId Builder::add(std::string name, Op op, std::vector<ValueId> inputs) {
  return append({.name = std::move(name),
                 .op = std::move(op),
                 .inputs = std::move(inputs)},
                true);
}

ValueId Builder::conv(std::string name, ValueId x, Conv2d op, bool bias) {
  return append({.name = std::move(name), .op = op, .inputs = {x}}, bias);
}

ValueId Builder::linear(std::string name, ValueId x, std::int64_t outputs,
                        bool bias) {
  return append({.name = std::move(name), .op = Linear{outputs}, .inputs = {x}},
                bias);
}

const Shape& Builder::shape(ValueId id) const { return graph_.value(id).shape; }

ValueId Builder::append(Node node, bool bias) {
  std::vector<Shape> shapes;
  for (const ValueId id : node.inputs) {
    require(id >= 0 && std::size_t(id) < graph_.values.size(),
            "{} '{}': expected inputs that exist, got value {}",
            triad::graph::name(node.op), node.name, id);
    shapes.push_back(shape(id));
  }
  node.output = ValueId(graph_.values.size());
  const Shape output = infer_shape(node, shapes);
  for (const ParameterRule& rule : parameter_rules(node.op, shapes.front()))
    if (bias || !rule.optional) node.parameters.push_back(make_parameter(rule));
  graph_.values.push_back({.name = node.name, .shape = output});
  graph_.nodes.push_back(std::move(node));
  return graph_.nodes.back().output;
}

Graph Builder::finish(std::vector<ValueId> outputs) {
  graph_.outputs = std::move(outputs);
  validate(graph_);
  return std::move(graph_);
}

}  // namespace triad::graph
