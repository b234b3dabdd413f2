#include "triad/format/half.h"

#include <bit>
#include <cmath>

namespace triad::format {

float half_to_float(std::uint16_t half) {
  const std::uint32_t sign = std::uint32_t(half & 0x8000) << 16;
  const std::uint32_t exponent = (half >> 10) & 0x1f, mantissa = half & 0x3ff;
  if (exponent == 0) {  // zero or subnormal: mantissa * 2^-24, exact in float
    const float magnitude = std::ldexp(float(mantissa), -24);
    return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(magnitude));
  }
  const std::uint32_t wide_exponent = exponent == 31 ? 255 : exponent + 112;
  return std::bit_cast<float>(sign | wide_exponent << 23 | mantissa << 13);
}

float bfloat_to_float(std::uint16_t bfloat) {
  return std::bit_cast<float>(std::uint32_t(bfloat) << 16);
}

std::uint16_t float_to_half(float value) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  const std::uint16_t sign = std::uint16_t(bits >> 16 & 0x8000);
  const float magnitude = std::abs(value);
  if (std::isnan(value)) return sign | 0x7e00;
  if (magnitude >= 65520.0f) return sign | 0x7c00;  // rounds past the largest
  if (magnitude < 0x1p-14f)  // subnormal: a multiple of 2^-24
    return sign | std::uint16_t(std::nearbyint(std::ldexp(magnitude, 24)));
  // Adding just under half a unit, plus the lowest kept bit, rounds to even;
  // a carry runs into the exponent, which is where it belongs.
  const std::uint32_t kept = std::bit_cast<std::uint32_t>(magnitude);
  const std::uint32_t rounded = kept + 0xfff + (kept >> 13 & 1);
  return sign | std::uint16_t((rounded >> 13) - (112u << 10));
}

}  // namespace triad::format
