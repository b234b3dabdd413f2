#include "triad/fpga/logits.h"

#include <fmt/format.h>

#include <algorithm>

#include "triad/graph/rewrite.h"

namespace triad::fpga {
namespace {

// Places of the nodes that follow the logits, the last first.
std::vector<std::size_t> nodes_behind_logits(const graph::Graph& graph) {
  std::vector<std::size_t> behind;
  if (graph.outputs.size() != 1) return behind;
  const auto producers = graph::find_producers(graph);
  for (graph::ValueId value = graph.outputs[0];;) {
    const std::size_t place = producers[std::size_t(value)];
    const graph::Node& node = graph.nodes[place];
    if (!std::holds_alternative<graph::Softmax>(node.op) &&
        !std::holds_alternative<graph::Dropout>(node.op))
      return behind;
    behind.push_back(place);
    value = node.inputs[0];
  }
}

}  // namespace

graph::Graph end_at_logits(graph::Graph graph) {
  const auto behind = nodes_behind_logits(graph);
  if (behind.empty()) return graph;
  const graph::ValueId logits = graph.nodes[behind.back()].inputs[0];
  std::vector<bool> removed(graph.nodes.size()), is_gone(graph.values.size());
  for (const std::size_t place : behind) removed[place] = true;
  // What else reads a value that goes reaches no output.
  for (std::size_t i = behind.back(); i < graph.nodes.size(); ++i) {
    const graph::Node& node = graph.nodes[i];
    removed[i] =
        removed[i] || std::ranges::any_of(node.inputs, [&](graph::ValueId id) {
          return is_gone[std::size_t(id)];
        });
    is_gone[std::size_t(node.output)] = removed[i];
  }
  graph.outputs[0] = logits;
  return graph::remove_nodes(std::move(graph), removed);
}

std::string describe_ending(const graph::Graph& graph) {
  const auto behind = nodes_behind_logits(graph);
  if (behind.empty()) return "";
  const graph::ValueId logits = graph.nodes[behind.back()].inputs[0];
  std::string text =
      fmt::format("the design ends at the logits '{}', in front of",
                  graph.value(logits).name);
  for (auto place = behind.rbegin(); place != behind.rend(); ++place) {
    const graph::Node& node = graph.nodes[*place];
    text += fmt::format(" {} '{}',", name(node.op), node.name);
  }
  return text + (behind.size() > 1 ? " which change no order"
                                   : " which changes no order");
}

}  // namespace triad::fpga
