#pragma once
// Where the values of a workload lie in the activation memory of the array.

#include <cstdint>
#include <vector>

#include "triad/fpga/workload.h"

namespace triad::fpga {

struct ArrayPlaces {
  std::vector<std::int64_t> address;  // of each stage's output; logits: 0
  std::int64_t depth = 1;             // words in all
};

// Words that a value of `stream` takes: pixel after pixel, ceil(C / lanes)
// words each.
std::int64_t words_of(const Stream& stream, int lanes);

// Each value takes the lowest place that is free while it lives. An add may
// write over inputs that end with it: they have its size, so that its place is
// never above theirs, and it reads a word before it writes that or a lower one.
ArrayPlaces plan_places(const Workload& workload, int lanes);

}  // namespace triad::fpga
