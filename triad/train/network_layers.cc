// What of a network's values matters to others.
#include <algorithm>

#include "triad/graph/element_function.h"
#include "triad/train/network.h"

namespace triad::train {

using graph::Node;
using graph::ValueId;

void Network::find_ends() {
  std::vector<bool> after_layer(graph_.values.size(), false);
  for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
    const Node& node = graph_.nodes[i];
    const bool follows = std::ranges::any_of(node.inputs, [&](ValueId input) {
      return after_layer[std::size_t(input)];
    });
    if (tensors_[i].layer >= 0)
      layers_[std::size_t(tensors_[i].layer)].is_first = !follows;
    after_layer[std::size_t(node.output)] = follows || tensors_[i].layer >= 0;
  }
  std::vector<bool> before_layer(graph_.values.size(), false);
  for (std::size_t i = graph_.nodes.size(); i-- > 0;) {
    const Node& node = graph_.nodes[i];
    const bool leads = before_layer[std::size_t(node.output)];
    if (tensors_[i].layer >= 0)
      layers_[std::size_t(tensors_[i].layer)].is_last = !leads;
    if (leads || tensors_[i].layer >= 0)
      for (const ValueId input : node.inputs)
        before_layer[std::size_t(input)] = true;
  }
}

ValueId Network::logits() const {
  const ValueId output = graph_.outputs.front();
  for (const Node& node : graph_.nodes)
    if (node.output == output &&
        std::holds_alternative<graph::Softmax>(node.op))
      return node.inputs[0];
  return output;
}

std::vector<ValueId> Network::layer_values() const {
  std::vector<int> uses(graph_.values.size(), 0);
  for (const Node& node : graph_.nodes)
    for (const ValueId input : node.inputs) ++uses[std::size_t(input)];
  for (const ValueId output : graph_.outputs) ++uses[std::size_t(output)];
  std::vector<ValueId> found;
  for (const Step& step : steps_) {
    if (tensors_[step.node].layer < 0) continue;
    ValueId value = step.output;
    // Steps stand in order, so that one pass follows a chain.
    for (const Step& next : steps_) {
      const Node& node = graph_.nodes[next.node];
      const bool ends_layer =
          std::holds_alternative<graph::BatchNorm>(node.op) ||
          graph::is_element_function(node.op) ||
          std::holds_alternative<graph::Add>(node.op);
      if (ends_layer && uses[std::size_t(value)] == 1 &&
          (std::ranges::count(node.inputs, value) == 1 ||
           next.residual == value))
        value = next.output;
    }
    if (std::ranges::count(found, value) == 0) found.push_back(value);
  }
  return found;
}

}  // namespace triad::train
