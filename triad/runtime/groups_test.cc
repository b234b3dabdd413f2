#include "triad/runtime/groups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace triad::runtime {
namespace {

using ::testing::ElementsAre;

TEST(Groups, KeepOnlyWhatHoldsACode) {
  // 9 outputs x 5 inputs x 2 taps; one code in the ragged corner.
  std::vector<std::int8_t> codes(9 * 5 * 2);
  codes[(8 * 5 + 4) * 2 + 1] = -1;
  const LayerCodes layer{codes, 9, 5, 2, 1};
  const Groups groups = pack_groups(layer);
  EXPECT_THAT(groups.begin, ElementsAre(0, 0, 1));
  EXPECT_THAT(groups.places, ElementsAre(3));
  EXPECT_EQ(groups.codes()[0], -1);
  for (int i = 1; i < 32; ++i) EXPECT_EQ(groups.codes()[i], 0);
  const Groups pairs = join_pairs(groups);
  EXPECT_THAT(pairs.begin, ElementsAre(0, 1));
  EXPECT_THAT(pairs.places, ElementsAre(3));
  for (int i = 0; i < 64; ++i) EXPECT_EQ(pairs.codes()[i], i == 32 ? -1 : 0);
}

TEST(Groups, OfADepthwiseLayerAreItsDiagonal) {
  const std::vector<std::int8_t> codes(16, 1);  // 16 filters of 1 x 1 x 1
  const Groups groups = pack_groups({codes, 16, 16, 1, 16});
  EXPECT_THAT(groups.begin, ElementsAre(0, 2, 4));
  EXPECT_THAT(groups.places, ElementsAre(0, 1, 2, 3));
  for (int k = 0; k < 8; ++k)
    for (int i = 0; i < 4; ++i) EXPECT_EQ(groups.codes()[k * 4 + i], k == i);
}

TEST(Groups, OfTwoBitsHoldFourQuadsFromTheLowBitsUp) {
  std::vector<std::int8_t> codes(16);  // one output, 16 inputs
  codes[1] = 1;                        // quad 0, input 1
  codes[4 * 3 + 1] = -1;               // quad 3, input 1
  const Groups groups = pack_ternary_groups({codes, 1, 16, 1, 1});
  EXPECT_THAT(groups.begin, ElementsAre(0, 1));
  EXPECT_EQ(std::uint8_t(groups.codes()[1]), 0b11000001);
  EXPECT_EQ(groups.codes()[0], 0);
}

}  // namespace
}  // namespace triad::runtime
