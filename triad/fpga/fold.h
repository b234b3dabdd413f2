#pragma once
// A folding for each stage from a rate alone: the plain rule for who has no
// device in mind.

#include <cstdint>
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
// Throws Error naming the stage that is slower at its widest, and its cycles.
std::vector<Folding> fold(const Workload& workload, std::int64_t interval);

// An interval for which about 512 lanes suffice where nothing is pruned, or
// that of the slowest stage at its widest.
std::int64_t default_interval(const Workload& workload);

}  // namespace triad::fpga
