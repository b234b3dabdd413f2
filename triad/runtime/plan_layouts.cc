#include "triad/runtime/plan_layouts.h"

#include <algorithm>
#include <map>

#include "triad/runtime/kernels/kernel.h"

namespace triad::runtime {
namespace {

using graph::Graph;
using graph::Node;
using graph::Padding;
using graph::ValueId;

// Wider paddings are left to a copy.
constexpr std::int64_t kLargestHalo = 3;

bool is_picture(const Shape& shape) {
  return shape.size() == 3 && shape[1] * shape[2] > 1;
}

// One element a channel (or row): lies as an [F] does.
bool is_vector(const Shape& shape) { return element_count(shape) == shape[0]; }

// The halo that `node` would like around its input.
Padding wanted_halo(const Node& node) {
  const auto* conv = std::get_if<graph::Conv2d>(&node.op);
  if (conv && conv->stride == graph::Pair{1, 1}) return conv->padding;
  const auto* pool = std::get_if<graph::MaxPool>(&node.op);
  if (pool) return pool->padding;
  return {};
}

// One halo for all pictures of a size, so that sums of them run plane by plane.
std::map<Shape, Padding> find_halos(const Graph& graph) {
  std::map<Shape, Padding> halos;
  for (const Node& node : graph.nodes)
    for (const ValueId input : node.inputs) {
      const Padding wanted = wanted_halo(node);
      const Shape& shape = graph.value(input).shape;
      if (!is_picture(shape) || std::ranges::max(wanted) > kLargestHalo)
        continue;
      Padding& halo = halos[{shape[1], shape[2]}];
      for (std::size_t side = 0; side < 4; ++side)
        halo[side] = std::max(halo[side], wanted[side]);
    }
  return halos;
}

Padding halo_of(const std::map<Shape, Padding>& halos, const Shape& shape) {
  if (!is_picture(shape)) return {};
  const auto found = halos.find({shape[1], shape[2]});
  return found == halos.end() ? Padding{} : found->second;
}

// One pitch for all pictures of a width: convolutions between them then run
// through their rows without a break.
std::map<std::int64_t, std::int64_t> find_pitches(
    const Graph& graph, const std::map<Shape, Padding>& halos) {
  std::map<std::int64_t, std::int64_t> pitches;
  for (const graph::Value& value : graph.values) {
    if (!is_picture(value.shape)) continue;
    const Padding halo = halo_of(halos, value.shape);
    std::int64_t& pitch = pitches[value.shape[2]];
    pitch = std::max(pitch, value.shape[2] + std::max(halo[1], halo[3]));
  }
  return pitches;
}

// Vectors that cover `height` rows when each is cut on its own, or through.
std::int64_t vectors(std::int64_t height, std::int64_t row) {
  return height * ((row + kVectorPixels - 1) / kVectorPixels);
}

// A convolution that shrinks its picture keeps the input's pitch where that
// takes fewer vectors than cutting each row.
std::int64_t output_pitch(const Node& node, const Layout& input,
                          const Shape& output, std::int64_t pitch) {
  const auto* conv = std::get_if<graph::Conv2d>(&node.op);
  if (!conv || conv->stride != graph::Pair{1, 1} || input.pitch <= pitch)
    return pitch;
  const bool pays =
      vectors(1, output[1] * input.pitch) < vectors(output[1], output[2]);
  return pays ? input.pitch : pitch;
}

}  // namespace

std::vector<ValueId> find_roots(const Graph& graph) {
  std::vector<ValueId> roots(graph.values.size());
  for (std::size_t i = 0; i < roots.size(); ++i) roots[i] = ValueId(i);
  for (const Node& node : graph.nodes) {
    const bool keeps_place = std::holds_alternative<graph::Dropout>(node.op) ||
                             (std::holds_alternative<graph::Flatten>(node.op) &&
                              is_vector(graph.value(node.inputs[0]).shape));
    if (keeps_place)
      roots[std::size_t(node.output)] = roots[std::size_t(node.inputs[0])];
  }
  return roots;
}

std::vector<Storage> choose_layouts(const Graph& graph,
                                    const std::vector<ValueId>& roots) {
  const auto halos = find_halos(graph);
  const auto pitches = find_pitches(graph, halos);
  std::vector<Storage> values(graph.values.size());
  for (const Node& node : graph.nodes) {
    const auto id = std::size_t(node.output);
    const graph::Value& value = graph.values[id];
    Storage& storage = values[id];
    storage.is_real = !value.quantization;
    if (value.quantization) storage.quantization = *value.quantization;
    if (roots[id] != node.output) {
      storage.layout = values[std::size_t(roots[id])].layout;
      continue;
    }
    const std::int64_t element_bytes =
        storage.is_real ? 4 : storage.quantization.bits / 8;
    std::int64_t pitch = 0;
    if (is_picture(value.shape)) {
      pitch = pitches.at(value.shape[2]);
      if (!node.inputs.empty())
        pitch = output_pitch(node, values[std::size_t(node.inputs[0])].layout,
                             value.shape, pitch);
    }
    storage.layout = make_layout(value.shape, element_bytes,
                                 halo_of(halos, value.shape), pitch);
  }
  return values;
}

}  // namespace triad::runtime
