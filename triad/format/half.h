#pragma once
// Half-precision floats as they lie in files: IEEE binary16 and bfloat16.

#include <cstdint>

namespace triad::format {

// Exact; infinities and NaN keep their kind.
float half_to_float(std::uint16_t half);
float bfloat_to_float(std::uint16_t bfloat);

// Rounded to nearest, halves to even; beyond 65504 to infinity.
std::uint16_t float_to_half(float value);

}  // namespace triad::format
