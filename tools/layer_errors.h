#pragma once
// How far a compressed network's values are from the original's, for networks
// that have no accuracy.

#include <string>
#include <vector>

#include "triad/data/dataset.h"
#include "triad/graph/graph.h"

namespace triad::tools {

// Root of the mean square of (compressed - original) over that of the original,
// over all pictures and elements of one value. 0: equal; 1: as far as zeros.
struct LayerError {
  std::string layer;  // its node
  std::string value;  // what was compared, after batch norm and activation
  double relative_rms = 0;
  bool is_output = false;
};

// Compares `compressed`, float or lowered, with the float graph it was made
// from, value by value of equal names: the layers with weights in graph order,
// then the outputs that none of them makes. Both run on the first few of
// `pictures` (8: the references are slow).
std::vector<LayerError> layer_errors(const graph::Graph& original,
                                     const graph::Graph& compressed,
                                     const data::Dataset& pictures);

// "layer", "value", "relative_rms" and a line for each, tabs between them.
std::string to_tsv(const std::vector<LayerError>& errors);

}  // namespace triad::tools
