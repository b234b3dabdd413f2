#pragma once
// k-bit symmetric uniform quantisation, one scale per filter: code = round(w /
// scale), scale = max |w| / (2^(bits-1) - 1). Halves round to even. A filter is
// one slice of the first axis.

#include <span>

#include "triad/encoding/encoding.h"

namespace triad::encoding {

struct LevelsSettings {
  int bits = 8;  // 2..8
  bool scale_per_filter = true;
};

// Throws Error for a non-finite weight, an empty or mismatched span, bits out
// of range.
Levels encode_levels(std::span<const float> weights, const Shape& shape,
                     const LevelsSettings& settings);

}  // namespace triad::encoding
