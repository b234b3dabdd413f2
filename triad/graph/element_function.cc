#include "triad/graph/element_function.h"

#include <algorithm>
#include <cmath>

namespace triad::graph {
namespace {

struct Function {
  double x;

  double operator()(const Relu&) const { return x < 0 ? 0 : x; }
  double operator()(const LeakyRelu& op) const {
    return x < 0 ? op.slope * x : x;
  }
  double operator()(const Clip& op) const {
    return std::clamp(x, double(op.low), double(op.high));
  }
  double operator()(const HardSigmoid& op) const {
    return std::clamp(op.alpha * x + op.beta, 0.0, 1.0);
  }
  double operator()(const HardSwish&) const {
    return x * std::clamp(x / 6 + 0.5, 0.0, 1.0);
  }
  double operator()(const Sigmoid&) const { return 1 / (1 + std::exp(-x)); }
  double operator()(const auto&) const { return x; }
};

}  // namespace

bool is_element_function(const Op& op) {
  return std::holds_alternative<Relu>(op) ||
         std::holds_alternative<LeakyRelu>(op) ||
         std::holds_alternative<Clip>(op) ||
         std::holds_alternative<HardSigmoid>(op) ||
         std::holds_alternative<HardSwish>(op) ||
         std::holds_alternative<Sigmoid>(op);
}

bool has_table(const Op& op) {
  return is_element_function(op) && !std::holds_alternative<Relu>(op);
}

double element_function(const Op& op, double x) {
  return std::visit(Function{x}, op);
}

}  // namespace triad::graph
