#include "triad/graph/rewrite.h"

#include <utility>

namespace triad::graph {

std::vector<int> count_readers(const Graph& graph) {
  std::vector<int> readers(graph.values.size(), 0);
  for (const Node& node : graph.nodes)
    for (const ValueId id : node.inputs) ++readers[std::size_t(id)];
  for (const ValueId id : graph.outputs) ++readers[std::size_t(id)];
  return readers;
}

std::vector<std::size_t> find_producers(const Graph& graph) {
  std::vector<std::size_t> producers(graph.values.size());
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    producers[std::size_t(graph.nodes[i].output)] = i;
  return producers;
}

Graph remove_nodes(Graph graph, const std::vector<bool>& removed) {
  std::vector<Node> nodes;
  std::vector<bool> produced(graph.values.size(), false);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (removed[i]) continue;
    produced[std::size_t(graph.nodes[i].output)] = true;
    nodes.push_back(std::move(graph.nodes[i]));
  }
  graph.nodes = std::move(nodes);

  std::vector<ValueId> renumbered(graph.values.size(), -1);
  std::vector<Value> values;
  for (std::size_t i = 0; i < graph.values.size(); ++i) {
    if (!produced[i]) continue;
    renumbered[i] = ValueId(values.size());
    values.push_back(std::move(graph.values[i]));
  }
  graph.values = std::move(values);

  const auto renumber = [&](ValueId& id) { id = renumbered[std::size_t(id)]; };
  for (Node& node : graph.nodes) {
    for (ValueId& id : node.inputs) renumber(id);
    renumber(node.output);
  }
  for (ValueId& id : graph.outputs) renumber(id);
  for (Subnet& subnet : graph.subnets) {
    std::vector<std::int64_t> width;
    for (std::size_t i = 0; i < subnet.width.size(); ++i)
      if (produced[i]) width.push_back(subnet.width[i]);
    subnet.width = std::move(width);
  }
  return graph;
}

}  // namespace triad::graph
