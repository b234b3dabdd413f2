#pragma once
// The terms of the closed forms of fpga/rtl/array.v, and its memories.

#include <vector>

#include "triad/fpga/cost/numbers.h"
#include "triad/fpga/cost/resources.h"

namespace triad::fpga {

Features array_features(const Numbers& p);
std::vector<MemoryShape> array_memories(const Numbers& p);

}  // namespace triad::fpga
