#include "triad/encoding/compression_rate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "triad/base/error.h"
#include "triad/encoding/ternary.h"
#include "triad/encoding/test_weights.h"

namespace triad::encoding {
namespace {

// Printed by the authors' programs for ResNet-20 and ResNet-18.
TEST(CompressionRate, IsThePapersInItsThreePrintedCases) {
  EXPECT_NEAR(compression_rate(0.690733, 0), 23.16, 0.01);
  EXPECT_NEAR(compression_rate(0.756447, 0), 21.15, 0.01);
  EXPECT_NEAR(compression_rate(0.933448, 0.216797), 21.89, 0.01);
}

TEST(CompressionRate, IsInfiniteWhereNothingIsLeft) {
  EXPECT_TRUE(std::isinf(compression_rate(0, 0.5)));
  EXPECT_TRUE(std::isinf(compression_rate(0.5, 1)));
  EXPECT_EQ(compression_rate(1, 0), 16);
}

TEST(CompressionRate, RefusesSharesOutOfRange) {
  for (const double bad : {-0.01, 1.01, std::nan("")}) {
    EXPECT_THROW(compression_rate(bad, 0), Error);
    EXPECT_THROW(compression_rate(1, bad), Error);
  }
}

// One pass over the weights by group number, as the definition reads.
GroupCensus brute_force(std::span<const float> weights,
                        const Grouping& grouping, float zero_below) {
  std::vector<std::int64_t> zeros(std::size_t(grouping.count()));
  std::vector<std::int64_t> sizes(zeros.size());
  const std::vector<std::int32_t> group_of = grouping.group_of_weight();
  for (std::size_t i = 0; i < weights.size(); ++i) {
    ++sizes[std::size_t(group_of[i])];
    if (std::abs(weights[i]) <= zero_below) ++zeros[std::size_t(group_of[i])];
  }
  GroupCensus census{.groups = grouping.count()};
  for (std::size_t group = 0; group < zeros.size(); ++group) {
    if (zeros[group] == sizes[group]) continue;
    ++census.living;
    census.smallest_zero_share =
        std::min(census.smallest_zero_share,
                 double(zeros[group]) / double(sizes[group]));
  }
  return census;
}

void expect_equal(const GroupCensus& a, const GroupCensus& b) {
  EXPECT_EQ(a.groups, b.groups);
  EXPECT_EQ(a.living, b.living);
  EXPECT_EQ(a.smallest_zero_share, b.smallest_zero_share);
}

TEST(Census, CountsWhatBruteForceCounts) {
  for_many_cases([](const TestCase& made, Random& random) {
    const Grouping grouping = grouping_of(made.shape, made.pattern);
    const std::vector<float> weights =
        random_weights(grouping.shape().count(), random);
    for (const float zero_below : {0.0f, 0.2f})
      expect_equal(census(weights, grouping, zero_below),
                   brute_force(weights, grouping, zero_below));
    const Ternary ternary =
        encode_ternary(weights, made.shape, made.pattern, {});
    expect_equal(census(ternary), brute_force(decode(ternary), grouping, 0));
  });
}

TEST(Census, TakesAllTermsTogether) {
  // Together group 0 is full, group 1 half empty, group 2 dead.
  Ternary ternary{{1, 6}, {}, {}};
  ternary.pattern = {Structure::pe_group, {1, 2, 0}, {1, 1, 0}};
  for (const std::vector<std::int8_t>& codes :
       {std::vector<std::int8_t>{1, 0, 0, 0, 0, 0},
        std::vector<std::int8_t>{1, -1, 0, 1, 0, 0}})
    ternary.terms.push_back({share(codes), {1.0f}});
  expect_equal(census(ternary), {3, 2, 0.0});
}

TEST(Census, CombinesLayers) {
  const GroupCensus layers[] = {{10, 4, 0.5}, {30, 0, 1.0}, {60, 16, 0.25}};
  const GroupCensus all = combine(layers);
  expect_equal(all, {100, 20, 0.25});
  EXPECT_DOUBLE_EQ(all.density(), 0.2);
  EXPECT_EQ(combine({}).density(), 0.0);
}

TEST(Census, RefusesAnotherNumberOfWeights) {
  const Grouping grouping({2, 4, 1}, Structure::filter, {});
  EXPECT_THROW(census(std::vector<float>(7), grouping, 0), Error);
}

}  // namespace
}  // namespace triad::encoding
