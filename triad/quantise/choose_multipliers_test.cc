#include "triad/quantise/choose_multipliers.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace triad::quantise {
namespace {

using encoding::Quantization;

double gain_of(std::int16_t multiplier, int shift) {
  return std::ldexp(multiplier, -15 - shift);
}

TEST(ChooseMultiplier, ComesCloseToAnyGain) {
  for (double gain = 0.9999; gain > 1e-5; gain *= 0.7) {
    const FilterGain filter{.gain = -gain, .reach = 255, .spread = 255};
    const int shift = choose_shift({filter});
    const std::int16_t multiplier = choose_multiplier(filter, shift);
    EXPECT_NEAR(gain_of(multiplier, shift), -gain, gain * 1e-3) << gain;
    EXPECT_GE(-multiplier, 255) << gain;  // the whole range is reached
  }
}

TEST(ChooseMultiplier, BalancesTheRoundingOfTermAndMultiplier) {
  const FilterGain filter{.gain = 0.003, .reach = 255, .spread = 255};
  const std::int16_t multiplier =
      choose_multiplier(filter, choose_shift({filter}));
  EXPECT_GT(multiplier, 700);
  EXPECT_LT(multiplier, 6000);
}

TEST(ChooseMultiplier, RoundsUpWhereWeightsStillFollow) {
  const FilterGain filter{.gain = 0.01003, .reach = 20, .adjustable = true};
  for (int shift = 0; shift < 6; ++shift) {
    const std::int16_t multiplier = choose_multiplier(filter, shift);
    EXPECT_GE(gain_of(multiplier, shift), filter.gain);
    EXPECT_LT(gain_of(std::int16_t(multiplier - 1), shift), filter.gain);
  }
}

TEST(ChooseMultiplier, GivesAnEmptyFilterTheReachOfItsBias) {
  EXPECT_EQ(choose_multiplier({.gain = 0, .reach = 41.2}, 5), 42);
}

TEST(ChooseShift, KeepsTheStrongestFilterInRange) {
  const std::vector<FilterGain> filters = {
      {.gain = 0.9, .reach = 200, .spread = 200},
      {.gain = 1e-4, .reach = 200, .spread = 200}};
  const int shift = choose_shift(filters);
  EXPECT_LE(std::ldexp(0.9, 15 + shift), 32767);
}

TEST(ChooseTerms, KeepTheSumInSixteenBits) {
  const Quantization u8{8, false, 0.03f, 0}, s8{8, true, 0.05f, 0};
  const Quantization s16{16, true, 1e-4f, 0};
  for (const auto& inputs : std::vector<std::vector<Quantization>>{
           {u8, s8}, {u8, u8, u8, u8}, {s16, s16}, {s16, u8}, {s16}}) {
    for (const double slack : {1.000001, 1.7, 20.0, 300.0}) {
      const double scale = smallest_term_scale(inputs) * slack;
      const TermMultipliers terms = choose_terms(inputs, scale, true);
      int sum = 0;
      for (std::size_t i = 0; i < inputs.size(); ++i) {
        sum += terms.multipliers[i];
        const double gain = std::ldexp(
            terms.multipliers[i], align_shift(inputs[i]) - 15 - terms.shift);
        const double exact = inputs[i].scale / scale;
        EXPECT_NEAR(gain, exact, std::ldexp(1.0, -9));
      }
      EXPECT_LE(sum, INT16_MAX);
    }
  }
}

}  // namespace
}  // namespace triad::quantise
