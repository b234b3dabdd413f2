#pragma once
// What goes into a design and what must come out of it: pictures of the user's
// own, and the logits' sums that the reference computes from them.

#include <cstdint>
#include <vector>

#include "triad/graph/executor.h"

namespace triad::fpga {

struct Vectors {
  std::int64_t pictures = 0;
  std::vector<std::uint8_t> pixels;  // [N][H][W][C]: as the design reads them
  std::vector<std::int32_t> sums;    // [N][K], with bias
};

// The bytes of `batch` pixel after pixel.
std::vector<std::uint8_t> to_pixels(const graph::Pictures& batch);

// Throws Error for a graph that make_workload refuses.
Vectors make_vectors(const graph::Graph& graph, const graph::Pictures& batch);

}  // namespace triad::fpga
