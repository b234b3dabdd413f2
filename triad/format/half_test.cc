#include "triad/format/half.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

namespace triad::format {
namespace {

TEST(Half, EveryHalfSurvivesTheWayThroughFloat) {
  for (std::uint32_t half = 0; half <= 0xffff; ++half) {
    const float value = half_to_float(std::uint16_t(half));
    if (std::isnan(value))
      EXPECT_TRUE(std::isnan(half_to_float(float_to_half(value))));
    else
      EXPECT_EQ(float_to_half(value), half) << value;
  }
}

TEST(Half, KnownValuesAreRight) {
  EXPECT_EQ(half_to_float(0x3c00), 1.0f);
  EXPECT_EQ(half_to_float(0xc000), -2.0f);
  EXPECT_EQ(half_to_float(0x7bff), 65504.0f);
  EXPECT_EQ(half_to_float(0x0001), 0x1p-24f);
  EXPECT_EQ(half_to_float(0x7c00), std::numeric_limits<float>::infinity());
  EXPECT_EQ(bfloat_to_float(0x3f80), 1.0f);
  EXPECT_EQ(bfloat_to_float(0xbfc0), -1.5f);
}

// Against the nearest of the two neighbouring halves, found by search.
TEST(Half, RoundsToNearestEven) {
  for (std::uint32_t half = 0; half < 0x7bff; ++half) {
    const float low = half_to_float(std::uint16_t(half));
    const float high = half_to_float(std::uint16_t(half + 1));
    const float middle = low + (high - low) / 2;  // exact
    const std::uint32_t even = half % 2 == 0 ? half : half + 1;
    ASSERT_EQ(float_to_half(middle), even) << middle;
    ASSERT_EQ(float_to_half(std::nextafter(middle, 0.0f)), half) << middle;
    ASSERT_EQ(float_to_half(std::nextafter(middle, 1e9f)), half + 1) << middle;
  }
  EXPECT_EQ(float_to_half(65519.99f), 0x7bff);
  EXPECT_EQ(float_to_half(65520.0f), 0x7c00);
}

}  // namespace
}  // namespace triad::format
