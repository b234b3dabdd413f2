#pragma once
// Scales and shifts by constants that a file writes as ops of their own (Mul,
// Add, Sub, Div) go where a network keeps them.

#include <set>
#include <string>
#include <vector>

#include "triad/graph/graph.h"

namespace triad::onnx {

struct MergeSettings {
  // Names of batch norms that only scale and shift (Network::add_affine).
  std::set<std::string> affine;
  bool find_preprocessing = true;  // else those behind the input stay
  bool is_bytes = false;  // the file itself takes bytes rather than floats
};

// A shift behind a layer becomes its bias; scale and shift behind a batch norm
// become part of it; those behind the input become the preprocessing. What
// remains stays a batch norm. Adds a line to `notes` for the preprocessing.
graph::Graph merge_affine(graph::Graph graph, MergeSettings settings,
                          std::vector<std::string>& notes);

}  // namespace triad::onnx
