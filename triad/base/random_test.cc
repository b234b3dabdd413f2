#include "triad/base/random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "triad/base/error.h"

namespace triad {
namespace {

TEST(Random, IsAFunctionOfItsKeys) {
  Random a(1, 2, 3), b(1, 2, 3);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(a.next(), b.next());
}

TEST(Random, NeverChangesItsNumbers) {
  // Written files and recorded results depend on them.
  Random random(1);
  EXPECT_EQ(random.next(), 0xe28195ddd9ee4956u);
  EXPECT_EQ(permutation(8, 1),
            (std::vector<std::int64_t>{1, 0, 3, 4, 6, 5, 2, 7}));
}

TEST(Random, NeighbouringKeysShareNothing) {
  std::set<std::uint64_t> seen;
  for (std::uint64_t seed = 0; seed < 10; ++seed)
    for (std::uint64_t stream = 0; stream < 10; ++stream)
      for (std::uint64_t index = 0; index < 10; ++index) {
        Random random(seed, stream, index);
        for (int i = 0; i < 10; ++i) seen.insert(random.next());
      }
  EXPECT_EQ(seen.size(), 10000);
}

TEST(Random, UniformHasItsRangeMeanAndDeviation) {
  Random random(4);
  double sum = 0, squares = 0;
  constexpr int kDraws = 100000;
  for (int i = 0; i < kDraws; ++i) {
    const double value = random.uniform(-1, 3);
    ASSERT_GE(value, -1);
    ASSERT_LT(value, 3);
    sum += value;
    squares += value * value;
  }
  EXPECT_NEAR(sum / kDraws, 1, 0.02);
  EXPECT_NEAR(squares / kDraws - 1, 16.0 / 12, 0.03);
}

TEST(Random, NormalHasMeanZeroAndDeviationOne) {
  Random random(5);
  double sum = 0, squares = 0;
  constexpr int kDraws = 100000;
  for (int i = 0; i < kDraws; ++i) {
    const double value = random.normal();
    ASSERT_TRUE(std::isfinite(value));
    sum += value;
    squares += value * value;
  }
  EXPECT_NEAR(sum / kDraws, 0, 0.015);
  EXPECT_NEAR(squares / kDraws, 1, 0.02);
}

TEST(Random, BelowIsEven) {
  for (const std::uint32_t limit : {1u, 2u, 7u, 10u}) {
    Random random(6, limit);
    std::vector<int> counts(limit);
    for (int i = 0; i < 70000; ++i) ++counts.at(random.below(limit));
    for (const int count : counts)
      EXPECT_NEAR(count * double(limit) / 70000, 1, 0.05);
  }
  Random random(6);
  for (int i = 0; i < 100; ++i) EXPECT_LT(random.below(UINT32_MAX), UINT32_MAX);
}

TEST(Permutation, HoldsEveryIndexOnce) {
  for (const std::int64_t count : {0, 1, 2, 3, 100, 50000}) {
    std::vector<std::int64_t> order = permutation(count, 9);
    EXPECT_EQ(order, permutation(count, 9));
    std::sort(order.begin(), order.end());
    for (std::int64_t i = 0; i < count; ++i)
      ASSERT_EQ(order[std::size_t(i)], i);
  }
}

TEST(Permutation, DependsOnSeedAndStream) {
  EXPECT_NE(permutation(100, 1), permutation(100, 2));
  EXPECT_NE(permutation(100, 1, 0), permutation(100, 1, 1));
}

TEST(Permutation, HasEveryOrderEquallyOften) {
  std::vector<int> counts(27);
  for (std::uint64_t seed = 0; seed < 6000; ++seed) {
    const std::vector<std::int64_t> order = permutation(3, seed);
    ++counts[std::size_t(order[0] * 9 + order[1] * 3 + order[2])];
  }
  std::erase(counts, 0);
  ASSERT_EQ(counts.size(), 6);
  for (const int count : counts) EXPECT_NEAR(count, 1000, 130);
}

TEST(Permutation, RefusesANegativeCount) {
  EXPECT_THROW(permutation(-1, 0), Error);
}

}  // namespace
}  // namespace triad
