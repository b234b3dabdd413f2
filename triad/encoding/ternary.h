#pragma once
// Ternarisation with statistical scaling: w becomes scale * code, code in {-1, 0, +1}.
// Papers: He, Gong, Fan, WACV 2019, section 3 (threshold = beta * max |w|, scale = mean |w| over
// the kept weights); Li et al., arXiv:1605.04711 (threshold = 0.7 * mean |w|).
// We differ: equality at the threshold is symmetric; weights of dead groups never count.

#include <span>

#include "triad/encoding/encoding.h"

namespace triad::encoding {

enum class ScalePer { layer, filter };
enum class ThresholdOf { maximum, mean };  // of |w| over the living weights of the scale's scope

struct TernarySettings {
  ThresholdOf threshold_of = ThresholdOf::maximum;
  float threshold_share = 0.05f;  // in [0, 1) of maximum, or > 0 of mean
  ScalePer scale_per = ScalePer::layer;
  // Share of zeros every living group is given at least, in [0, 1): the smallest |w| of a group go
  // to zero first. Lock-step PEs turn exactly this share into speed (AAAI 2020 metric, s_min).
  float group_zero_share = 0.0f;
};

// Codes and scales of `weights` [shape], with groups of `pattern` whose alive is 0 forced to
// zero (an empty `pattern.alive` means all may live). In the result, a group is alive if it has a code.
// Means are taken in double and rounded once to float, so that project is idempotent... of the codes:
// encoding a decoded weight gives the same codes and scales when group_zero_share is 0.
// Throws Error for a non-finite weight, an empty or mismatched span, a setting out of range.
Ternary encode_ternary(std::span<const float> weights, const Shape& shape, const Pattern& pattern,
                       const TernarySettings& settings);

// The float weights training sees: decode(encode_ternary(...)) without building the codes.
void project_ternary(std::span<const float> weights, const Shape& shape, const Pattern& pattern,
                     const TernarySettings& settings, std::span<float> projected);

// 2-bit codes, four to a byte, first code in the low bits: 00 zero, 01 plus, 11 minus, 10 refused.
std::vector<std::uint8_t> pack_2bit(std::span<const std::int8_t> codes);
std::vector<std::int8_t> unpack_2bit(std::span<const std::uint8_t> bytes, std::size_t count);

// Five trits to a byte, base 3, first trit least significant, digit = code + 1; bytes above 242
// are refused, as is padding other than zero codes. 1.6 bits per weight.
std::vector<std::uint8_t> pack_5trit(std::span<const std::int8_t> codes);
std::vector<std::int8_t> unpack_5trit(std::span<const std::uint8_t> bytes, std::size_t count);

// Codes of living groups only, group after group, in the group's own order (pattern.h), and back.
std::vector<std::int8_t> gather_living(const Ternary& ternary, std::size_t term);
std::vector<std::int8_t> scatter_living(std::span<const std::int8_t> living, const Shape& shape,
                                        const Pattern& pattern);

}  // namespace triad::encoding
