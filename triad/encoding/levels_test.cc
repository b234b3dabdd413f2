#include "triad/encoding/levels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "triad/base/error.h"
#include "triad/encoding/test_weights.h"

namespace triad::encoding {
namespace {

TEST(Levels, TheErrorIsAtMostHalfAStep) {
  for (int bits = 2; bits <= 8; ++bits) {
    for (const bool per_filter : {false, true}) {
      Random random(1, std::uint64_t(bits));
      const std::vector<float> weights = random_weights(7 * 33, random);
      const Levels levels = encode_levels(weights, {7, 33}, {bits, per_filter});
      validate(levels, "layer");
      ASSERT_EQ(levels.scales.size(), per_filter ? 7 : 1);
      const std::vector<float> decoded = decode(levels);
      for (std::size_t i = 0; i < weights.size(); ++i) {
        const float scale = levels.scales[per_filter ? i / 33 : 0];
        EXPECT_LE(std::abs(decoded[i] - weights[i]), 0.50001f * scale);
      }
    }
  }
}

TEST(Levels, TheLargestWeightHasTheHighestCode) {
  const Levels levels = encode_levels(std::vector<float>{0.5f, -2, 1, -0.25f},
                                      {2, 2}, {.bits = 8});
  EXPECT_EQ(*levels.codes, (std::vector<std::int8_t>{32, -127, 127, -32}));
}

TEST(Levels, ZeroStaysZero) {
  const Levels levels =
      encode_levels(std::vector<float>{0, 0, 3, 0}, {2, 2}, {});
  EXPECT_EQ(decode(levels), (std::vector<float>{0, 0, 3, 0}));
  EXPECT_EQ(levels.scales[0], 0);
}

TEST(Levels, HandlesTheSmallestAndLargestFloats) {
  const float tiny = std::numeric_limits<float>::denorm_min();
  const float huge = std::numeric_limits<float>::max();
  validate(encode_levels(std::vector<float>{tiny, -tiny}, {1, 2}, {}), "tiny");
  const std::vector<float> decoded =
      decode(encode_levels(std::vector<float>{huge, -huge}, {1, 2}, {}));
  EXPECT_NEAR(decoded[0] / huge, 1.0f, 1e-6f);
}

TEST(Levels, RefusesBadInput) {
  const std::vector<float> weights(4, 1.0f);
  EXPECT_THROW(encode_levels(weights, {1, 4}, {.bits = 1}), Error);
  EXPECT_THROW(encode_levels(weights, {1, 4}, {.bits = 9}), Error);
  EXPECT_THROW(encode_levels(weights, {1, 5}, {}), Error);
  EXPECT_THROW(encode_levels({}, {0}, {}), Error);
  EXPECT_THROW(encode_levels(std::vector<float>{INFINITY}, {1}, {}), Error);
}

}  // namespace
}  // namespace triad::encoding
