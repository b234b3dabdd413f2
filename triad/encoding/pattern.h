#pragma once
// Sparsity structure: which groups of a weight are alive.
// Paper: Yang, He, Fan, AAAI 2020 (PE groups); filters and channels as special
// cases.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "triad/base/shape.h"
#include "triad/encoding/grouping.h"

namespace triad::encoding {

// Structure, geometry and one byte per group: 1 alive, 0 all its weights are
// zero.
struct Pattern {
  Structure structure = Structure::none;
  PeGeometry geometry;
  std::vector<std::uint8_t> alive;  // [groups]; empty for none
  bool operator==(const Pattern&) const = default;
};

// Whether a group may hold weights; an empty `alive` means that all do.
inline bool is_alive(const Pattern& pattern, std::int64_t group) {
  return pattern.alive.empty() || pattern.alive[std::size_t(group)] != 0;
}

// The Grouping of `pattern` on a weight of `shape`. Throws Error naming `layer`
// if the shape, the geometry or the size of a non-empty `alive` do not fit.
Grouping grouping_of(const Shape& shape, const Pattern& pattern,
                     std::string_view layer = "weight");

// Marks the groups that hold a non-zero weight. weights [K * C * taps].
Pattern find_pattern(std::span<const std::int8_t> codes,
                     const Grouping& grouping, Structure structure,
                     const PeGeometry& geometry);

// Euclidean norm of each group, [groups]; sums in double. weights [K * C *
// taps].
std::vector<double> group_norms(std::span<const float> weights,
                                const Grouping& grouping);

}  // namespace triad::encoding
