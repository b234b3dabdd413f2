#pragma once
// Several ternary terms as one set of integer codes, so that every integer
// executor runs residual expansion (He, Gong, Fan 2019) as it is.

#include "triad/encoding/encoding.h"

namespace triad::quantise {

// The codes of each filter (or of the layer, where all terms have one scale)
// are whole multiples of a step of its own, nearest to its weights
//   w = sum over terms of scale * code
// As exact as 8-bit weights are: no weight is off by more than half a step of
// max |w| / 127, and the largest not at all. Of the steps max |w| / n that do,
// the one taken has the fewest bits, 2..8; of such, codes of the fewest ternary
// terms of powers of two, which are cycles of hardware without multipliers
// (encoding/power_terms.h); of such, the least error. Scales in the ratio of
// whole numbers (2 : 1), at most 15 together, stay exact.
// `bits` of the result is that of its widest filter. Levels have no pattern:
// executors find groups of zeros in the codes, and skip them as before. In a
// file such groups take space again.
encoding::Levels merge_terms(const encoding::Ternary& weight);

}  // namespace triad::quantise
