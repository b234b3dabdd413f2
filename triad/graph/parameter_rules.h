#pragma once
// Which parameters an op has: the one table that building, validating and
// reading share.

#include <string_view>
#include <vector>

#include "triad/base/shape.h"
#include "triad/graph/op.h"

namespace triad::graph {

struct ParameterRule {
  std::string_view name;  // PyTorch's: weight, bias, running_mean, running_var
  Shape shape;
  bool optional = false;  // a bias
  bool dense = true;      // only weights of Conv2d and Linear may be compressed
  float initial = 0.0f;   // of a new network
};

// In PyTorch's order. `input` is a shape that infer_shape has accepted for
// `op`.
std::vector<ParameterRule> parameter_rules(const Op& op, const Shape& input);

}  // namespace triad::graph
