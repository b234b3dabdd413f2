#pragma once
// Networks of the zoo for the tests of the FPGA target.

#include "tests/random_networks.h"
#include "triad/quantise/lower.h"
#include "triad/zoo/zoo.h"

namespace triad {

// A network of the zoo with random weights, lowered.
inline Graph lowered(const std::string& name) {
  Graph graph = zoo::make(name);
  Random random(1);
  for (graph::Node& node : graph.nodes)
    if (graph::Parameter* weight = node.find("weight");
        weight && !std::holds_alternative<graph::BatchNorm>(node.op))
      weight->encoding =
          random_codes(random, encoding::shape(weight->encoding), true, 0.5);
  const Shape input = graph.value(graph.input()).shape;
  const auto pictures = random_pictures(random, element_count(input));
  return quantise::lower(graph, {{1, input[0], input[1], input[2]}, pictures});
}

}  // namespace triad
