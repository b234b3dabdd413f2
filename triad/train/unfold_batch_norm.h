#pragma once
// The way back from folded batch norms, for training compressed weights: a
// ternary layer needs its outputs brought back to a known size, or the errors
// of one layer drown those after it.

#include "triad/data/dataset.h"
#include "triad/graph/graph.h"

namespace triad::train {

// Puts a BatchNorm behind each Conv2d and Linear but the last ones (network.h):
// its running moments are those of the layer's outputs over the first `count`
// of `pictures`, its weight and bias undo it, so that the network computes the
// same; the layer's own bias is part of them, its filters are scaled to the
// norm of He initialisation. fold_batch_norm takes it back.
// The batch norm is called "<layer>.norm" and makes the value the layer did.
// Throws Error if pictures do not fit the network.
graph::Graph unfold_batch_norm(graph::Graph graph,
                               const data::DatasetPointer& pictures,
                               std::int64_t count = 1024);

}  // namespace triad::train
