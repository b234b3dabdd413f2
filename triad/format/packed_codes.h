#pragma once
// The packed integer codes of a file's weights, unpacked last and side by side,
// because that is most of reading.

#include <cstddef>
#include <cstdint>
#include <span>

#include "triad/graph/graph.h"

namespace triad::format {

// Codes of levels or of one ternary term, and the parameter they belong to,
// whose shape, pattern and scales are there already.
struct PackedCodes {
  std::size_t node = 0, parameter = 0, term = 0;
  std::span<const std::uint8_t> bytes;
  bool two_bits = false;  // of a ternary term; else five trits to a byte
};

// Fills in the codes on `threads` threads. Throws Error for bytes that are
// damaged, too few or too many, naming the node of the first.
void unpack_codes(std::span<const PackedCodes> all, int threads,
                  graph::Graph& graph);

}  // namespace triad::format
