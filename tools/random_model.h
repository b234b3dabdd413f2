#pragma once
// Lowered networks of the zoo with random weights: for timing, where only
// shapes and zeros matter. They classify nothing.

#include <cstdint>
#include <string>

#include "triad/graph/graph.h"

namespace triad::tools {

struct RandomModelSettings {
  // Share of the groups of 8 outputs x 4 inputs x 1 tap that hold weights, in
  // (0, 1]; first convolution and last linear layer stay dense, of 8 bits.
  double density = 1;
  std::uint64_t seed = 1;
};

// Throws Error for an unknown network and a density out of range.
graph::Graph random_model(const std::string& network,
                          const RandomModelSettings& settings);

}  // namespace triad::tools
