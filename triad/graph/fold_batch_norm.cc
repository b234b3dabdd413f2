#include "triad/graph/fold_batch_norm.h"

#include <cmath>

#include "triad/base/error.h"
#include "triad/graph/rewrite.h"

namespace triad::graph {
namespace {

const std::vector<float>& dense(const Node& node, std::string_view parameter) {
  return *std::get<encoding::Dense>(node.find(parameter)->encoding).values;
}

// f of the header, [K].
std::vector<double> fold_factors(const Node& norm) {
  const std::vector<float>& weight = dense(norm, "weight");
  const std::vector<float>& variance = dense(norm, "running_var");
  const double epsilon = std::get<BatchNorm>(norm.op).epsilon;
  std::vector<double> factors(weight.size());
  for (std::size_t k = 0; k < weight.size(); ++k)
    factors[k] = weight[k] / std::sqrt(variance[k] + epsilon);
  return factors;
}

// One scale, or one per filter, to one per filter.
std::vector<float> fold_scales(const std::vector<float>& scales,
                               const std::vector<double>& factors) {
  std::vector<float> folded(factors.size());
  for (std::size_t k = 0; k < factors.size(); ++k)
    folded[k] = float(scales[scales.size() == 1 ? 0 : k] * factors[k]);
  return folded;
}

void fold_weight(encoding::Dense& weight, const std::vector<double>& factors) {
  std::vector<float> values = *weight.values;
  const std::size_t filter = values.size() / factors.size();
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = float(values[i] * factors[i / filter]);
  weight.values = encoding::share(std::move(values));
}

void fold_weight(encoding::Ternary& weight,
                 const std::vector<double>& factors) {
  for (encoding::TernaryTerm& term : weight.terms)
    term.scales = fold_scales(term.scales, factors);
}

void fold_weight(encoding::Levels& weight, const std::vector<double>& factors) {
  weight.scales = fold_scales(weight.scales, factors);
}

void fold_bias(Node& layer, const Node& norm,
               const std::vector<double>& factors) {
  const std::vector<float>& mean = dense(norm, "running_mean");
  const std::vector<float>& shift = dense(norm, "bias");
  Parameter* bias = layer.find("bias");
  std::vector<float> folded(factors.size());
  for (std::size_t k = 0; k < folded.size(); ++k) {
    const double before = bias ? dense(layer, "bias")[k] : 0.0f;
    folded[k] = float(factors[k] * (before - mean[k]) + shift[k]);
  }
  encoding::Dense encoded{{std::int64_t(folded.size())},
                          encoding::share(std::move(folded))};
  if (bias)
    bias->encoding = std::move(encoded);
  else
    layer.parameters.push_back({"bias", std::move(encoded)});
}

void fold(Node& layer, const Node& norm) {
  const std::vector<double> factors = fold_factors(norm);
  std::visit([&](auto& weight) { fold_weight(weight, factors); },
             layer.find("weight")->encoding);
  fold_bias(layer, norm, factors);
  layer.output = norm.output;
  for (const Parameter& parameter : layer.parameters)
    encoding::validate(parameter.encoding,
                       fmt::format("{}.{} with '{}' folded in", layer.name,
                                   parameter.name, norm.name));
}

bool has_weight(const Node& node) {
  return std::holds_alternative<Conv2d>(node.op) ||
         std::holds_alternative<Linear>(node.op);
}

}  // namespace

Graph fold_batch_norm(Graph graph) {
  require(!graph.is_lowered(),
          "network '{}': expected batch norm to be folded before lowering",
          graph.name);
  const std::vector<int> readers = count_readers(graph);
  std::vector<std::size_t> producers = find_producers(graph);
  std::vector<bool> folded(graph.nodes.size(), false);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& norm = graph.nodes[i];
    if (!std::holds_alternative<BatchNorm>(norm.op)) continue;
    const auto between = std::size_t(norm.inputs[0]);
    Node& layer = graph.nodes[producers[between]];
    if (readers[between] != 1 || !has_weight(layer)) continue;
    fold(layer, norm);
    producers[std::size_t(norm.output)] = producers[between];
    folded[i] = true;
  }
  return remove_nodes(std::move(graph), folded);
}

}  // namespace triad::graph
