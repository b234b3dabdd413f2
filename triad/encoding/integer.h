#pragma once
// The integer arithmetic of triad, written once: every executor (reference, CPU
// runtime, RTL) computes exactly these functions. docs/integer_arithmetic.md is
// the same page in prose.

#include <algorithm>
#include <cstdint>

namespace triad::encoding {

// How the integers of one value map to real numbers: real = scale * (q -
// zero_point).
struct Quantization {
  int bits = 8;  // 8 or 16
  bool is_signed =
      false;  // u8 after a ReLU, s8 (or u8 with a zero point) elsewhere
  float scale = 1.0f;  // > 0, finite
  std::int32_t zero_point = 0;
  bool operator==(const Quantization&) const = default;

  std::int32_t lowest() const { return is_signed ? -(1 << (bits - 1)) : 0; }
  std::int32_t highest() const {
    return is_signed ? (1 << (bits - 1)) - 1 : (1 << bits) - 1;
  }
};

inline std::int32_t saturate(std::int64_t value, std::int32_t low,
                             std::int32_t high) {
  return std::int32_t(std::clamp<std::int64_t>(value, low, high));
}

// value / 2^shift rounded to nearest, halves up; 0 <= shift <= 31.
inline std::int32_t rounding_shift(std::int32_t value, int shift) {
  if (shift == 0) return value;
  return std::int32_t(
      (std::int64_t(value) + (std::int64_t(1) << (shift - 1))) >> shift);
}

inline std::int16_t saturate_16(std::int32_t value) {
  return std::int16_t(saturate(value, INT16_MIN, INT16_MAX));
}

// (t * m + 2^14) >> 15: pmulhrsw on SSSE3 and later, sqrdmulh on NEON, one
// small multiplier in RTL. Never overflows for m > INT16_MIN.
inline std::int16_t rounding_high_multiply(std::int16_t term,
                                           std::int16_t multiplier) {
  return std::int16_t((std::int32_t(term) * multiplier + (1 << 14)) >> 15);
}

// An exact int32 accumulator (bias included) to an output integer.
//   shift       per layer, 0..31
//   multiplier  per filter, may be negative, never INT16_MIN
inline std::int32_t requantise(std::int32_t accumulator, int shift,
                               std::int16_t multiplier,
                               const Quantization& output) {
  const std::int16_t term = saturate_16(rounding_shift(accumulator, shift));
  return saturate(std::int64_t(rounding_high_multiply(term, multiplier)) +
                      output.zero_point,
                  output.lowest(), output.highest());
}

}  // namespace triad::encoding
