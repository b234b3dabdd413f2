#include "triad/graph/derived_scales.h"

#include <gtest/gtest.h>

#include <cmath>

namespace triad::graph {
namespace {

TEST(DerivedScales, UndoWhatLoweringMultiplies) {
  const Requantization integers{3, {}, {16384, -32767, 0}, {}};
  const auto scales =
      derived_scales(integers, {.scale = 0.5f}, {.scale = 2.0f});
  // multiplier * 2^-(15 + 3) * 2 / 0.5
  EXPECT_EQ(scales, (std::vector<float>{0.25f, -32767.0f / 65536.0f, 0.0f}));
}

TEST(DerivedScales, OfLogitsNeedNoOutputScale) {
  const Requantization integers{0, {}, {}, {0.3f, -0.5f}};
  const auto scales = derived_scales(integers, {.scale = 0.25f}, {});
  EXPECT_EQ(scales, (std::vector<float>{1.2f, -2.0f}));
}

TEST(DerivedScales, AFloatNodeHasNone) {
  Graph graph;
  graph.values.resize(2);
  const Node node{"conv", Conv2d{}, {0}, 1, {}, {}};
  EXPECT_TRUE(derived_scales(node, graph).empty());
}

}  // namespace
}  // namespace triad::graph
