#include "triad/onnx/import/join_slices.h"

#include <algorithm>

#include "triad/graph/rewrite.h"

namespace triad::onnx {
namespace {

using graph::Graph;
using graph::Node;
using graph::Slice;
using graph::ValueId;

constexpr ValueId kNone = -1;

// The value that the inputs of a Concat make up, else kNone.
ValueId find_whole(const Graph& graph,
                   const std::vector<std::size_t>& producers,
                   const Node& concat) {
  ValueId whole = kNone;
  std::int64_t channel = 0;
  for (const ValueId input : concat.inputs) {
    const Node& node = graph.nodes[producers[std::size_t(input)]];
    const Slice* slice = channel_slice(node);
    if (!slice || slice->channels.start != channel) return kNone;
    if (whole != kNone && node.inputs[0] != whole) return kNone;
    whole = node.inputs[0];
    channel += graph.value(input).shape[0];
  }
  return graph.value(whole).shape == graph.value(concat.output).shape ? whole
                                                                      : kNone;
}

}  // namespace

const Slice* channel_slice(const Node& node) {
  const auto* slice = std::get_if<Slice>(&node.op);
  const bool channels_alone = slice && slice->channels.stride == 1 &&
                              slice->rows == graph::Range{} &&
                              slice->columns == graph::Range{};
  return channels_alone ? slice : nullptr;
}

Graph join_slices(Graph graph) {
  const std::vector<std::size_t> producers = find_producers(graph);
  std::vector<bool> removed(graph.nodes.size(), false);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    Node& concat = graph.nodes[i];
    if (!std::holds_alternative<graph::Concat>(concat.op) ||
        std::ranges::count(graph.outputs, concat.output) > 0)
      continue;
    const ValueId whole = find_whole(graph, producers, concat);
    if (whole == kNone) continue;
    for (Node& node : graph.nodes)
      std::ranges::replace(node.inputs, concat.output, whole);
    concat.inputs.clear();
    removed[i] = true;
  }
  const std::vector<int> readers = count_readers(graph);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    if (std::holds_alternative<Slice>(graph.nodes[i].op) &&
        readers[std::size_t(graph.nodes[i].output)] == 0)
      removed[i] = true;
  return remove_nodes(std::move(graph), removed);
}

}  // namespace triad::onnx
