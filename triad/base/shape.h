#pragma once
// Shapes of tensors: row-major, [N, C, H, W] for data, [K, C, R, S] for
// weights.

#include <cstdint>
#include <string>
#include <vector>

namespace triad {

using Shape = std::vector<std::int64_t>;

// Product of the dimensions; 1 for an empty shape.
// Throws Error if a dimension is negative or the product exceeds 2^40.
std::int64_t element_count(const Shape& shape);

// "[64, 3, 7, 7]".
std::string to_string(const Shape& shape);

}  // namespace triad
