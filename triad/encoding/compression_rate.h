#pragma once
// The compression rate of Yang, He, Fan (AAAI 2020): CR = 16 / (D (1 - s_min)).
//   16     32-bit floats to 2-bit codes
//   D      living groups / groups, over all counted layers together
//   s_min  smallest share of zeros inside any living group: PEs run in lock
//   step, so only what all
//          have in common can be skipped

#include <cstdint>
#include <span>

#include "triad/encoding/encoding.h"

namespace triad::encoding {

struct GroupCensus {
  std::int64_t groups = 0, living = 0;
  double smallest_zero_share = 1.0;  // over living groups; 1 when none lives
  double density() const {
    return groups == 0 ? 0.0 : double(living) / double(groups);
  }
};

// Counts the groups of one ternary weight under its own pattern (of all terms
// together).
GroupCensus census(const Ternary& ternary);
// Counts float weights under `structure`; |w| <= zero_below is zero.
GroupCensus census(std::span<const float> weights, const Grouping& grouping,
                   float zero_below);
// Adds up layers: sums of counts, minimum of the zero share.
GroupCensus combine(std::span<const GroupCensus> layers);

// 16 / (density (1 - smallest_zero_share)); infinity at density 0 or zero
// share 1. Throws Error unless 0 <= density <= 1 and 0 <= smallest_zero_share
// <= 1.
double compression_rate(double density, double smallest_zero_share);

}  // namespace triad::encoding
