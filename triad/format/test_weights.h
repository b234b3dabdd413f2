#pragma once
// Random weights of every encoding, for tests.

#include <utility>
#include <vector>

#include "triad/base/random.h"
#include "triad/encoding/encoding.h"

namespace triad::format {

inline std::vector<float> random_floats(std::size_t count, Random& random) {
  std::vector<float> values(count);
  for (float& value : values)
    value = random.below(9) == 0 ? -0.0f : float(random.normal());
  return values;
}

inline std::vector<float> random_scales(std::int64_t filters, Random& random) {
  return random_floats(random.below(2) ? std::size_t(filters) : 1, random);
}

// About a third of the groups dead, the geometry seldom a divisor of the shape.
inline encoding::Ternary random_ternary(const Shape& shape,
                                        encoding::Structure structure,
                                        int terms, Random& random) {
  using namespace encoding;
  const WeightShape size = weight_shape(shape);
  const auto block = [&](std::int64_t axis) {
    return int(random.below(std::uint32_t(axis) + 1));
  };
  const PeGeometry geometry{block(size.outputs), block(size.inputs),
                            block(size.taps)};
  const Grouping grouping(size, structure, geometry);
  std::vector<bool> dead(std::size_t(grouping.count()));
  for (auto&& group : dead) group = random.below(3) == 0;
  const bool mask = structure != Structure::none;
  const auto group_of = grouping.group_of_weight();

  Ternary ternary{shape, {}, {}};
  std::vector<std::int8_t> any(group_of.size());
  for (int term = 0; term < terms; ++term) {
    std::vector<std::int8_t> codes(group_of.size());
    for (std::size_t i = 0; i < codes.size(); ++i) {
      if (mask && dead[std::size_t(group_of[i])]) continue;
      codes[i] = std::int8_t(int(random.below(3)) - 1);
      any[i] |= codes[i];
    }
    ternary.terms.push_back(
        {share(std::move(codes)), random_scales(shape[0], random)});
  }
  ternary.pattern = find_pattern(any, grouping, structure, geometry);
  return ternary;
}

inline encoding::Levels random_levels(const Shape& shape, int bits,
                                      Random& random) {
  const int highest = (1 << (bits - 1)) - 1;
  std::vector<std::int8_t> codes(std::size_t(element_count(shape)));
  for (std::int8_t& code : codes)
    code = std::int8_t(int(random.below(2 * highest + 1)) - highest);
  return {shape, bits, encoding::share(std::move(codes)),
          random_scales(shape[0], random)};
}

inline encoding::Encoding random_weight(const Shape& shape, Random& random) {
  using encoding::Structure;
  switch (random.below(4)) {
    case 0:
      return encoding::Dense{
          shape, encoding::share(
                     random_floats(std::size_t(element_count(shape)), random))};
    case 1:
      return random_levels(shape, 2 + int(random.below(7)), random);
    default:
      return random_ternary(shape, Structure(random.below(5)),
                            1 + int(random.below(3)), random);
  }
}

}  // namespace triad::format
