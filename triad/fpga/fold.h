#pragma once
// A folding for each stage from a rate alone: the plain rule for who has no
// device in mind.

#include <cstdint>
#include <string>
#include <vector>

#include "triad/fpga/schedule.h"
#include "triad/fpga/workload.h"

namespace triad::fpga {

// Cycles that a stage needs for a picture, whatever surrounds it: it reads and
// writes a beat a cycle at most, and works on one output position at a time.
//   out_lanes   channels of a beat of its output
std::int64_t stage_cycles(const Workload& workload, std::size_t stage,
                          const Folding& folding, int out_lanes);

// The smallest folding of each stage with which it needs at most `interval`
// cycles a picture, living groups alone counted. Size is estimated from lanes,
// PEs, requantisers and rings; a beat has 1, 2, 4, ... channels or all.
// Throws Error giving least_interval and its stage where that is longer.
std::vector<Folding> fold(const Workload& workload, std::int64_t interval);

// The shortest interval that fold reaches, and the stage that is slower in any
// shorter one, at its widest.
struct LeastInterval {
  std::int64_t cycles = 0;
  std::string stage;
};
LeastInterval least_interval(const Workload& workload);

// The interval of the smallest folding, of one PE of one lane everywhere: from
// there on a longer one changes nothing.
std::int64_t longest_interval(const Workload& workload);

// An interval for which about 512 lanes suffice where nothing is pruned, or
// that of the slowest stage at its widest.
std::int64_t default_interval(const Workload& workload);

}  // namespace triad::fpga
