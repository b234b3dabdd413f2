#pragma once
// What compression achieved, by the names its papers use.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "triad/encoding/compression_rate.h"
#include "triad/graph/graph.h"

namespace triad::tools {

// One weight of the network.
struct LayerMeasures {
  std::string name;
  std::string encoding;   // "ternary"
  std::string structure;  // "pe_group"; empty unless ternary
  std::size_t terms = 1;  // of a ternary weight
  Shape shape;
  std::int64_t weights = 0, nonzero = 0;
  std::int64_t bits = 0;                        // of the stored form
  std::optional<encoding::GroupCensus> census;  // of ternary layers
  // Share of the groups of 8 or 16 outputs x 4 inputs x 1 tap that hold a
  // weight: what the CPU kernels sparse8x4 and sparse16x4 compute.
  double living_8x4 = 1, living_16x4 = 1;
};

struct Measures {
  std::vector<LayerMeasures> layers;
  // Of the counted layers: the ternary ones cut into groups; where there are
  // none, all ternary ones, each living whole and with no zero skipped.
  encoding::GroupCensus census;
  std::int64_t counted_layers = 0;
  double compression_rate = 1;   // 16 / (D (1 - s_min)); 1 without ternary
  std::int64_t float_bytes = 0;  // weights and biases as 32-bit floats
};

Measures measure(const graph::Graph& graph);

}  // namespace triad::tools
