#pragma once
// Grouped and dilated convolutions as plain ones with dead weights, which cost
// the target nothing.

#include <cstdint>
#include <span>
#include <vector>

#include "triad/graph/op.h"

namespace triad::fpga {

// Its kernel with dilation - 1 dead rows and columns between two of its taps.
graph::Pair full_kernel(const graph::Conv2d& op);

// `codes` [K][C / groups][R][S] as [K][C] codes of full_kernel(op): 0 for the
// channels of other groups and for dead taps.
std::vector<std::int8_t> full_codes(std::span<const std::int8_t> codes,
                                    const graph::Conv2d& op);

}  // namespace triad::fpga
