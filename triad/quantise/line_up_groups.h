#pragma once
// Puts channels in an order in which zero weights fill whole groups of the
// machine that will run the network, however they were pruned: an exact
// permutation, free at run time.

#include "triad/encoding/structure.h"
#include "triad/graph/graph.h"

namespace triad::quantise {

struct LinedUp {
  graph::Graph graph;
  // Living groups of `geometry` in all ternary weights.
  std::int64_t groups = 0, living_before = 0, living_after = 0;
};

// Reorders the channels of each space (graph/channel_spaces.h) that nothing
// fixes where that leaves fewer living groups of `geometry`, and encodes every
// ternary weight in groups of it (smaller where a layer is). Channels are
// gathered greedily: next to a channel goes the one whose weights need the most
// similar groups. Outputs keep their values, bit for bit.
// Throws Error unless the graph is lowered and the geometry positive.
LinedUp line_up_groups(graph::Graph graph,
                       const encoding::PeGeometry& geometry);

}  // namespace triad::quantise
