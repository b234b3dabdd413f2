#pragma once
// Small random networks for the tests of this floor: one op on one picture.

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "triad/base/random.h"
#include "triad/encoding/encoding.h"
#include "triad/graph/builder.h"
#include "triad/graph/executor.h"

namespace triad::reference {

inline std::vector<std::uint8_t> random_bytes(Random& random,
                                              std::int64_t count) {
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(count));
  for (auto& byte : bytes) byte = std::uint8_t(random.below(256));
  return bytes;
}

inline std::vector<float> random_floats(Random& random, std::int64_t count) {
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& x : values) x = float(random.uniform(-1, 1));
  return values;
}

// Fills every Dense parameter but variances with numbers in [-1, 1).
inline void fill_parameters(graph::Graph& graph, Random& random) {
  for (graph::Node& node : graph.nodes)
    for (graph::Parameter& parameter : node.parameters) {
      const Shape shape = encoding::shape(parameter.encoding);
      auto values = random_floats(random, element_count(shape));
      if (parameter.name == "running_var")
        for (float& x : values) x = std::abs(x) + 0.1f;
      parameter.encoding =
          encoding::Dense{shape, encoding::share(std::move(values))};
    }
}

// A picture to the first output of an executor.
inline std::vector<float> run_one(graph::Executor& executor,
                                  const graph::Graph& graph,
                                  const std::vector<std::uint8_t>& picture) {
  executor.load(graph);
  Shape shape = graph.value(graph.input()).shape;
  shape.insert(shape.begin(), 1);
  return executor.run({shape, picture})[0].values;
}

// Convolutions that differ in everything a convolution can differ in, for
// inputs of 4 channels, at least 7 x 7.
inline std::vector<graph::Conv2d> many_convolutions() {
  return {
      {.outputs = 3},
      {.outputs = 5, .kernel = {3, 3}, .padding = {1, 1, 1, 1}},
      {.outputs = 4,
       .kernel = {3, 3},
       .stride = {2, 2},
       .padding = {1, 1, 1, 1}},
      {.outputs = 2,
       .kernel = {5, 2},
       .stride = {3, 1},
       .padding = {0, 2, 1, 0}},
      {.outputs = 6,
       .kernel = {3, 3},
       .dilation = {2, 3},
       .padding = {2, 3, 2, 3},
       .groups = 2},
      {.outputs = 4, .kernel = {3, 3}, .padding = {1, 1, 1, 1}, .groups = 4},
      {.outputs = 8, .kernel = {1, 1}, .stride = {2, 2}, .groups = 2},
      {.outputs = 2, .kernel = {7, 7}, .padding = {6, 6, 6, 6}},
  };
}

}  // namespace triad::reference
