#include "triad/graph/remove_dead_channels.h"

#include <algorithm>
#include <optional>

#include "triad/base/error.h"
#include "triad/graph/element_function.h"
#include "triad/graph/rewrite.h"
#include "triad/graph/slice.h"

namespace triad::graph {
namespace {

template <typename... Ops>
bool is_any(const Op& op) {
  return (std::holds_alternative<Ops>(op) || ...);
}

// A layer whose every output channel depends on every input channel.
bool is_layer(const Node& node) {
  const auto* conv = std::get_if<Conv2d>(&node.op);
  return (conv && conv->groups == 1) || std::holds_alternative<Linear>(node.op);
}

// Ops that neither mix channels nor change their order.
bool keeps_channels_apart(const Op& op) {
  if (const auto* slice = std::get_if<Slice>(&op))
    return slice->channels == Range{};
  return is_element_function(op) ||
         is_any<BatchNorm, MaxPool, AveragePool, GlobalAveragePool, Resize,
                Dropout, Flatten>(op);
}

const encoding::Encoding& weight(const Node& node) {
  return node.find("weight")->encoding;
}

// Nodes by index: a layer, what lies between, the next layer.
struct Chain {
  std::size_t first = 0, last = 0;
  std::vector<std::size_t> between = {};
};

std::optional<Chain> find_chain(const Graph& graph, std::size_t first,
                                const std::vector<int>& readers) {
  if (!is_layer(graph.nodes[first])) return std::nullopt;
  Chain chain{.first = first};
  ValueId value = graph.nodes[first].output;
  for (std::size_t i = first + 1; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    if (std::ranges::find(node.inputs, value) == node.inputs.end()) continue;
    if (readers[std::size_t(value)] != 1) return std::nullopt;
    chain.last = i;
    if (is_layer(node)) return chain;
    if (!keeps_channels_apart(node.op)) return std::nullopt;
    chain.between.push_back(i);
    value = node.output;
  }
  return std::nullopt;
}

// Whether all weights of each slice along an axis are zero; `inner` weights lie
// together, `size` slices repeat.
std::vector<bool> find_zero_slices(const std::vector<float>& weights,
                                   std::size_t size, std::size_t inner) {
  std::vector<bool> zero(size, true);
  for (std::size_t i = 0; i < weights.size(); ++i)
    if (weights[i] != 0.0f) zero[i / inner % size] = false;
  return zero;
}

// What the nodes between make of a channel that is `constant` everywhere, if
// that is surely zero.
bool becomes_zero(const Graph& graph, const Chain& chain, float constant) {
  double x = constant;
  bool is_constant = true;  // else between 0 and x: padding was averaged in
  for (const std::size_t i : chain.between) {
    const Op& op = graph.nodes[i].op;
    if (is_any<BatchNorm>(op)) return false;
    if (is_any<AveragePool>(op) && x != 0) is_constant = false;
    if (!is_element_function(op)) continue;
    if (!is_constant && !is_any<Relu>(op)) return false;
    x = element_function(op, x);
    if (x == 0) is_constant = true;  // by Relu: all between is zero too
  }
  return x == 0;
}

// Channels of the chain's first layer that can go, blocks not yet regarded.
std::vector<bool> find_dead(const Graph& graph, const Chain& chain) {
  const Node& first = graph.nodes[chain.first];
  const Node& last = graph.nodes[chain.last];
  const std::vector<float> filters = encoding::decode(weight(first));
  const std::vector<float> readers = encoding::decode(weight(last));
  const auto channels = std::size_t(encoding::shape(weight(first))[0]);
  const Shape& shape = encoding::shape(weight(last));
  // A channel of a flattened picture is several inputs of a linear layer.
  const std::size_t inner = readers.size() / std::size_t(shape[0]) / channels;

  std::vector<bool> dead = find_zero_slices(readers, channels, inner);
  const std::vector<bool> empty =
      find_zero_slices(filters, channels, filters.size() / channels);
  const Parameter* bias = first.find("bias");
  const std::vector<float> constants =
      bias ? encoding::decode(bias->encoding) : std::vector<float>(channels);
  for (std::size_t k = 0; k < channels; ++k)
    if (empty[k] && becomes_zero(graph, chain, constants[k])) dead[k] = true;
  return dead;
}

// Clears every mark of a block of `size` that is not marked whole.
// Each mark stands for `repeat` neighbours. Returns whether any was cleared.
bool keep_partial_blocks(std::vector<bool>& dead, std::size_t size,
                         std::size_t repeat) {
  bool cleared = false;
  const std::size_t count = dead.size() * repeat;
  for (std::size_t begin = 0; begin < count; begin += size) {
    const std::size_t end = std::min(begin + size, count);
    bool whole = true;
    for (std::size_t i = begin; i < end; ++i) whole &= dead[i / repeat];
    if (whole) continue;
    for (std::size_t i = begin; i < end; ++i) {
      cleared |= dead[i / repeat];
      dead[i / repeat] = false;
    }
  }
  return cleared;
}

// The channels that stay. All do if fewer than one block would.
Kept find_kept(const Graph& graph, const Chain& chain) {
  const encoding::Encoding& first = weight(graph.nodes[chain.first]);
  const encoding::Encoding& last = weight(graph.nodes[chain.last]);
  std::vector<bool> dead = find_dead(graph, chain);
  if (std::ranges::count(dead, false) == 0) dead[0] = false;
  const std::int64_t repeat =
      encoding::shape(last)[1] / std::int64_t(dead.size());
  const std::int64_t outputs = output_block(first), inputs = input_block(last);
  while (keep_partial_blocks(dead, std::size_t(outputs), 1) ||
         keep_partial_blocks(dead, std::size_t(inputs), std::size_t(repeat))) {
  }
  const std::int64_t living = std::ranges::count(dead, false);
  const bool too_few = living < outputs || living * repeat < inputs;
  Kept kept(dead.size(), true);
  for (std::size_t k = 0; k < dead.size(); ++k) kept[k] = too_few || !dead[k];
  return kept;
}

// Each flag `repeat` times.
Kept expand(const Kept& kept, std::size_t repeat) {
  Kept expanded(kept.size() * repeat);
  for (std::size_t i = 0; i < expanded.size(); ++i)
    expanded[i] = kept[i / repeat];
  return expanded;
}

// Cuts the outputs of a layer, or the channels of a batch norm.
void cut_outputs(Graph& graph, Node& node, const Kept& kept) {
  Shape& shape = graph.values[std::size_t(node.output)].shape;
  const Kept expanded = expand(kept, std::size_t(shape[0]) / kept.size());
  for (Parameter& parameter : node.parameters)
    parameter.encoding = keep_outputs(parameter.encoding, expanded);
  shape[0] = std::ranges::count(expanded, true);
  if (auto* conv = std::get_if<Conv2d>(&node.op)) conv->outputs = shape[0];
  if (auto* linear = std::get_if<Linear>(&node.op)) linear->outputs = shape[0];
}

void cut(Graph& graph, const Chain& chain, const Kept& kept) {
  cut_outputs(graph, graph.nodes[chain.first], kept);
  for (const std::size_t i : chain.between)
    cut_outputs(graph, graph.nodes[i], kept);
  encoding::Encoding& last = graph.nodes[chain.last].find("weight")->encoding;
  const auto inputs = std::size_t(encoding::shape(last)[1]);
  last = keep_inputs(last, expand(kept, inputs / kept.size()));
}

}  // namespace

Graph remove_dead_channels(Graph graph) {
  require(!graph.is_lowered(),
          "network '{}': expected dead channels to be removed before lowering",
          graph.name);
  for (const Subnet& subnet : graph.subnets)
    require(subnet.width.empty(),
            "network '{}': expected subnets of full width, got '{}'",
            graph.name, subnet.name);
  const std::vector<int> readers = count_readers(graph);
  // A layer that lost filters no longer reads some inputs: backwards, then
  // again while something went.
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t i = graph.nodes.size(); i-- > 0;) {
      const std::optional<Chain> chain = find_chain(graph, i, readers);
      if (!chain) continue;
      const Kept kept = find_kept(graph, *chain);
      if (std::ranges::count(kept, false) == 0) continue;
      cut(graph, *chain, kept);
      changed = true;
    }
  }
  return graph;
}

}  // namespace triad::graph
