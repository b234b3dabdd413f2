// Which ops have a stage, by the node alone: supports() of workload.h.

#include <fmt/format.h>

#include <utility>

#include "triad/fpga/workload.h"
#include "triad/graph/element_function.h"

namespace triad::fpga {
namespace {

using graph::Node;

template <typename... Ops>
bool is_one_of(const graph::Op& op) {
  return (std::holds_alternative<Ops>(op) || ...);
}

graph::Support no(std::string because) { return {false, std::move(because)}; }

graph::Support supports_weights(const Node& node) {
  if (node.requantization.empty())
    return no("it is not lowered to integers; run triad compress");
  return {};
}

graph::Support supports_slice(const graph::Slice& op) {
  if (op.channels != graph::Range{})
    return no("the target takes rows and columns of a picture, no channels");
  if (op.rows.stop != graph::Range::kEnd ||
      op.columns.stop != graph::Range::kEnd)
    return no("the target takes rows and columns to the end of a picture");
  return {};
}

graph::Support supports_pad(const graph::Pad& op) {
  if (op.padding != graph::Padding{0, 0, 0, 0})
    return no(
        "the target pads pictures only inside convolutions and pools; only "
        "channels may be padded on their own");
  return {};
}

}  // namespace

graph::Support supports(const Node& node) {
  if (is_one_of<graph::Conv2d, graph::Linear>(node.op))
    return supports_weights(node);
  if (const auto* slice = std::get_if<graph::Slice>(&node.op))
    return supports_slice(*slice);
  if (const auto* pad = std::get_if<graph::Pad>(&node.op))
    return supports_pad(*pad);
  if (is_one_of<graph::BatchNorm>(node.op))
    return no("a batch norm must be folded before integers");
  if (is_one_of<graph::Add>(node.op) && node.inputs.size() > 2)
    return no(fmt::format("it adds {} values, the target adds two",
                          node.inputs.size()));
  if (is_one_of<graph::Input, graph::MaxPool, graph::AveragePool,
                graph::GlobalAveragePool, graph::Add, graph::Flatten,
                graph::Dropout, graph::Softmax, graph::Concat>(node.op) ||
      graph::is_element_function(node.op))
    return {};
  return no("the target has no stage for it");
}

}  // namespace triad::fpga
