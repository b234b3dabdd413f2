#pragma once
// Ternarisation with statistical scaling: w becomes scale * code, code in
// {-1, 0, +1}. Papers: He, Gong, Fan, WACV 2019, section 3 (threshold =
// beta * max |w|, scale = mean |w| over the kept weights); Li et al.,
// arXiv:1605.04711 (threshold = 0.7 * mean |w|). We differ: equality at the
// threshold is symmetric; weights of dead groups never count.

#include <span>

#include "triad/encoding/encoding.h"

namespace triad::encoding {

enum class ScalePer { layer, filter };
// Of |w| over the living weights of the scale's scope.
enum class ThresholdOf { maximum, mean };

// A weight is kept if |w| >= threshold and |w| > 0, with threshold =
// threshold_share * maximum or mean. scale = mean |w| over the kept weights of
// the scope (layer or filter), 0 if none is kept.
struct TernarySettings {
  ThresholdOf threshold_of = ThresholdOf::maximum;
  float threshold_share = 0.05f;  // in [0, 1) of maximum, or > 0 of mean
  ScalePer scale_per = ScalePer::layer;
  // Share of zeros given to every living group of n weights: at least
  // ceil(share * n), in [0, 1). The smallest kept |w| go to zero, of equals the
  // first. A group too small for it dies. Lock-step PEs turn exactly this share
  // into speed (AAAI 2020 metric, s_min).
  float group_zero_share = 0.0f;
};

// Codes and scales of `weights` [shape], with groups of `pattern` whose alive
// is 0 forced to zero (an empty `pattern.alive` means all may live). In the
// result, a group is alive if it has a code. Thresholds and scales are taken in
// double and rounded once to float.
// Encoding a decoded weight again with the same pattern and settings gives the
// same codes and scales. With the pattern of the result it does so too, unless
// the threshold is of the mean with a share above 1 (that mean then leaves out
// the groups that died, and grows).
// Throws Error for a non-finite weight, an empty or mismatched span, a setting
// out of range.
Ternary encode_ternary(std::span<const float> weights, const Shape& shape,
                       const Pattern& pattern, const TernarySettings& settings);

// The float weights training sees: decode(encode_ternary(...)), bit for bit,
// without building the codes. `projected` [shape] may be `weights` itself.
// Throws Error as encode_ternary.
void project_ternary(std::span<const float> weights, const Shape& shape,
                     const Pattern& pattern, const TernarySettings& settings,
                     std::span<float> projected);

// 2-bit codes, four to a byte, first code in the low bits: 00 zero, 01 plus, 11
// minus. Throws Error for 10, for padding other than 00, for a code outside
// {-1, 0, 1} and for a wrong number of bytes.
std::vector<std::uint8_t> pack_2bit(std::span<const std::int8_t> codes);
std::vector<std::int8_t> unpack_2bit(std::span<const std::uint8_t> bytes,
                                     std::size_t count);

// Five trits to a byte, base 3, first trit least significant, digit = code +
// 1; 1.6 bits per weight. Throws Error for a byte above 242, for padding other
// than zero codes and as above.
std::vector<std::uint8_t> pack_5trit(std::span<const std::int8_t> codes);
std::vector<std::int8_t> unpack_5trit(std::span<const std::uint8_t> bytes,
                                      std::size_t count);

// How many weights the living groups of `pattern` hold.
std::int64_t count_living(const Pattern& pattern, const Grouping& grouping);

// Codes of living groups only, group after group, in the group's own order
// (pattern.h), and back. Throws Error if the number of codes does not fit shape
// and pattern.
std::vector<std::int8_t> gather_living(const Ternary& ternary,
                                       std::size_t term);
std::vector<std::int8_t> scatter_living(std::span<const std::int8_t> living,
                                        const Shape& shape,
                                        const Pattern& pattern);

}  // namespace triad::encoding
