#include "triad/encoding/integer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <vector>

#include "triad/base/random.h"

namespace triad::encoding {
namespace {

constexpr Quantization kU8{8, false, 1.0f, 0};
constexpr Quantization kS8{8, true, 1.0f, 0};
constexpr Quantization kU8Centred{8, false, 1.0f, 128};
constexpr Quantization kS16{16, true, 1.0f, 0};

const std::vector<std::int16_t> kMultipliers = {
    INT16_MIN + 1, -32766, -20000, -16384, -8193, -257,     -2, -1, 0, 1, 2, 3,
    255,           8191,   16384,  29999,  32766, INT16_MAX};

// Accumulators around every power of two and at random.
std::vector<std::int32_t> accumulators() {
  std::vector<std::int32_t> values{0, INT32_MIN, INT32_MAX};
  for (int bit = 0; bit < 31; ++bit)
    for (int offset = -2; offset <= 2; ++offset) {
      const std::int64_t value = (std::int64_t(1) << bit) + offset;
      values.push_back(saturate(value, INT32_MIN, INT32_MAX));
      values.push_back(saturate(-value, INT32_MIN, INT32_MAX));
    }
  Random random(1);
  for (int i = 0; i < 2000; ++i)
    values.push_back(std::int32_t(random.next()) >> random.below(32));
  return values;
}

// Nearest integer, halves up, in double: exact for |value| < 2^52.
double round_half_up(double value) { return std::floor(value + 0.5); }

TEST(Quantization, HasTheRangeOfItsType) {
  EXPECT_EQ(kU8.lowest(), 0);
  EXPECT_EQ(kU8.highest(), 255);
  EXPECT_EQ(kS8.lowest(), -128);
  EXPECT_EQ(kS8.highest(), 127);
  EXPECT_EQ(kS16.lowest(), INT16_MIN);
  EXPECT_EQ(kS16.highest(), INT16_MAX);
  EXPECT_EQ((Quantization{16, false, 1, 0}.highest()), INT16_MAX);
}

TEST(IntegerArithmetic, RoundingShiftIsNearestHalvesUpAtEveryShift) {
  for (const std::int32_t value : accumulators())
    for (int shift = 0; shift <= 31; ++shift)
      ASSERT_EQ(rounding_shift(value, shift),
                round_half_up(std::ldexp(double(value), -shift)))
          << value << " >> " << shift;
}

TEST(IntegerArithmetic, RoundingHighMultiplyIsExactForEveryTerm) {
  for (const std::int16_t multiplier : kMultipliers)
    for (int term = INT16_MIN; term <= INT16_MAX; ++term) {
      const double exact = round_half_up(double(term) * multiplier / 32768.0);
      ASSERT_GE(exact, INT16_MIN);
      ASSERT_LE(exact, INT16_MAX);
      ASSERT_EQ(rounding_high_multiply(std::int16_t(term), multiplier), exact)
          << term << " * " << multiplier;
    }
}

TEST(IntegerArithmetic, RoundingHighMultiplyIsExactForEveryMultiplier) {
  for (const int term : {-32768, -32767, -12345, -1, 0, 1, 2, 777, 32767})
    for (int multiplier = INT16_MIN + 1; multiplier <= INT16_MAX; ++multiplier)
      ASSERT_EQ(
          rounding_high_multiply(std::int16_t(term), std::int16_t(multiplier)),
          round_half_up(double(term) * multiplier / 32768.0));
}

TEST(IntegerArithmetic, SaturatesAtTheEndsOfTheRange) {
  EXPECT_EQ(saturate_16(INT32_MAX), INT16_MAX);
  EXPECT_EQ(saturate_16(INT32_MIN), INT16_MIN);
  EXPECT_EQ(saturate_16(-5), -5);
  EXPECT_EQ(saturate(std::int64_t(1) << 40, -3, 9), 9);
}

double requantise_in_double(std::int32_t accumulator, int shift,
                            std::int16_t multiplier,
                            const Quantization& output) {
  const double shifted = round_half_up(std::ldexp(double(accumulator), -shift));
  const double term = std::clamp(shifted, -32768.0, 32767.0);
  const double scaled = round_half_up(term * multiplier / 32768.0);
  return std::clamp(scaled + output.zero_point, double(output.lowest()),
                    double(output.highest()));
}

TEST(Requantise, AgreesWithTheSameStepsInDouble) {
  for (const Quantization& output : {kU8, kS8, kU8Centred, kS16})
    for (const std::int32_t accumulator : accumulators())
      for (const std::int16_t multiplier : kMultipliers)
        for (const int shift : {0, 1, 3, 8, 15, 16, 30, 31})
          ASSERT_EQ(
              requantise(accumulator, shift, multiplier, output),
              requantise_in_double(accumulator, shift, multiplier, output));
}

TEST(Requantise, IsWithinOneOfTheRealNumberWhereNothingSaturates) {
  Random random(2);
  for (int i = 0; i < 100000; ++i) {
    const int shift = int(random.below(16));
    const auto term = std::int32_t(random.below(65000)) - 32500;
    const auto accumulator = std::int32_t(term) * (1 << shift) +
                             std::int32_t(random.below(1u << shift));
    const auto multiplier = std::int16_t(int(random.below(65535)) - 32767);
    const double real =
        std::ldexp(double(accumulator), -shift) * multiplier / 32768.0;
    ASSERT_LE(std::abs(requantise(accumulator, shift, multiplier, kS16) - real),
              1.0);
  }
}

TEST(Requantise, IsMonotoneInTheAccumulator) {
  std::vector<std::int32_t> sorted = accumulators();
  std::sort(sorted.begin(), sorted.end());
  for (const std::int16_t multiplier : kMultipliers)
    for (const int shift : {0, 5, 12, 31})
      for (std::size_t i = 1; i < sorted.size(); ++i) {
        const std::int32_t before =
            requantise(sorted[i - 1], shift, multiplier, kS8);
        const std::int32_t after =
            requantise(sorted[i], shift, multiplier, kS8);
        if (multiplier >= 0) {
          ASSERT_LE(before, after);
        } else {
          ASSERT_GE(before, after);
        }
      }
}

TEST(Requantise, GivesTheZeroPointForZero) {
  for (const std::int16_t multiplier : kMultipliers)
    EXPECT_EQ(requantise(0, 7, multiplier, kU8Centred), 128);
}

TEST(Align, IsExactForEveryByteAndZeroPoint) {
  for (const bool is_signed : {false, true}) {
    Quantization input{8, is_signed, 1.0f, 0};
    for (input.zero_point = input.lowest(); input.zero_point <= input.highest();
         ++input.zero_point)
      for (int q = input.lowest(); q <= input.highest(); ++q) {
        ASSERT_EQ(centre(q, input), q - input.zero_point);
        ASSERT_EQ(align(q, input), 128 * (q - input.zero_point));
        ASSERT_LE(std::abs(q - input.zero_point), input.reach());
      }
  }
}

TEST(Combine, AgreesWithTheSameStepsInDouble) {
  for (const Quantization& output : {kU8, kS8, kU8Centred, kS16})
    for (int sum = INT16_MIN; sum <= INT16_MAX; ++sum)
      for (const int shift : {0, 1, 7, 15})
        ASSERT_EQ(
            combine(sum, shift, output),
            std::clamp(
                round_half_up(std::ldexp(sum, -shift)) + output.zero_point,
                double(output.lowest()), double(output.highest())));
}

TEST(AccumulatorFits, IsTheLastSumBelowTwoToThe31) {
  EXPECT_TRUE(accumulator_fits(INT32_MAX / 255, kU8, INT32_MAX % 255, 0));
  EXPECT_FALSE(accumulator_fits(INT32_MAX / 255, kU8, INT32_MAX % 255 + 1, 0));
  EXPECT_TRUE(accumulator_fits(0, kU8, INT32_MAX - 128, 8));
  EXPECT_FALSE(accumulator_fits(0, kU8, INT32_MAX - 127, 8));
  EXPECT_FALSE(accumulator_fits(0, kU8, INT32_MIN, 0));
  EXPECT_FALSE(accumulator_fits(std::int64_t(1) << 40, kS8, 0, 31));
}

TEST(LookUp, IsTheTableForEightBits) {
  for (const bool is_signed : {false, true}) {
    const Quantization input{.bits = 8, .is_signed = is_signed};
    std::vector<std::int16_t> table;
    for (int i = 0; i < 256; ++i) table.push_back(std::int16_t(i * 31 - 4000));
    ASSERT_EQ(table.size(), table_size(input));
    for (std::int32_t q = input.lowest(); q <= input.highest(); ++q)
      ASSERT_EQ(look_up(q, input, table.data()),
                (q - input.lowest()) * 31 - 4000);
  }
}

TEST(LookUp, DrawsLinesBetweenNeighboursForSixteenBits) {
  for (const bool is_signed : {false, true}) {
    const Quantization input{.bits = 16, .is_signed = is_signed};
    const double step = is_signed ? 64 : 32;
    Random random(5);
    std::vector<std::int16_t> table;
    for (std::size_t i = 0; i < table_size(input); ++i)
      table.push_back(std::int16_t(int(random.below(65536)) - 32768));
    for (std::int32_t q = input.lowest(); q <= input.highest(); ++q) {
      const double place = (q - input.lowest()) / step;
      const auto i = std::size_t(place);
      const double part = place - double(i);
      const double line = table[i] * (1 - part) + table[i + 1] * part;
      ASSERT_EQ(look_up(q, input, table.data()), std::floor(line + 0.5)) << q;
    }
  }
}

TEST(Product, IsExactAtTheEndsOfItsTypes) {
  const Quantization wide{.bits = 16, .is_signed = true};
  const Quantization centred{.bits = 8, .zero_point = 255};
  EXPECT_EQ(product(-32768, wide, -32768, wide), 1 << 30);
  EXPECT_EQ(product(0, centred, 32767, wide), -255 * 32767);
}

}  // namespace
}  // namespace triad::encoding
