#include "triad/graph/graph.h"

namespace triad::graph {

Cost count(const Node& node, const Graph& graph) {
  Cost cost;
  for (const std::string_view name : {"weight", "bias"})
    if (const Parameter* parameter = node.find(name))
      cost.parameters += element_count(encoding::shape(parameter->encoding));
  if (std::holds_alternative<Conv2d>(node.op) ||
      std::holds_alternative<Linear>(node.op)) {
    // Every weight of a filter is used once per output pixel.
    const Shape& output = graph.value(node.output).shape;
    const Shape& weight = encoding::shape(node.find("weight")->encoding);
    cost.macs = element_count(weight) * (element_count(output) / output[0]);
  }
  return cost;
}

Cost count(const Graph& graph) {
  Cost total;
  for (const Node& node : graph.nodes) {
    const Cost cost = count(node, graph);
    total.parameters += cost.parameters;
    total.macs += cost.macs;
  }
  return total;
}

}  // namespace triad::graph
