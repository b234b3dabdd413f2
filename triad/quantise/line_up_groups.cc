#include "triad/quantise/line_up_groups.h"

#include <algorithm>
#include <bit>
#include <numeric>

#include "triad/base/error.h"
#include "triad/encoding/ternary.h"
#include "triad/graph/channel_spaces.h"

namespace triad::quantise {
namespace {

using encoding::PeGeometry;
using encoding::Ternary;
using graph::Graph;
using graph::Node;

using Order = std::vector<std::int64_t>;  // old channel of each new one
using Bits = std::vector<std::uint64_t>;

// Spaces depend on each other: the groups that a channel needs in one layer
// hang on the order of that layer's other side.
constexpr int kSweeps = 2;

Ternary* ternary_weight(Node& node) {
  graph::Parameter* weight = node.find("weight");
  return weight ? std::get_if<Ternary>(&weight->encoding) : nullptr;
}

PeGeometry fitting(const PeGeometry& geometry, const Shape& shape) {
  const auto weight = encoding::weight_shape(shape);
  const auto least = [](int asked, std::int64_t size) {
    return int(std::min<std::int64_t>(asked, size));
  };
  return {least(geometry.outputs, weight.outputs),
          least(geometry.inputs, weight.inputs),
          least(geometry.taps, weight.taps)};
}

encoding::Pattern pattern_of(const Ternary& weight, const PeGeometry& asked) {
  const PeGeometry geometry = fitting(asked, weight.shape);
  const auto structure = encoding::Structure::pe_group;
  const encoding::Grouping grouping(encoding::weight_shape(weight.shape),
                                    structure, geometry);
  std::vector<std::int8_t> any(std::size_t(grouping.shape().count()));
  for (const encoding::TernaryTerm& term : weight.terms)
    for (std::size_t i = 0; i < any.size(); ++i) any[i] |= (*term.codes)[i];
  return find_pattern(any, grouping, structure, geometry);
}

std::int64_t living(const encoding::Pattern& pattern) {
  return std::accumulate(pattern.alive.begin(), pattern.alive.end(),
                         std::int64_t(0));
}

// Row-major values [outer][channels][inner], the middle axis reordered.
template <typename T>
std::vector<T> reordered(const std::vector<T>& values, const Order& order,
                         std::size_t inner) {
  std::vector<T> result(values.size());
  const std::size_t block = order.size() * inner;
  for (std::size_t first = 0; first < values.size(); first += block)
    for (std::size_t k = 0; k < order.size(); ++k)
      std::copy_n(values.begin() +
                      std::ptrdiff_t(first + std::size_t(order[k]) * inner),
                  inner, result.begin() + std::ptrdiff_t(first + k * inner));
  return result;
}

enum class Side { outputs, inputs };

void reorder_codes(encoding::Codes& codes, const Order& order,
                   std::size_t inner) {
  codes = encoding::share(reordered(*codes, order, inner));
}
void reorder_scales(std::vector<float>& scales, const Order& order, Side side) {
  if (side == Side::outputs && scales.size() > 1)
    scales = reordered(scales, order, 1);
}

void reorder(Ternary& weight, const Order& order, Side side,
             std::size_t inner) {
  for (encoding::TernaryTerm& term : weight.terms) {
    reorder_codes(term.codes, order, inner);
    reorder_scales(term.scales, order, side);
  }
}
void reorder(encoding::Levels& weight, const Order& order, Side side,
             std::size_t inner) {
  reorder_codes(weight.codes, order, inner);
  reorder_scales(weight.scales, order, side);
}
void reorder(encoding::Dense& weight, const Order& order, Side,
             std::size_t inner) {
  weight.values = encoding::share(reordered(*weight.values, order, inner));
}

// Weights of a layer [K, C, taps] along one side; `repeat` of ChannelUse.
void reorder(Node& node, const Order& order, Side side, std::int64_t repeat) {
  graph::Parameter* weight = node.find("weight");
  const auto shape = encoding::weight_shape(encoding::shape(weight->encoding));
  const std::int64_t inner =
      side == Side::outputs ? shape.inputs * shape.taps : shape.taps * repeat;
  std::visit(
      [&](auto& encoding) {
        reorder(encoding, order, side, std::size_t(inner));
      },
      weight->encoding);
  if (side == Side::inputs) return;
  if (graph::Parameter* bias = node.find("bias"))
    std::visit([&](auto& encoding) { reorder(encoding, order, side, 1); },
               bias->encoding);
  const auto apply = [&](auto& values) {
    if (!values.empty()) values = reordered(values, order, 1);
  };
  for (graph::Requantization& integers : node.requantization) {
    apply(integers.bias);
    apply(integers.multiplier);
    apply(integers.logit_scale);
  }
}

void reorder(Graph& graph, const graph::ChannelSpace& space,
             const Order& order) {
  for (const std::size_t writer : space.writers)
    reorder(graph.nodes[writer], order, Side::outputs, 1);
  for (const graph::ChannelUse& reader : space.readers)
    reorder(graph.nodes[reader.node], order, Side::inputs, reader.repeat);
}

// Appends to each channel's bits which groups of a weight it would keep alive,
// blocks of the weight's other axis x taps.
void append_needs(const Ternary& weight, const PeGeometry& asked, Side side,
                  std::int64_t repeat, std::vector<Bits>& needs) {
  const auto shape = encoding::weight_shape(weight.shape);
  const PeGeometry geometry = fitting(asked, weight.shape);
  const bool by_output = side == Side::outputs;
  const std::int64_t block = by_output ? geometry.inputs : geometry.outputs;
  const std::int64_t others = by_output ? shape.inputs : shape.outputs;
  const std::int64_t taps = (shape.taps + geometry.taps - 1) / geometry.taps;
  const std::int64_t blocks = (others + block - 1) / block;
  const std::size_t first = needs[0].size();
  for (Bits& bits : needs)
    bits.resize(first + std::size_t((blocks * taps + 63) / 64));
  for (const encoding::TernaryTerm& term : weight.terms) {
    std::size_t i = 0;
    for (std::int64_t k = 0; k < shape.outputs; ++k)
      for (std::int64_t c = 0; c < shape.inputs; ++c)
        for (std::int64_t tap = 0; tap < shape.taps; ++tap, ++i) {
          if ((*term.codes)[i] == 0) continue;
          const std::int64_t bit =
              (by_output ? c : k) / block * taps + tap / geometry.taps;
          needs[std::size_t(by_output ? k : c / repeat)]
               [first + std::size_t(bit / 64)] |= std::uint64_t(1) << bit % 64;
        }
  }
}

// Bits that differ.
int distance(const Bits& a, const Bits& b) {
  int count = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    count += std::popcount(a[i] ^ b[i]);
  return count;
}

// Blocks of `size` channels: the one that needs most, then those closest to
// what the block needs already. Those that need much less are left for blocks
// that need less.
Order gather(const std::vector<Bits>& needs, std::int64_t size) {
  Order order, left(needs.size());
  std::iota(left.begin(), left.end(), 0);
  const Bits nothing(needs[0].size());
  Bits all = nothing;
  while (!left.empty()) {
    const bool begins = std::int64_t(order.size()) % size == 0;
    if (begins) all = nothing;
    const auto cost = [&](std::int64_t channel) {
      const int away = distance(all, needs[std::size_t(channel)]);
      return begins ? -away : away;
    };
    const auto next = std::ranges::min_element(left, {}, cost);
    const Bits& needed = needs[std::size_t(*next)];
    for (std::size_t i = 0; i < all.size(); ++i) all[i] |= needed[i];
    order.push_back(*next);
    left.erase(next);
  }
  return order;
}

// Living groups of the layers around a space, each as often as it is computed.
double cost_of(Graph& graph, const graph::ChannelSpace& space,
               const PeGeometry& geometry) {
  double cost = 0;
  const auto add = [&](std::size_t index) {
    Node& node = graph.nodes[index];
    const Ternary* weight = ternary_weight(node);
    if (!weight) return;
    const Shape& shape = graph.value(node.output).shape;
    const double pixels = shape.size() == 3 ? double(shape[1] * shape[2]) : 1.0;
    cost += pixels * double(living(pattern_of(*weight, geometry)));
  };
  for (const std::size_t writer : space.writers) add(writer);
  for (const graph::ChannelUse& reader : space.readers) add(reader.node);
  return cost;
}

void line_up(Graph& graph, const graph::ChannelSpace& space,
             const PeGeometry& geometry) {
  std::vector<Bits> needs(std::size_t(space.channels));
  for (const std::size_t writer : space.writers)
    if (const Ternary* weight = ternary_weight(graph.nodes[writer]))
      append_needs(*weight, geometry, Side::outputs, 1, needs);
  for (const graph::ChannelUse& reader : space.readers)
    if (const Ternary* weight = ternary_weight(graph.nodes[reader.node]))
      append_needs(*weight, geometry, Side::inputs, reader.repeat, needs);
  if (needs[0].empty()) return;
  const double before = cost_of(graph, space, geometry);
  const Order order =
      gather(needs, std::max(geometry.outputs, geometry.inputs));
  reorder(graph, space, order);
  if (cost_of(graph, space, geometry) < before) return;
  Order back(order.size());
  for (std::size_t k = 0; k < order.size(); ++k)
    back[std::size_t(order[k])] = std::int64_t(k);
  reorder(graph, space, back);
}

std::int64_t count_living(Graph& graph, const PeGeometry& geometry) {
  std::int64_t count = 0;
  for (Node& node : graph.nodes)
    if (const Ternary* weight = ternary_weight(node))
      count += living(pattern_of(*weight, geometry));
  return count;
}

}  // namespace

LinedUp line_up_groups(Graph graph, const PeGeometry& geometry) {
  require(graph.is_lowered(), "{}: channels are lined up in lowered networks",
          graph.name);
  require(geometry.outputs > 0 && geometry.inputs > 0 && geometry.taps > 0,
          "groups: expected at least 1 x 1 x 1 weights, got {} x {} x {}",
          geometry.outputs, geometry.inputs, geometry.taps);
  LinedUp result{.living_before = count_living(graph, geometry)};
  const auto spaces = find_channel_spaces(graph);
  for (int sweep = 0; sweep < kSweeps; ++sweep)
    for (const graph::ChannelSpace& space : spaces)
      if (space.is_free && space.channels > 1 && !space.writers.empty())
        line_up(graph, space, geometry);
  for (Node& node : graph.nodes)
    if (Ternary* weight = ternary_weight(node)) {
      weight->pattern = pattern_of(*weight, geometry);
      result.groups += std::int64_t(weight->pattern.alive.size());
      result.living_after += living(weight->pattern);
    }
  validate(graph);
  result.graph = std::move(graph);
  return result;
}

}  // namespace triad::quantise
