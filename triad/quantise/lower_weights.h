#pragma once
// Lowers the weight and bias of one Conv2d or Linear.

#include <span>
#include <vector>

#include "triad/encoding/integer.h"
#include "triad/graph/graph.h"

namespace triad::quantise {

// The surroundings of a layer.
struct LayerRange {
  encoding::Quantization input;
  encoding::Quantization output;  // as calibrated; not used for logits
  // Smallest and largest real output of each filter seen, [K].
  std::vector<float> lowest = {}, highest = {};
};

// Replaces the weight of `node` by integer codes, removes its bias parameter
// and sets its requantization. Returns the output quantization: the calibrated
// one, or one of larger scale where the multipliers ask for it.
//   Dense             becomes 8-bit Levels, one scale per filter
//   Ternary of several terms   becomes Levels (merge_terms.h), which then
//   Levels, Ternary   keep their codes; but filters too weak to move the output
//                     by one step lose them, their bias stays
// Scales become graph/derived_scales.h's. Throws Error naming the node if
// accumulators could overflow.
encoding::Quantization lower_weights(graph::Node& node,
                                     const LayerRange& range);

// The same for a Linear that produces logits: logit_scale and no multipliers.
void lower_logits(graph::Node& node, const LayerRange& range);

}  // namespace triad::quantise
