#include "triad/graph/derived_scales.h"

#include <cmath>
#include <optional>
#include <variant>

namespace triad::graph {

std::vector<float> derived_scales(const Requantization& requantization,
                                  const encoding::Quantization& input,
                                  const encoding::Quantization& output) {
  std::vector<float> scales;
  // The products are exact in double (16 + 24 bits); only the division rounds.
  const double step =
      std::ldexp(double(output.scale), -15 - requantization.shift);
  for (const std::int16_t multiplier : requantization.multiplier)
    scales.push_back(float(multiplier * step / double(input.scale)));
  if (requantization.multiplier.empty())
    for (const float logit_scale : requantization.logit_scale)
      scales.push_back(float(double(logit_scale) / double(input.scale)));
  return scales;
}

std::vector<float> derived_scales(const Node& node, const Graph& graph) {
  const bool weighted = std::holds_alternative<Conv2d>(node.op) ||
                        std::holds_alternative<Linear>(node.op);
  if (!weighted || node.inputs.size() != 1 || node.requantization.empty())
    return {};
  const Requantization& first = node.requantization.front();
  const auto& input = graph.value(node.inputs[0]).quantization;
  const auto& output = graph.value(node.output).quantization;
  const bool logits = first.multiplier.empty();
  if (!input || (!output && !logits)) return {};
  return derived_scales(first, *input,
                        output.value_or(encoding::Quantization{}));
}

}  // namespace triad::graph
