#include "triad/encoding/ternary.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "triad/base/error.h"
#include "triad/encoding/test_weights.h"

namespace triad::encoding {
namespace {

constexpr TernarySettings kPaper{};

Pattern without_groups() { return {}; }

TernarySettings random_settings(Random& random) {
  TernarySettings settings;
  const bool maximum = random.below(2) == 0;
  settings.threshold_of = maximum ? ThresholdOf::maximum : ThresholdOf::mean;
  settings.threshold_share =
      maximum ? float(random.uniform(0, 0.9)) : float(random.uniform(0.1, 1));
  settings.scale_per =
      random.below(2) == 0 ? ScalePer::layer : ScalePer::filter;
  if (random.below(2) == 0)
    settings.group_zero_share = float(random.uniform(0, 0.9));
  return settings;
}

std::vector<float> projected(std::span<const float> weights, const Shape& shape,
                             const Pattern& pattern,
                             const TernarySettings& settings) {
  std::vector<float> result(weights.size(), -7.0f);
  project_ternary(weights, shape, pattern, settings, result);
  return result;
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (std::bit_cast<std::uint32_t>(a[i]) !=
        std::bit_cast<std::uint32_t>(b[i]))
      return false;
  return true;
}

TEST(TernaryEncoding, ProjectIsDecodeOfEncodeBitForBit) {
  for_many_cases([](const TestCase& made, Random& random) {
    std::vector<float> weights =
        random_weights(element_count(made.shape), random);
    const TernarySettings settings = random_settings(random);
    const Ternary encoded =
        encode_ternary(weights, made.shape, made.pattern, settings);
    validate(encoded, "layer");
    const std::vector<float> result =
        projected(weights, made.shape, made.pattern, settings);
    EXPECT_TRUE(same_bits(decode(encoded), result));
    project_ternary(weights, made.shape, made.pattern, settings, weights);
    EXPECT_TRUE(same_bits(weights, result)) << "in place";
  });
}

void expect_same(const Ternary& a, const Ternary& b) {
  EXPECT_EQ(*a.terms[0].codes, *b.terms[0].codes);
  EXPECT_EQ(a.terms[0].scales, b.terms[0].scales);
  EXPECT_EQ(a.pattern, b.pattern);
}

TEST(TernaryEncoding, EncodingADecodedWeightAgainChangesNothing) {
  for_many_cases([](const TestCase& made, Random& random) {
    TernarySettings settings = random_settings(random);
    const bool of_mean = settings.threshold_of == ThresholdOf::mean;
    if (of_mean) settings.threshold_share *= 3;
    const Ternary once =
        encode_ternary(random_weights(element_count(made.shape), random),
                       made.shape, made.pattern, settings);
    expect_same(
        once, encode_ternary(decode(once), made.shape, made.pattern, settings));
    if (of_mean && settings.threshold_share > 1) return;
    expect_same(
        once, encode_ternary(decode(once), made.shape, once.pattern, settings));
  });
}

TEST(TernaryEncoding, AMeanShareAboveOneMayDropAllUnderTheFoundPattern) {
  const TernarySettings settings{.threshold_of = ThresholdOf::mean,
                                 .threshold_share = 1.5f};
  const Pattern pattern{Structure::pe_group, {1, 2, 0}, {}};
  const std::vector<float> weights{4, 4, 0.125f, 0.125f};
  const Ternary once = encode_ternary(weights, {1, 4}, pattern, settings);
  EXPECT_EQ(decode(once), (std::vector<float>{4, 4, 0, 0}));
  EXPECT_EQ(projected(decode(once), {1, 4}, once.pattern, settings),
            std::vector<float>(4));
}

TEST(TernaryEncoding, FollowsThePapersRule) {
  // max 1: threshold 0.25; kept 1, 0.5 and 0.25, mean 1.75 / 3.
  const std::vector<float> weights{1.0f, -0.5f, 0.125f, 0.25f, -0.125f, 0.0f};
  const Ternary encoded = encode_ternary(weights, {2, 3}, without_groups(),
                                         {.threshold_share = 0.25f});
  EXPECT_EQ(*encoded.terms[0].codes,
            (std::vector<std::int8_t>{1, -1, 0, 1, 0, 0}));
  EXPECT_EQ(encoded.terms[0].scales, std::vector<float>{float(1.75 / 3.0)});
}

TEST(TernaryEncoding, IsOddInTheWeights) {
  for_many_cases([](const TestCase& made, Random& random) {
    std::vector<float> weights =
        random_weights(element_count(made.shape), random);
    const TernarySettings settings = random_settings(random);
    std::vector<float> result =
        projected(weights, made.shape, made.pattern, settings);
    for (float& weight : weights) weight = -weight;
    for (float& weight : result) weight = -weight;
    EXPECT_EQ(projected(weights, made.shape, made.pattern, settings), result);
  });
}

TEST(TernaryEncoding, DeadGroupsNeverCount) {
  // The dead group holds the largest weight; it moves neither threshold nor
  // scale.
  const Pattern pattern{Structure::pe_group, {1, 2, 0}, {1, 0}};
  const std::vector<float> weights{0.5f, -0.25f, 100.0f, 100.0f};
  for (const ThresholdOf of : {ThresholdOf::maximum, ThresholdOf::mean}) {
    const Ternary encoded =
        encode_ternary(weights, {1, 4}, pattern,
                       {.threshold_of = of, .threshold_share = 0.5f});
    EXPECT_EQ(decode(encoded), (std::vector<float>{0.375f, -0.375f, 0, 0}));
  }
}

TEST(TernaryEncoding, FilterScopeIsTheLayerScopeOfEachFilterAlone) {
  Random random(3);
  const std::vector<float> weights = random_weights(5 * 12, random);
  TernarySettings settings{.threshold_of = ThresholdOf::mean,
                           .threshold_share = 0.7f,
                           .scale_per = ScalePer::filter};
  const std::vector<float> together =
      projected(weights, {5, 12}, without_groups(), settings);
  settings.scale_per = ScalePer::layer;
  for (std::size_t k = 0; k < 5; ++k) {
    const std::vector<float> alone =
        projected(std::span(weights).subspan(12 * k, 12), {1, 12},
                  without_groups(), settings);
    EXPECT_TRUE(std::equal(alone.begin(), alone.end(),
                           together.begin() + std::ptrdiff_t(12 * k)));
  }
}

TEST(TernaryEncoding, AFilterWithNothingKeptHasScaleZero) {
  const std::vector<float> weights{0, 0, 1, -3};
  const Ternary encoded = encode_ternary(weights, {2, 2}, without_groups(),
                                         {.scale_per = ScalePer::filter});
  EXPECT_EQ(encoded.terms[0].scales, (std::vector<float>{0, 2}));
}

TEST(TernaryEncoding, AllZeroWeightsGiveNoLivingGroup) {
  const Pattern pattern{Structure::filter, {}, {}};
  const Ternary encoded =
      encode_ternary(std::vector<float>(6), {2, 3}, pattern, kPaper);
  EXPECT_EQ(encoded.pattern.alive, (std::vector<std::uint8_t>{0, 0}));
  EXPECT_EQ(encoded.terms[0].scales, std::vector<float>{0});
}

TEST(TernaryEncoding, EveryGroupHasItsShareOfZeros) {
  for_many_cases([](const TestCase& made, Random& random) {
    TernarySettings settings = random_settings(random);
    settings.group_zero_share = 0.25f;
    const Ternary encoded =
        encode_ternary(random_weights(element_count(made.shape), random),
                       made.shape, made.pattern, settings);
    const Grouping grouping = grouping_of(made.shape, made.pattern);
    for (std::int64_t group = 0; group < grouping.count(); ++group) {
      std::int64_t zeros = 0;
      grouping.for_each(group, [&](std::int64_t i) {
        zeros += (*encoded.terms[0].codes)[std::size_t(i)] == 0;
      });
      EXPECT_GE(zeros, std::ceil(0.25 * double(grouping.group_size(group))));
    }
  });
}

TEST(TernaryEncoding, TheSmallestOfAGroupGoToZeroOfEqualsTheFirst) {
  const Pattern pattern{Structure::pe_group, {1, 5, 0}, {}};
  const std::vector<float> weights{3, 1, -1, 1, 2, /**/ 0, 0, 5, 4, 6};
  const Ternary encoded =
      encode_ternary(weights, {1, 10}, pattern,
                     {.threshold_share = 0, .group_zero_share = 0.4f});
  EXPECT_EQ(*encoded.terms[0].codes,
            (std::vector<std::int8_t>{1, 0, 0, 1, 1, 0, 0, 1, 1, 1}));
  EXPECT_EQ(encoded.terms[0].scales, std::vector<float>{21.0f / 6.0f});
}

TEST(TernaryEncoding, ADecimalShareOfADecimalGroupIsNotRoundedUp) {
  for (int tenths = 1; tenths < 10; ++tenths) {
    const std::vector<float> ones(10, 1.0f);
    const Ternary encoded =
        encode_ternary(ones, {1, 10}, without_groups(),
                       {.group_zero_share = float(tenths) / 10.0f});
    EXPECT_EQ(std::count(encoded.terms[0].codes->begin(),
                         encoded.terms[0].codes->end(), 0),
              tenths);
  }
}

TEST(TernaryEncoding, HandlesTheSmallestAndLargestFloats) {
  const float tiny = std::numeric_limits<float>::denorm_min();
  const float huge = std::numeric_limits<float>::max();
  EXPECT_EQ(projected(std::vector<float>{tiny, -tiny}, {1, 2}, without_groups(),
                      kPaper),
            (std::vector<float>{tiny, -tiny}));
  EXPECT_EQ(projected(std::vector<float>{huge, -huge}, {1, 2}, without_groups(),
                      kPaper),
            (std::vector<float>{huge, -huge}));
}

TEST(TernaryEncoding, RefusesBadWeights) {
  const float infinite = std::numeric_limits<float>::infinity();
  for (const float bad : {infinite, -infinite, std::nanf("")}) {
    std::vector<float> weights(9, 0.5f);
    weights[8] = bad;
    EXPECT_THROW(encode_ternary(weights, {3, 3}, without_groups(), kPaper),
                 Error);
  }
  const std::vector<float> four(4, 1.0f);
  EXPECT_THROW(encode_ternary({}, {0, 4}, without_groups(), kPaper), Error);
  EXPECT_THROW(encode_ternary(four, {1, 5}, without_groups(), kPaper), Error);
  EXPECT_THROW(encode_ternary(four, {4}, without_groups(), kPaper), Error);
  std::vector<float> short_result(3);
  EXPECT_THROW(
      project_ternary(four, {1, 4}, without_groups(), kPaper, short_result),
      Error);
}

TEST(TernaryEncoding, RefusesSettingsOutOfRange) {
  const std::vector<float> weights(4, 1.0f);
  const TernarySettings bad[] = {
      {.threshold_share = 1.0f},
      {.threshold_share = -0.1f},
      {.threshold_share = std::nanf("")},
      {.threshold_of = ThresholdOf::mean, .threshold_share = 0.0f},
      {.group_zero_share = 1.0f},
      {.group_zero_share = -0.5f},
  };
  for (const TernarySettings& settings : bad)
    EXPECT_THROW(encode_ternary(weights, {2, 2}, without_groups(), settings),
                 Error);
}

TEST(TernaryEncoding, RefusesAPatternOfAnotherSize) {
  const std::vector<float> weights(8, 1.0f);
  const Pattern pattern{Structure::pe_group, {1, 2, 0}, {1, 0, 1}};
  EXPECT_THROW(encode_ternary(weights, {2, 4}, pattern, kPaper), Error);
}

}  // namespace
}  // namespace triad::encoding
