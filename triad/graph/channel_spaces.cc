#include "triad/graph/channel_spaces.h"

#include <algorithm>
#include <map>
#include <numeric>

namespace triad::graph {
namespace {

// Joins the values of a graph into spaces.
class Finder {
 public:
  explicit Finder(const Graph& graph)
      : graph_(graph),
        parent_(graph.values.size()),
        repeat_(graph.values.size(), 1),
        is_fixed_(graph.values.size()) {
    std::iota(parent_.begin(), parent_.end(), ValueId(0));
  }

  std::vector<ChannelSpace> find() {
    for (const Node& node : graph_.nodes)
      std::visit([&](const auto& op) { join(node, op); }, node.op);
    for (const ValueId output : graph_.outputs) fix(output);
    const bool has_widths = std::ranges::any_of(
        graph_.subnets, [](const Subnet& s) { return !s.width.empty(); });
    std::map<ValueId, ChannelSpace> spaces;
    for (std::size_t i = 0; i < graph_.values.size(); ++i) {
      const ValueId id = root(ValueId(i));
      ChannelSpace& space = spaces[id];
      space.channels = graph_.value(id).shape[0] / repeat_[std::size_t(id)];
      if (is_fixed_[i] || has_widths) space.is_free = false;
    }
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      const Node& node = graph_.nodes[i];
      const auto* conv = std::get_if<Conv2d>(&node.op);
      if (!conv && !std::holds_alternative<Linear>(node.op)) continue;
      spaces[root(node.output)].writers.push_back(i);
      const ValueId input = node.inputs[0];
      if (!conv || conv->groups == 1)
        spaces[root(input)].readers.push_back({i, repeat_[std::size_t(input)]});
    }
    std::vector<ChannelSpace> result;
    for (auto& [id, space] : spaces) result.push_back(std::move(space));
    return result;
  }

 private:
  ValueId root(ValueId id) const {
    while (parent_[std::size_t(id)] != id) id = parent_[std::size_t(id)];
    return id;
  }
  void fix(ValueId id) { is_fixed_[std::size_t(id)] = true; }
  void unite(ValueId a, ValueId b) {
    parent_[std::size_t(root(b))] = root(a);
    // What was flattened before a value is flattened in it.
    repeat_[std::size_t(b)] = repeat_[std::size_t(a)];
  }
  void fix_all(const Node& node) {
    for (const ValueId input : node.inputs) fix(input);
    fix(node.output);
  }
  void pass_on(const Node& node) {
    const auto repeat = [&](ValueId id) { return repeat_[std::size_t(id)]; };
    for (const ValueId input : node.inputs) {
      if (repeat(input) != repeat(node.inputs[0])) fix_all(node);
      unite(input, node.output);
    }
  }

  // What an op not named here does to channels is unknown.
  template <typename Op>
  void join(const Node& node, const Op&) {
    fix_all(node);
  }
  void join(const Node& node, const Conv2d& op) {
    const bool is_depthwise =
        op.groups == op.outputs &&
        op.groups == graph_.value(node.inputs[0]).shape[0];
    if (op.groups == 1) return;
    is_depthwise ? pass_on(node) : fix_all(node);
  }
  void join(const Node&, const Linear&) {}
  void join(const Node& node, const Relu&) { pass_on(node); }
  void join(const Node& node, const LeakyRelu&) { pass_on(node); }
  void join(const Node& node, const Clip&) { pass_on(node); }
  void join(const Node& node, const HardSigmoid&) { pass_on(node); }
  void join(const Node& node, const HardSwish&) { pass_on(node); }
  void join(const Node& node, const Sigmoid&) { pass_on(node); }
  void join(const Node& node, const Resize&) { pass_on(node); }
  void join(const Node& node, const MaxPool&) { pass_on(node); }
  void join(const Node& node, const AveragePool&) { pass_on(node); }
  void join(const Node& node, const GlobalAveragePool&) { pass_on(node); }
  void join(const Node& node, const Dropout&) { pass_on(node); }
  void join(const Node& node, const Add&) { pass_on(node); }
  void join(const Node& node, const Mul&) { pass_on(node); }
  void join(const Node& node, const Slice& op) {
    op.channels == Range{} ? pass_on(node) : fix_all(node);
  }
  void join(const Node& node, const Pad& op) {
    op.channels_before + op.channels_after == 0 ? pass_on(node) : fix_all(node);
  }
  void join(const Node& node, const Flatten&) {
    const Shape& shape = graph_.value(node.inputs[0]).shape;
    pass_on(node);
    if (shape.size() == 3)
      repeat_[std::size_t(node.output)] *= shape[1] * shape[2];
  }

  const Graph& graph_;
  std::vector<ValueId> parent_;       // [values]
  std::vector<std::int64_t> repeat_;  // [values]
  std::vector<bool> is_fixed_;        // [values]
};

}  // namespace

std::vector<ChannelSpace> find_channel_spaces(const Graph& graph) {
  return Finder(graph).find();
}

}  // namespace triad::graph
