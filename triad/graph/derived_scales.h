#pragma once
// Weight scales of a lowered node, as far as its integers tell them. Lowering
// replaces the float scales of a weight by these, so that a file need not hold
// both, and decoding the weight of a lowered network gives exactly the real
// numbers its integers stand for.

#include <vector>

#include "triad/graph/graph.h"

namespace triad::graph {

// One scale per filter, [K], computed in double and rounded once to float:
//   multiplier[k] * 2^-(15 + shift) * output.scale / input.scale (requantised)
//   logit_scale[k] / input.scale                                  (logits)
// `requantization` is that of a Conv2d or Linear; `output` is not used for
// logits.
std::vector<float> derived_scales(const Requantization& requantization,
                                  const encoding::Quantization& input,
                                  const encoding::Quantization& output);

// The same for a node of a graph, by its first subnet. Empty where the node is
// no Conv2d or Linear, is not lowered, or where a value it needs has no
// quantization. Ids of the node must be valid; nothing else is assumed.
std::vector<float> derived_scales(const Node& node, const Graph& graph);

}  // namespace triad::graph
