#include "triad/quantise/merge_terms.h"

#include <gmock/gmock.h>

#include <cmath>

#include "triad/base/random.h"

namespace triad::quantise {
namespace {

using encoding::Levels;
using encoding::Ternary;
using ::testing::Each;
using ::testing::ElementsAre;

encoding::Codes digits(std::vector<std::int8_t> codes) {
  return encoding::share(std::move(codes));
}

// Every combination of digits of as many terms as there are rows of `scales`,
// the filters all alike but for their scales.
Ternary all_digits(const std::vector<std::vector<float>>& scales,
                   std::int64_t filters) {
  std::int64_t combinations = 1;
  for (std::size_t t = 0; t < scales.size(); ++t) combinations *= 3;
  Ternary weight{{filters, combinations}, {}, {}};
  std::int64_t divisor = 1;
  for (const std::vector<float>& of_term : scales) {
    std::vector<std::int8_t> codes;
    for (std::int64_t i = 0; i < filters * combinations; ++i)
      codes.push_back(std::int8_t(i % combinations / divisor % 3 - 1));
    weight.terms.push_back({encoding::share(std::move(codes)), of_term});
    divisor *= 3;
  }
  encoding::validate(weight, "all_digits");
  return weight;
}

double largest_of(std::span<const float> weights) {
  double largest = 0;
  for (const float weight : weights)
    largest = std::max(largest, std::abs(double(weight)));
  return largest;
}

// No weight off by more than half a step of 8 bits of its filter.
void expect_as_exact_as_8_bits(const Ternary& weight) {
  const Levels levels = merge_terms(weight);
  encoding::validate(levels, "merged");
  const std::vector<float> merged = encoding::decode(levels);
  const std::vector<float> sums = encoding::decode(weight);
  const std::size_t size = sums.size() / levels.scales.size();
  for (std::size_t first = 0; first < sums.size(); first += size) {
    const double largest = largest_of(std::span(sums).subspan(first, size));
    for (std::size_t i = first; i < first + size; ++i) {
      EXPECT_LE(std::abs(merged[i] - sums[i]), largest * (0.5 / 127 + 3e-6));
      if (std::abs(sums[i]) == largest) {
        EXPECT_NEAR(merged[i], sums[i], largest * 1e-6);
      }
    }
  }
}

TEST(MergeTerms, AreAsExactAsEightBitsForAnyScales) {
  Random random(1);
  for (int round = 0; round < 300; ++round) {
    const std::size_t terms = 2 + random.below(3);
    const std::int64_t filters = 1 + random.below(4);
    std::vector<std::vector<float>> scales;
    for (std::size_t t = 0; t < terms; ++t) {
      std::vector<float> of_term(random.below(2) ? std::size_t(filters) : 1);
      for (float& scale : of_term)
        scale = float(random.normal() * std::exp(random.uniform(-8, 8)));
      scales.push_back(std::move(of_term));
    }
    expect_as_exact_as_8_bits(all_digits(scales, filters));
  }
}

TEST(MergeTerms, KeepRatiosOfSmallIntegersExact) {
  for (int a = 1; a <= 15; ++a)
    for (int b = 0; b <= 15 - a; ++b)
      for (int c = 0; c <= 15 - a - b; ++c) {
        const Ternary weight =
            all_digits({{0.5f * float(a)}, {float(-b) / 2}, {float(c) / 2}}, 1);
        EXPECT_EQ(encoding::decode(merge_terms(weight)),
                  encoding::decode(weight))
            << a << " : " << b << " : " << c;
      }
}

TEST(MergeTerms, TakeNoMoreBitsThanTheyNeed) {
  const auto bits = [](std::vector<std::vector<float>> scales) {
    return merge_terms(all_digits(scales, 1)).bits;
  };
  EXPECT_EQ(bits({{1}, {0}}), 2);
  EXPECT_EQ(bits({{2}, {1}}), 3);  // 1, 2, 3
  EXPECT_EQ(bits({{1}, {1}}), 3);  // 1, 2
  EXPECT_EQ(bits({{4}, {2}, {1}}), 4);
  EXPECT_EQ(bits({{9}, {3}, {1}}), 5);
  EXPECT_EQ(bits({{1}, {0.001f}}), 2);  // nothing to 8 bits either
}

// Of 16 + 7 : 7, 10 : 23 has no error but four terms; 7 : 16 is within half a
// step and has three, 8 - 1 and 16.
TEST(MergeTerms, PreferFewTermsOfPowersOfTwo) {
  Ternary weight{{1, 2}, {}, {}};
  weight.terms = {{digits({1, 1}), {10}}, {digits({0, 1}), {13}}};
  EXPECT_THAT(*merge_terms(weight).codes, ElementsAre(7, 16));
}

TEST(MergeTerms, GiveEachFilterAScaleOfItsOwn) {
  const Levels levels = merge_terms(all_digits({{2, -6, 0}, {1, 3, 0}}, 3));
  EXPECT_THAT(levels.scales, ElementsAre(1, 3, 0));
  EXPECT_EQ(levels.bits, 3);
  const auto& codes = *levels.codes;
  EXPECT_THAT(std::vector(codes.begin(), codes.begin() + 9),
              ElementsAre(-3, -1, 1, -2, 0, 2, -1, 1, 3));
  EXPECT_THAT(std::vector(codes.begin() + 9, codes.begin() + 18),
              ElementsAre(1, -1, -3, 2, 0, -2, 3, 1, -1));
  EXPECT_THAT(std::vector(codes.begin() + 18, codes.end()), Each(0));
}

TEST(MergeTerms, LeaveDeadGroupsZero) {
  Ternary weight{{2, 4}, {}, {}};
  weight.terms = {{digits({0, 1, 0, -1, 0, 0, 0, 0}), {0.3f}},
                  {digits({0, 1, 0, 0, 0, 0, 1, 0}), {0.2f}}};
  const Levels levels = merge_terms(weight);
  EXPECT_THAT(*levels.codes, ElementsAre(0, 5, 0, -3, 0, 0, 2, 0));
  EXPECT_FLOAT_EQ(levels.scales.front(), 0.1f);
}

}  // namespace
}  // namespace triad::quantise
