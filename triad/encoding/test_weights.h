#pragma once
// Random weights, shapes and patterns for the property tests of this floor.

#include <functional>
#include <vector>

#include "triad/base/random.h"
#include "triad/encoding/pattern.h"

namespace triad::encoding {

// About a fifth are zero and the rest take few values, so that ties occur.
inline std::vector<float> random_weights(std::int64_t count, Random& random) {
  std::vector<float> weights(static_cast<std::size_t>(count));
  for (float& weight : weights) {
    const bool coarse = random.below(2) == 0;
    weight = coarse ? 0.125f * float(int(random.below(9)) - 4)
                    : float(0.3 * random.normal());
    if (random.below(5) == 0) weight = 0;
  }
  return weights;
}

struct TestCase {
  Shape shape;
  Pattern pattern;  // about a third of the groups dead
};

// A random shape, its axes rarely multiples of the geometry.
inline TestCase random_case(Structure structure, Random& random) {
  const auto axis = [&](std::uint32_t most) {
    return std::int64_t(1 + random.below(most));
  };
  TestCase made;
  made.shape = random.below(4) == 0
                   ? Shape{axis(20), axis(60)}
                   : Shape{axis(9), axis(40), axis(3), axis(3)};
  const WeightShape size = weight_shape(made.shape);
  const auto block = [&](std::int64_t length) {
    return int(random.below(std::uint32_t(length) + 1));
  };
  made.pattern = {structure,
                  {block(size.outputs), block(size.inputs), block(size.taps)},
                  {}};
  if (structure == Structure::none) return made;
  const Grouping grouping(size, structure, made.pattern.geometry);
  for (std::int64_t group = 0; group < grouping.count(); ++group)
    made.pattern.alive.push_back(random.below(3) != 0);
  return made;
}

// Calls check(case, random) for many cases of every structure.
inline void for_many_cases(
    const std::function<void(const TestCase&, Random&)>& check) {
  for (const Structure structure :
       {Structure::none, Structure::irregular, Structure::pe_group,
        Structure::filter, Structure::channel}) {
    for (std::uint64_t index = 0; index < 60; ++index) {
      Random random(7, std::uint64_t(structure), index);
      check(random_case(structure, random), random);
    }
  }
}

}  // namespace triad::encoding
