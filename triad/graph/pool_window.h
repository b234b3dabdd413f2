#pragma once
// Which pixels a pooling window covers and what an average divides by: the one
// place that knows PyTorch's rules for padding and ceil_mode.

#include <cstdint>

#include "triad/graph/graph.h"

namespace triad::graph {

// One window: real pixels [top, bottom) x [left, right), never empty for a
// validated graph.
struct PoolWindow {
  std::int64_t top, left, bottom, right;
  std::int64_t divisor;  // of an average: padding counts if the op says so,
                         // what ceil_mode adds beyond the padding never does
};

// The window of output pixel (y, x) over an input [C, H, W].
PoolWindow pool_window(const AveragePool& pool, const Shape& input,
                       std::int64_t y, std::int64_t x);
PoolWindow pool_window(const MaxPool& pool, const Shape& input, std::int64_t y,
                       std::int64_t x);

// The average over the whole picture as the one window of an AveragePool.
AveragePool whole_picture(const Shape& input);

// Least common multiple of the divisors of all windows; 1 window size gives
// that divisor. Integer averages sum in units of 1 / common_divisor, exactly.
// Throws Error if it exceeds 2^20.
std::int64_t common_divisor(const AveragePool& pool, const Shape& input,
                            const Shape& output);

}  // namespace triad::graph
