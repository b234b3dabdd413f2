#include "triad/graph/parameter_rules.h"

namespace triad::graph {
namespace {

struct Rules {
  const Shape& input;

  template <typename AnyOp>
  std::vector<ParameterRule> operator()(const AnyOp&) const {
    return {};
  }

  std::vector<ParameterRule> operator()(const Conv2d& op) const {
    const Shape weight = {op.outputs, input[0] / op.groups, op.kernel[0],
                          op.kernel[1]};
    return {{.name = "weight", .shape = weight, .dense = false},
            {.name = "bias", .shape = {op.outputs}, .optional = true}};
  }

  std::vector<ParameterRule> operator()(const Linear& op) const {
    return {{.name = "weight", .shape = {op.outputs, input[0]}, .dense = false},
            {.name = "bias", .shape = {op.outputs}, .optional = true}};
  }

  std::vector<ParameterRule> operator()(const BatchNorm&) const {
    return {{.name = "weight", .shape = {input[0]}, .initial = 1.0f},
            {.name = "bias", .shape = {input[0]}},
            {.name = "running_mean", .shape = {input[0]}},
            {.name = "running_var", .shape = {input[0]}, .initial = 1.0f}};
  }
};

}  // namespace

std::vector<ParameterRule> parameter_rules(const Op& op, const Shape& input) {
  return std::visit(Rules{input}, op);
}

}  // namespace triad::graph
