#pragma once
// The groups of a layer under a recipe's pattern; shared by all methods.

#include <cstdint>
#include <string_view>
#include <vector>

#include "triad/encoding/pattern.h"
#include "triad/recipe/recipe.h"
#include "triad/train/network.h"

namespace triad::train {

// Structure and geometry, without living groups. Throws Error for an unknown
// structure.
encoding::Pattern to_encoding(const recipe::Pattern& pattern);

// Whether a method compresses the layer; the first and the last only on
// request, depthwise ones never: with nine weights to a filter they hold little
// to save, and ternary ones drown the network.
bool compresses(const Layer& layer, bool first_too, bool last_too);

// Throws Error naming the layer if the geometry is wider than its weight.
encoding::Grouping make_grouping(const Layer& layer,
                                 const encoding::Pattern& pattern);

// One byte per group, 1 where any weight is not zero; weights [shape].
std::vector<std::uint8_t> living_groups(std::span<const float> weights,
                                        const Shape& shape,
                                        const encoding::Pattern& pattern,
                                        std::string_view layer);

}  // namespace triad::train
