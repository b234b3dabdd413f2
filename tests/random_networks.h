#pragma once
// Random lowered networks for the tests that hold executors against each other.

#include <algorithm>
#include <string>
#include <vector>

#include "triad/base/random.h"
#include "triad/graph/builder.h"
#include "triad/graph/element_function.h"
#include "triad/graph/integer_rules.h"

namespace triad {

using encoding::Quantization;
using graph::Builder;
using graph::Graph;

constexpr Quantization kU8{8, false, 0.5f, 0};
constexpr Quantization kU8Centred{8, false, 0.5f, 114};
constexpr Quantization kS8{8, true, 0.25f, 0};
constexpr Quantization kS16{16, true, 0.001f, 0};
constexpr Quantization kU16{16, false, 0.001f, 0};

inline int pick(Random& random, int low, int high) {
  return low + int(random.below(std::uint32_t(high - low + 1)));
}

inline std::vector<std::uint8_t> random_pictures(Random& random,
                                                 std::int64_t bytes) {
  std::vector<std::uint8_t> result(static_cast<std::size_t>(bytes));
  for (auto& byte : result) byte = std::uint8_t(random.below(256));
  return result;
}

// Codes of which a share `density` of the groups of 8 outputs x 4 inputs x 1
// tap is alive; ternary, or of 8 bits.
inline encoding::Encoding random_codes(Random& random, const Shape& shape,
                                       bool is_ternary, double density) {
  const encoding::WeightShape weight = encoding::weight_shape(shape);
  std::vector<std::int8_t> codes(std::size_t(element_count(shape)));
  const encoding::PeGeometry geometry{
      int(std::min<std::int64_t>(8, weight.outputs)),
      int(std::min<std::int64_t>(4, weight.inputs)), 1};
  const auto structure = encoding::Structure::pe_group;
  const encoding::Grouping grouping(weight, structure, geometry);
  for (std::int64_t group = 0; group < grouping.count(); ++group) {
    if (random.uniform(0, 1) >= density) continue;
    grouping.for_each(group, [&](std::int64_t i) {
      codes[std::size_t(i)] = std::int8_t(is_ternary ? pick(random, -1, 1)
                                                     : pick(random, -127, 127));
    });
  }
  if (!is_ternary)
    return encoding::Levels{
        shape, 8, encoding::share(std::move(codes)), {1.0f}};
  auto pattern = find_pattern(codes, grouping, structure, geometry);
  return encoding::Ternary{
      shape, pattern, {{encoding::share(std::move(codes)), {1.0f}}}};
}

struct WeightKind {
  bool is_ternary = true;
  double density = 1;  // of groups
};

// Fills the weights of a graph, and integers of every size and sign wherever
// its ops need some; values must have their quantization.
inline void make_integers(Graph& graph, Random& random,
                          const WeightKind& kind) {
  const Quantization& input = *graph.value(graph.input()).quantization;
  const std::int64_t channels = graph.value(graph.input()).shape[0];
  for (std::int64_t i = 0; i < channels * 256; ++i)
    graph.input_table.push_back(std::int16_t(
        pick(random, input.lowest(), std::min(input.highest(), 2000))));
  for (graph::Node& node : graph.nodes) {
    graph::Requantization integers;
    const auto& output = graph.value(node.output);
    if (graph::Parameter* weight = node.find("weight")) {
      const Shape shape = encoding::shape(weight->encoding);
      weight->encoding =
          random_codes(random, shape, kind.is_ternary, kind.density);
      integers.shift = pick(random, 0, kind.is_ternary ? 4 : 10);
      for (std::int64_t k = 0; k < shape[0]; ++k) {
        integers.bias.push_back(pick(random, -2000, 2000));
        if (output.quantization)
          integers.multiplier.push_back(
              std::int16_t(pick(random, -32767, 32767)));
        else
          integers.logit_scale.push_back(float(random.uniform(0, 0.01)));
      }
    } else if (std::holds_alternative<graph::Add>(node.op) ||
               std::holds_alternative<graph::Concat>(node.op) ||
               std::holds_alternative<graph::Relu>(node.op) ||
               std::holds_alternative<graph::AveragePool>(node.op) ||
               std::holds_alternative<graph::GlobalAveragePool>(node.op)) {
      integers.shift = pick(random, 0, 8);
      const int most = 32767 / int(node.inputs.size());
      for (std::size_t i = 0; i < node.inputs.size(); ++i)
        integers.multiplier.push_back(std::int16_t(pick(random, -most, most)));
    } else if (std::holds_alternative<graph::Mul>(node.op)) {
      integers.shift = pick(random, 0, 20);
      integers.multiplier = {std::int16_t(pick(random, -32767, 32767))};
    } else if (graph::has_table(node.op)) {
      const auto& from = *graph.value(node.inputs[0]).quantization;
      for (std::size_t i = 0; i < encoding::table_size(from); ++i)
        integers.table.push_back(
            std::int16_t(pick(random, output.quantization->lowest(),
                              output.quantization->highest())));
    } else {
      continue;
    }
    node.requantization = {integers};
  }
  validate(graph);
}

}  // namespace triad
