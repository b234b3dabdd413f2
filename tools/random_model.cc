#include "tools/random_model.h"

#include <algorithm>
#include <cmath>

#include "triad/base/error.h"
#include "triad/base/random.h"
#include "triad/quantise/lower.h"
#include "triad/zoo/zoo.h"

namespace triad::tools {
namespace {

constexpr encoding::PeGeometry kCpuGroups{8, 4, 1};

// Real size of a code, so that values neither vanish nor grow from layer to
// layer.
float code_scale(const encoding::WeightShape& shape, double density) {
  const double codes = double(shape.inputs * shape.taps) * density * 2 / 3;
  return float(std::sqrt(2 / std::max(codes, 1.0)));
}

encoding::Encoding random_ternary(Random& random, const Shape& shape,
                                  double density) {
  const encoding::WeightShape weight = encoding::weight_shape(shape);
  const encoding::PeGeometry geometry{
      int(std::min<std::int64_t>(kCpuGroups.outputs, weight.outputs)),
      int(std::min<std::int64_t>(kCpuGroups.inputs, weight.inputs)),
      kCpuGroups.taps};
  const auto structure = encoding::Structure::pe_group;
  const encoding::Grouping grouping(weight, structure, geometry);
  std::vector<std::int8_t> codes(std::size_t(weight.count()));
  for (std::int64_t group = 0; group < grouping.count(); ++group)
    if (random.uniform(0, 1) < density)
      grouping.for_each(group, [&](std::int64_t i) {
        codes[std::size_t(i)] = std::int8_t(int(random.below(3)) - 1);
      });
  auto pattern = find_pattern(codes, grouping, structure, geometry);
  return encoding::Ternary{
      shape,
      std::move(pattern),
      {{encoding::share(std::move(codes)), {code_scale(weight, density)}}}};
}

encoding::Encoding random_dense(Random& random, const Shape& shape) {
  const float scale = code_scale(encoding::weight_shape(shape), 1);
  std::vector<float> weights(std::size_t(element_count(shape)));
  for (float& w : weights) w = float(random.uniform(-scale, scale));
  return encoding::Dense{shape, encoding::share(std::move(weights))};
}

bool has_weight(const graph::Node& node) {
  return std::holds_alternative<graph::Conv2d>(node.op) ||
         std::holds_alternative<graph::Linear>(node.op);
}

}  // namespace

graph::Graph random_model(const std::string& network,
                          const RandomModelSettings& settings) {
  require(settings.density > 0 && settings.density <= 1,
          "random model: expected a density above 0, at most 1, got {}",
          settings.density);
  graph::Graph graph = zoo::make(network);
  Random random(settings.seed);
  const auto first = std::ranges::find_if(graph.nodes, has_weight);
  const auto last =
      std::find_if(graph.nodes.rbegin(), graph.nodes.rend(), has_weight);
  for (graph::Node& node : graph.nodes) {
    if (!has_weight(node)) continue;
    encoding::Encoding& weight = node.find("weight")->encoding;
    const Shape shape = encoding::shape(weight);
    const bool is_dense = &node == &*first || &node == &*last;
    weight = is_dense ? random_dense(random, shape)
                      : random_ternary(random, shape, settings.density);
  }
  Shape shape = graph.value(graph.input()).shape;
  std::vector<std::uint8_t> picture(std::size_t(element_count(shape)));
  for (auto& byte : picture) byte = std::uint8_t(random.below(256));
  shape.insert(shape.begin(), 1);
  return quantise::lower(graph, {shape, picture});
}

}  // namespace triad::tools
