#pragma once
// Shifts and multipliers: real gains written as multiplier * 2^-(15 + shift),
// the primitive of encoding/integer.h.

#include <cstdint>
#include <span>
#include <vector>

#include "triad/encoding/integer.h"

namespace triad::quantise {

// One filter of a layer (or a pool: one filter of ones). Lengths in output
// steps.
struct FilterGain {
  double gain = 0;    // of one accumulator step; 0 where the filter is empty
  double reach = 1;   // largest distance from the zero point that matters
  double spread = 0;  // largest output less smallest: what the weights move
  // Weights still to be rounded: they fit any multiplier above the gain's.
  bool adjustable = false;
};

// The shift of a layer, 0..31, of least expected squared error:
//   rounding the int16 term weighs multiplier / 2^15 output steps;
//   rounding the multiplier weighs 1 / multiplier of the spread;
//   a multiplier below the reach saturates, so it is raised, which coarsens
//   adjustable weights and falsifies others.
// Keeps |multiplier| within 32767; expects |gain| <= kLargestGain.
int choose_shift(const std::vector<FilterGain>& filters);

// The multiplier of one filter under `shift`, in -32767..32767: nearest to the
// gain; the next above it, and at least the reach, where adjustable or empty.
std::int16_t choose_multiplier(const FilterGain& filter, int shift);

// By how much the output scale of a 16-bit value must grow so that no
// multiplier saturates below its reach: 1 to 16. Filters share one shift and
// their gains may lie far apart; those yet weaker are left out. (8-bit values
// need none: they leave room for gains 2^7 apart.)
double scale_growth(const std::vector<FilterGain>& filters);

// Largest gain a layer can have, with room for rounding.
constexpr double kLargestGain = 0.9999;

struct TermMultipliers {
  int shift = 0;
  std::vector<std::int16_t> multipliers;  // [inputs]
};

// Smallest output scale an Add (or Concat: one input at a time) can have.
double smallest_term_scale(std::span<const encoding::Quantization> inputs);

// For an output of `scale` at least that: the largest shift whose multipliers
// keep their sum within 32767 (`summed`: of all, an Add; else of each).
TermMultipliers choose_terms(std::span<const encoding::Quantization> inputs,
                             double scale, bool summed);

}  // namespace triad::quantise
