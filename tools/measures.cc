#include "tools/measures.h"

#include <algorithm>

namespace triad::tools {
namespace {

using encoding::Encoding;
using encoding::GroupCensus;
using encoding::Structure;
using encoding::Ternary;

double living_share(const std::vector<float>& values, const Shape& shape,
                    int outputs) {
  const auto weight = encoding::weight_shape(shape);
  const encoding::PeGeometry geometry{
      int(std::min<std::int64_t>(outputs, weight.outputs)),
      int(std::min<std::int64_t>(4, weight.inputs)), 1};
  const encoding::Grouping grouping(weight, Structure::pe_group, geometry);
  std::int64_t living = 0;
  grouping.for_each_block([&](const encoding::Block& block) {
    bool any = false;
    block.for_each(
        [&](std::int64_t i) { any = any || values[std::size_t(i)] != 0; });
    living += any;
  });
  return double(living) / double(grouping.count());
}

LayerMeasures measure_layer(const std::string& name, const Encoding& weight) {
  LayerMeasures layer;
  layer.name = name;
  layer.encoding = encoding::name(weight);
  layer.shape = encoding::shape(weight);
  layer.bits = encoding::bits(weight);
  const std::vector<float> values = encoding::decode(weight);
  layer.weights = std::int64_t(values.size());
  layer.nonzero = layer.weights - std::ranges::count(values, 0.0f);
  if (layer.shape.size() >= 2) {
    layer.living_8x4 = living_share(values, layer.shape, 8);
    layer.living_16x4 = living_share(values, layer.shape, 16);
  }
  if (const auto* ternary = std::get_if<Ternary>(&weight)) {
    layer.structure = encoding::to_string(ternary->pattern.structure);
    layer.terms = ternary->terms.size();
    layer.census = encoding::census(*ternary);
  }
  return layer;
}

// Biases of a float graph are parameters, those of a lowered one integers.
std::int64_t bias_count(const graph::Node& node) {
  std::int64_t count = 0;
  for (const graph::Parameter& parameter : node.parameters)
    if (parameter.name != "weight" && !parameter.name.starts_with("running"))
      count += element_count(encoding::shape(parameter.encoding));
  if (!node.requantization.empty())
    count += std::int64_t(node.requantization.front().bias.size());
  return count;
}

void measure_counted(Measures& measures) {
  std::vector<GroupCensus> counted;
  std::int64_t ternary_layers = 0;
  for (const LayerMeasures& layer : measures.layers) {
    if (!layer.census) continue;
    ++ternary_layers;
    if (layer.structure != encoding::to_string(Structure::none))
      counted.push_back(*layer.census);
  }
  measures.counted_layers = std::int64_t(counted.size());
  if (!counted.empty()) {
    measures.census = encoding::combine(counted);
  } else if (ternary_layers > 0) {
    measures.counted_layers = ternary_layers;
    measures.census = {ternary_layers, ternary_layers, 0.0};
  }
  if (measures.counted_layers > 0)
    measures.compression_rate = encoding::compression_rate(
        measures.census.density(), measures.census.smallest_zero_share);
}

}  // namespace

Measures measure(const graph::Graph& graph) {
  Measures measures;
  for (const graph::Node& node : graph.nodes) {
    measures.float_bytes += 4 * bias_count(node);
    const graph::Parameter* weight = node.find("weight");
    if (!weight) continue;
    const Shape& shape = encoding::shape(weight->encoding);
    measures.float_bytes += 4 * element_count(shape);
    if (shape.size() >= 2)  // batch norm's weight [C] is no layer
      measures.layers.push_back(measure_layer(node.name, weight->encoding));
  }
  measure_counted(measures);
  return measures;
}

}  // namespace triad::tools
