#pragma once
// Several inputs of a file are channels of one picture; where the file puts
// them together again, the picture itself is meant.

#include "triad/graph/graph.h"

namespace triad::onnx {

// The op of a node that takes channels of its input, neighbours and whole
// ones; else null.
const graph::Slice* channel_slice(const graph::Node& node);

// Replaces each Concat of channel Slices that make up one value, in its order,
// by that value, and removes Slices that nothing reads any more.
graph::Graph join_slices(graph::Graph graph);

}  // namespace triad::onnx
