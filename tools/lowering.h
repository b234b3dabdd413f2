#pragma once
// Lowering by pictures of a data set, for every command that makes integers.

#include "triad/data/dataset.h"
#include "triad/graph/graph.h"

namespace triad::tools {

// `trained` as integers; the first pictures of `training` (256, or all there
// are) choose the scales.
graph::Graph lower(const graph::Graph& trained, const data::Dataset& training,
                   int activation_bits);

}  // namespace triad::tools
