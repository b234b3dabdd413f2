#pragma once
// When pictures enter and leave a pipeline, cycle by cycle: the handshakes of
// the Verilog without its data. Slower than cycles.h (about a second a picture
// and million cycles) and exact: what an RTL simulation without stalls counts.

#include <cstdint>
#include <vector>

#include "triad/fpga/plan.h"

namespace triad::fpga {

// In cycles from the first beat of the first picture.
struct PictureCycles {
  std::int64_t first_in = 0, last_out = 0;
  bool operator==(const PictureCycles&) const = default;
};

// Pictures until all queues are as full as they will be.
inline constexpr int kTimedPictures = 6;

// Pictures back to back, the output always taken. Throws Error if the pipeline
// comes to a stand.
std::vector<PictureCycles> time_pictures(const Plan& plan, int pictures);

// Cycles a picture in the long run: between the last two of so many.
std::int64_t interval_of(const std::vector<PictureCycles>& times);

}  // namespace triad::fpga
