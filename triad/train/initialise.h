#pragma once
// Starting weights of a new network.
// Papers: He et al., ICCV 2015; fan-out for convolutions as in papers.md 6.3.

#include <cstdint>

#include "triad/graph/graph.h"

namespace triad::train {

// Fills every Conv2d weight that is all zeros with N(0, 2 / (R S K)) and every
// such Linear weight with N(0, 2 / C); all else stays. A pure function of the
// graph and `seed`.
void initialise(graph::Graph& graph, std::uint64_t seed);

}  // namespace triad::train
