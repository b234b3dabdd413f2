#pragma once
// The pass that removes channels which cannot matter, so that the graph gets
// smaller and every output keeps its exact value.
//
// It looks at straight chains: a convolution or linear layer, then batch norm,
// ReLU, pooling, dropout and flatten, then the next convolution or linear
// layer, with no other reader between. A channel of the first layer goes if
//   - the next layer's weights for it are all zero, or
//   - its filter is all zero and what bias and ReLU make of that is zero. Batch
//     norm hides this: fold it first (fold_batch_norm.h).
// Ternary PE groups keep their geometry: there, only whole blocks of channels
// go, so that no group ever holds weights of two old ones.

#include "triad/graph/graph.h"

namespace triad::graph {

// Each layer keeps at least one channel. Repeats until nothing more can go.
// Throws Error for a lowered graph or one whose subnets have widths.
Graph remove_dead_channels(Graph graph);

}  // namespace triad::graph
