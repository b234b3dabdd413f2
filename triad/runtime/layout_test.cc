#include "triad/runtime/layout.h"

#include <gtest/gtest.h>

namespace triad::runtime {
namespace {

TEST(Layout, SharesTheHaloBetweenRows) {
  const Layout layout = make_layout({6, 3, 7}, 1, {1, 1, 1, 1});
  EXPECT_EQ(layout.pitch, 8);
  EXPECT_EQ(layout.quads(), 2);
  EXPECT_EQ(layout.pixel(-1, -1), 0);
  EXPECT_EQ(layout.pixel(0, 7), layout.pixel(1, -1));
  EXPECT_LT(layout.pixel(3, 7), layout.plane_bytes());
  EXPECT_EQ(layout.element(5, 0, 0), layout.plane_bytes() + 9 * 4 + 1);
  EXPECT_EQ(layout.plane_bytes() / 64 % 2, 1);
}

TEST(Layout, OfOnePixelIsAPlainVector) {
  const Layout layout = make_layout({10}, 2);
  EXPECT_EQ(layout.element(9, 0, 0), 18);
  EXPECT_EQ(layout.bytes(), 24);
}

TEST(Layout, KnowsWhichPaddingItHolds) {
  const Layout layout = make_layout({4, 5, 5}, 1, {1, 2, 1, 0});
  EXPECT_TRUE(layout.has_halo({0, 0, 0, 0}));
  EXPECT_TRUE(layout.has_halo({1, 2, 1, 0}));
  EXPECT_FALSE(layout.has_halo({2, 0, 0, 0}));
  EXPECT_FALSE(layout.has_halo({0, 3, 0, 0}));
  EXPECT_FALSE(make_layout({4, 5, 5}, 1).has_halo({0, 0, 0, 1}));
}

}  // namespace
}  // namespace triad::runtime
