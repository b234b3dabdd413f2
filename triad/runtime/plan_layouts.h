#pragma once
// Choosing the layout of every value of a graph.

#include <vector>

#include "triad/graph/graph.h"
#include "triad/runtime/layout.h"

namespace triad::runtime {

// The value whose memory each value shares, by ValueId: itself for most; the
// input of a Dropout, or of a Flatten of one pixel, for its output.
std::vector<graph::ValueId> find_roots(const graph::Graph& graph);

// Storage of every value, without offsets. Values that share memory share
// layouts.
std::vector<Storage> choose_layouts(const graph::Graph& graph,
                                    const std::vector<graph::ValueId>& roots);

}  // namespace triad::runtime
