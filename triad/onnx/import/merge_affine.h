#pragma once
// Scales and shifts by constants that a file writes as ops of their own (Mul,
// Add, Sub, Div) go where a network keeps them.

#include <set>
#include <string>
#include <vector>

#include "triad/graph/graph.h"

namespace triad::onnx {

// `affine` names batch norms that only scale and shift (Network::add_affine).
// A shift behind a layer becomes its bias; scale and shift behind a batch norm
// become part of it; those behind the input become the preprocessing. What
// remains stays a batch norm. Adds a line to `notes` for the preprocessing.
// `is_bytes`: the file itself takes bytes rather than floats.
graph::Graph merge_affine(graph::Graph graph, std::set<std::string> affine,
                          std::vector<std::string>& notes, bool is_bytes);

}  // namespace triad::onnx
