#pragma once
// Builds a Graph node by node; shapes are inferred as nodes are added.

#include <string>
#include <vector>

#include "triad/graph/graph.h"

namespace triad::graph {

class Builder {
 public:
  // input: [C, H, W]. Throws Error unless all are positive.
  Builder(std::string name, Shape input);

  ValueId input() const;
  // Appends a node; its output value takes the node's name. Parameters, a bias
  // included, are made as zeros (batch-norm weight and running_var as ones) of
  // the right shape. Throws Error naming the node.
  ValueId add(std::string name, Op op, std::vector<ValueId> inputs);
  ValueId conv(std::string name, ValueId x, Conv2d op, bool bias);
  ValueId linear(std::string name, ValueId x, std::int64_t outputs,
                 bool bias = true);
  const Shape& shape(ValueId id) const;

  // Gives the graph away; its preprocessing is mean 0, deviation 1. Throws
  // Error if it does not validate.
  Graph finish(std::vector<ValueId> outputs);

 private:
  ValueId append(Node node, bool bias);

  Graph graph_;
};

}  // namespace triad::graph
