#pragma once
// Scales of values, from their statistics over training pictures.

#include <cstdint>
#include <vector>

#include "triad/encoding/integer.h"
#include "triad/graph/executor.h"
#include "triad/quantise/calibrate.h"

namespace triad::quantise {

// maximum        the largest number seen still fits
// percentile     that share of the non-zero numbers fits, the rest saturates
// least_squares  smallest sum of squared errors, saturation included
enum class ScaleRule { maximum, percentile, least_squares };

struct ScaleSettings {
  ScaleRule rule = ScaleRule::least_squares;
  double percentile = 0.9999;  // in (0, 1]
};

// Quantization of a value with zero point 0: unsigned if `non_negative`, else
// signed. A value that is always zero gets scale 1.
encoding::Quantization choose_quantization(const ValueStatistics& statistics,
                                           bool non_negative, int bits,
                                           const ScaleSettings& settings);

// How bytes become integers of the input value.
struct InputQuantization {
  encoding::Quantization quantization;
  std::vector<std::int16_t> table;  // [C * 256]
};

// 8 bits: unsigned with the scale and zero point of least squared error over
// the pictures' bytes. 16 bits: signed, zero point 0, covering every byte.
InputQuantization choose_input(const graph::Preprocessing& preprocessing,
                               const graph::Pictures& pictures, int bits);

}  // namespace triad::quantise
