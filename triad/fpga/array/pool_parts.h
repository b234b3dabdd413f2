#pragma once
// An average pool on the array is a convolution by ones. Where its windows
// divide by different numbers, it becomes several: one for the whole output,
// with the weight of most windows, and one for each row and column whose
// windows have another, which writes over what the first left there.

#include <vector>

#include "triad/fpga/workload.h"

namespace triad::fpga {

// Rows and columns of an output: all, or a single row or column or pixel.
struct OutputPart {
  graph::Pair first{0, 0}, size{1, 1};
};

struct PoolPart {
  OutputPart part;
  std::int64_t weight = 1;  // times that a window's sum counts
};

// In the order in which they have to be written.
std::vector<PoolPart> pool_parts(const AveragePool& pool, const Stream& input,
                                 const Stream& output);

}  // namespace triad::fpga
