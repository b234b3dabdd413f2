#pragma once
// The integer arithmetic of triad, written once: every executor (reference, CPU
// runtime, RTL) computes exactly these functions. docs/integer_arithmetic.md is
// the same page in prose.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace triad::encoding {

// How the integers of one value map to real numbers: real = scale * (q -
// zero_point).
struct Quantization {
  int bits = 8;  // 8, or 16 with zero point 0
  bool is_signed =
      false;  // u8 after a ReLU, s8 (or u8 with a zero point) elsewhere
  float scale = 1.0f;  // > 0, finite
  std::int32_t zero_point = 0;
  bool operator==(const Quantization&) const = default;

  std::int32_t lowest() const { return is_signed ? -(1 << (bits - 1)) : 0; }
  // Unsigned 16-bit values stop at 32767 too, so that every value fits an
  // int16.
  std::int32_t highest() const {
    return bits == 8 && !is_signed ? 255 : (1 << (bits - 1)) - 1;
  }
  // Largest |q - zero_point| of any q.
  std::int32_t reach() const {
    return std::max(highest() - zero_point, zero_point - lowest());
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

// q - zero_point: what convolutions and pools add up. 9 bits for 8-bit values.
inline std::int16_t centre(std::int32_t q, const Quantization& input) {
  return saturate_16(q - input.zero_point);
}

// A value as a 16-bit term of an Add, Concat or stand-alone Relu: 8-bit values
// move up by 7 bits, so that rounding_high_multiply keeps their fraction.
inline int align_shift(const Quantization& input) {
  return input.bits == 8 ? 7 : 0;
}
inline std::int16_t align(std::int32_t q, const Quantization& input) {
  return saturate_16((q - input.zero_point) * (1 << align_shift(input)));
}

// The sum of rounding_high_multiply(align(q[i]), multiplier[i]) to an output
// integer. Sum of |multiplier| <= 32767 (validated), so the sum fits an int16.
inline std::int32_t combine(std::int32_t sum, int shift,
                            const Quantization& output) {
  return saturate(std::int64_t(rounding_shift(sum, shift)) + output.zero_point,
                  output.lowest(), output.highest());
}

// Elements of the table of an element function: f at every integer of 8 bits,
// or at 1025 points evenly over the integers of 16 bits.
inline std::size_t table_size(const Quantization& input) {
  return input.bits == 8 ? 256 : 1025;
}

// f(q) from its table: looked up for 8 bits, interpolated between neighbours
// for 16 bits (64 integers apart, 32 where unsigned).
inline std::int32_t look_up(std::int32_t q, const Quantization& input,
                            const std::int16_t* table) {
  const std::int32_t place = q - input.lowest();
  if (input.bits == 8) return table[place];
  const int step_bits = input.is_signed ? 6 : 5;
  const std::int32_t step = 1 << step_bits, part = place & (step - 1);
  const std::int16_t* left = table + (place >> step_bits);
  return rounding_shift(left[0] * (step - part) + left[1] * part, step_bits);
}

// The exact product of two values, to be requantised: at most 2^30.
inline std::int32_t product(std::int32_t a, const Quantization& of_a,
                            std::int32_t b, const Quantization& of_b) {
  return (a - of_a.zero_point) * (b - of_b.zero_point);
}

// Whether no accumulator of a filter can overflow int32, the rounding of its
// shift included: sum |code| * reach + |bias| + 2^(shift - 1) < 2^31.
//   absolute_codes   sum of |code| over the filter
inline bool accumulator_fits(std::int64_t absolute_codes,
                             const Quantization& input, std::int32_t bias,
                             int shift) {
  const std::int64_t sum =
      absolute_codes * input.reach() + std::abs(std::int64_t(bias));
  const std::int64_t rounding = shift > 0 ? std::int64_t(1) << (shift - 1) : 0;
  return sum + rounding <= INT32_MAX;
}

}  // namespace triad::encoding
