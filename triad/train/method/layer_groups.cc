#include "triad/train/method/layer_groups.h"

namespace triad::train {

encoding::Pattern to_encoding(const recipe::Pattern& pattern) {
  return {encoding::structure_from_string(pattern.structure),
          {int(pattern.outputs), int(pattern.inputs), int(pattern.taps)},
          {}};
}

bool compresses(const Layer& layer, bool first_too, bool last_too) {
  if (layer.is_depthwise) return false;
  return (first_too || !layer.is_first) && (last_too || !layer.is_last);
}

encoding::Grouping make_grouping(const Layer& layer,
                                 const encoding::Pattern& pattern) {
  return {encoding::weight_shape(layer.shape), pattern.structure,
          pattern.geometry, layer.name};
}

std::vector<std::uint8_t> living_groups(std::span<const float> weights,
                                        const Shape& shape,
                                        const encoding::Pattern& pattern,
                                        std::string_view layer) {
  const encoding::Grouping grouping(encoding::weight_shape(shape),
                                    pattern.structure, pattern.geometry, layer);
  if (pattern.structure == encoding::Structure::none) return {};
  std::vector<std::uint8_t> alive(std::size_t(grouping.count()), 0);
  const std::vector<std::int32_t> group_of_weight = grouping.group_of_weight();
  for (std::size_t i = 0; i < weights.size(); ++i)
    if (weights[i] != 0) alive[std::size_t(group_of_weight[i])] = 1;
  return alive;
}

}  // namespace triad::train
