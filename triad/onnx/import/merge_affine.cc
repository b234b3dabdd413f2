#include "triad/onnx/import/merge_affine.h"

#include <algorithm>
#include <cmath>

#include "triad/base/error.h"
#include "triad/graph/rewrite.h"
#include "triad/onnx/import/join_slices.h"

namespace triad::onnx {
namespace {

using Floats = std::vector<float>;
using graph::Node;

Floats parameter(const Node& node, std::string_view name) {
  return encoding::decode(node.find(name)->encoding);
}

void set_parameter(Node& node, const std::string& name, Floats values) {
  const Shape shape = {std::ssize(values)};
  const encoding::Dense dense{shape, encoding::share(std::move(values))};
  if (graph::Parameter* old = node.find(name))
    old->encoding = dense;
  else
    node.parameters.push_back({name, dense});
}

bool is_one(float x) { return x == 1.0f; }

class Merger {
 public:
  Merger(graph::Graph graph, MergeSettings settings,
         std::vector<std::string>& notes)
      : graph_(std::move(graph)),
        settings_(std::move(settings)),
        notes_(notes),
        removed_(graph_.nodes.size(), false) {}

  graph::Graph run() {
    merge_into_producers();
    if (settings_.find_preprocessing) merge_into_preprocessing();
    return remove_nodes(std::move(graph_), removed_);
  }

 private:
  void merge_into_producers() {
    const std::vector<int> readers = count_readers(graph_);
    std::vector<std::size_t> producers = find_producers(graph_);
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      Node& node = graph_.nodes[i];
      if (!settings_.affine.contains(node.name)) continue;
      const graph::ValueId input = node.inputs[0];
      const std::size_t before = producers[std::size_t(input)];
      if (readers[std::size_t(input)] != 1 ||
          !merge(graph_.nodes[before], node))
        continue;
      graph_.nodes[before].output = node.output;
      producers[std::size_t(node.output)] = before;
      removed_[i] = true;
    }
  }

  static bool merge(Node& layer, const Node& affine) {
    const Floats gain = parameter(affine, "weight");
    const Floats offset = parameter(affine, "bias");
    const bool is_layer = std::holds_alternative<graph::Conv2d>(layer.op) ||
                          std::holds_alternative<graph::Linear>(layer.op);
    const bool is_norm = std::holds_alternative<graph::BatchNorm>(layer.op);
    if (!is_norm && !(is_layer && std::ranges::all_of(gain, is_one)))
      return false;
    Floats bias = layer.find("bias") ? parameter(layer, "bias")
                                     : Floats(gain.size(), 0.0f);
    for (std::size_t c = 0; c < gain.size(); ++c)
      bias[c] = gain[c] * bias[c] + offset[c];
    set_parameter(layer, "bias", std::move(bias));
    if (!is_norm) return true;
    Floats weight = parameter(layer, "weight");
    for (std::size_t c = 0; c < gain.size(); ++c) weight[c] *= gain[c];
    set_parameter(layer, "weight", std::move(weight));
    return true;
  }

  void merge_into_preprocessing() {
    for (const FirstNorm& norm : find_first_norms()) merge_first(norm);
  }

  // A batch norm of the picture, or of channels that a Slice takes from it.
  struct FirstNorm {
    std::size_t node;
    std::int64_t channel;  // the first
  };

  // None where a channel of the picture has other readers, too.
  std::vector<FirstNorm> find_first_norms() const {
    const graph::ValueId input = graph_.input();
    if (std::ranges::count(graph_.outputs, input) > 0) return {};
    std::vector<FirstNorm> found;
    std::vector<int> uses(std::size_t(graph_.value(input).shape[0]), 0);
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      const Node& node = graph_.nodes[i];
      if (std::ranges::count(node.inputs, input) == 0) continue;
      const graph::Slice* slice = channel_slice(node);
      const std::int64_t first = slice ? slice->channels.start : 0;
      const std::size_t norm = slice ? sole_reader(node.output) : i;
      if (norm < graph_.nodes.size() &&
          settings_.affine.contains(graph_.nodes[norm].name))
        found.push_back({norm, first});
      const graph::ValueId read = slice ? node.output : input;
      for (std::int64_t c = 0; c < graph_.value(read).shape[0]; ++c)
        ++uses[std::size_t(first + c)];
    }
    if (std::ranges::any_of(uses, [](int count) { return count > 1; }))
      return {};
    return found;
  }

  // The node that alone reads the value; else the number of nodes.
  std::size_t sole_reader(graph::ValueId value) const {
    const std::size_t none = graph_.nodes.size();
    if (count_readers(graph_)[std::size_t(value)] != 1) return none;
    const auto reads = [&](const Node& node) {
      return std::ranges::count(node.inputs, value) > 0;
    };
    return std::size_t(std::ranges::find_if(graph_.nodes, reads) -
                       graph_.nodes.begin());
  }

  // x' = gain x + offset, where x = range * byte / 255.
  void merge_first(const FirstNorm& norm) {
    const Node& node = graph_.nodes[norm.node];
    const graph::ValueId input = node.inputs[0], output = node.output;
    const Floats gain = parameter(node, "weight");
    const Floats offset = parameter(node, "bias");
    if (!std::ranges::all_of(gain, [](float g) { return g > 0; })) return;
    const float range =
        settings_.is_bytes || takes_bytes(gain, offset) ? 255.0f : 1.0f;
    Floats mean, deviation;
    for (std::size_t c = 0; c < gain.size(); ++c) {
      deviation.push_back(1.0f / (gain[c] * range));
      mean.push_back(-offset[c] / (gain[c] * range));
    }
    notes_.push_back(fmt::format(
        "the normalisation {} became preprocessing of bytes: mean {:.4g}, "
        "deviation {:.4g} (of 0..1)",
        input == graph_.input()
            ? "in the graph"
            : fmt::format("of '{}'", graph_.value(input).name),
        fmt::join(mean, ", "), fmt::join(deviation, ", ")));
    std::ranges::copy(mean, graph_.preprocessing.mean.begin() + norm.channel);
    std::ranges::copy(deviation,
                      graph_.preprocessing.deviation.begin() + norm.channel);
    for (Node& reader : graph_.nodes)
      std::ranges::replace(reader.inputs, output, input);
    std::ranges::replace(graph_.outputs, output, input);
    removed_[norm.node] = true;
  }

  // A normalisation that expects 0..255 rather than 0..1: its mean lies above
  // 1, or it divides by more than any deviation of numbers in 0..1.
  static bool takes_bytes(const Floats& gain, const Floats& offset) {
    for (std::size_t c = 0; c < gain.size(); ++c)
      if (-offset[c] / gain[c] > 1.5f || gain[c] < 0.25f) return true;
    return false;
  }

  graph::Graph graph_;
  const MergeSettings settings_;
  std::vector<std::string>& notes_;
  std::vector<bool> removed_;
};

}  // namespace

graph::Graph merge_affine(graph::Graph graph, MergeSettings settings,
                          std::vector<std::string>& notes) {
  if (settings.affine.empty()) return graph;
  return Merger(std::move(graph), std::move(settings), notes).run();
}

}  // namespace triad::onnx
