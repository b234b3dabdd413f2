#pragma once
// The pass that folds batch norm into the layer before it:
//   BN(W x + b) = (f W) x + f (b - running_mean) + bias,
//   f[k] = weight[k] / sqrt(running_var[k] + epsilon)
// Compressed weights keep their codes: f goes into their scales, which become
// one per filter and may be negative.

#include "triad/graph/graph.h"

namespace triad::graph {

// Folds each BatchNorm that alone reads the output of a Conv2d or Linear; that
// layer then has a bias and produces the value the batch norm did. Others stay.
// Computed in double, rounded once to float.
// Throws Error for a lowered graph, and naming the layer if a folded number
// does not fit a float.
Graph fold_batch_norm(Graph graph);

}  // namespace triad::graph
