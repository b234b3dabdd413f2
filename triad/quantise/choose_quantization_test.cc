#include "triad/quantise/choose_quantization.h"

#include <gtest/gtest.h>

#include <cmath>

#include "triad/base/error.h"

namespace triad::quantise {
namespace {

using encoding::Quantization;

// |x| spread evenly over [0, 1) and a few at 10.
ValueStatistics with_outliers(std::int64_t outliers) {
  ValueStatistics statistics{{0.0f}, {10.0f}, {}, 0};
  statistics.bin_width = 10.0 / ValueStatistics::kBins;
  statistics.counts.assign(2 * ValueStatistics::kBins, 0);
  for (int i = 0; i < ValueStatistics::kBins / 10; ++i)
    statistics.counts[std::size_t(ValueStatistics::kBins + i)] = 1000;
  statistics.counts.back() = outliers;
  return statistics;
}

TEST(ChooseQuantization, MaximumCoversEverything) {
  const Quantization q = choose_quantization(with_outliers(1), true, 8,
                                             {.rule = ScaleRule::maximum});
  EXPECT_FALSE(q.is_signed);
  EXPECT_FLOAT_EQ(q.scale * 255, 10);
}

TEST(ChooseQuantization, PercentileLeavesOutliersOut) {
  const Quantization q =
      choose_quantization(with_outliers(1), false, 8,
                          {.rule = ScaleRule::percentile, .percentile = 0.999});
  EXPECT_TRUE(q.is_signed);
  EXPECT_NEAR(q.scale * 127, 1, 0.01);
}

TEST(ChooseQuantization, LeastSquaresWeighsOutliersAgainstSteps) {
  const ScaleSettings settings{.rule = ScaleRule::least_squares};
  const float few =
      choose_quantization(with_outliers(1), true, 8, settings).scale;
  const float many =
      choose_quantization(with_outliers(10000), true, 8, settings).scale;
  EXPECT_LT(few * 255, 9);
  EXPECT_NEAR(many * 255, 10, 0.2);
}

TEST(ChooseQuantization, AValueOfZerosKeepsScaleOne) {
  ValueStatistics zeros{{0.0f}, {0.0f}, {}, 0};
  zeros.counts.assign(2 * ValueStatistics::kBins, 0);
  EXPECT_EQ(choose_quantization(zeros, true, 8, {}).scale, 1.0f);
}

TEST(ChooseQuantization, RefusesAPercentileAboveOne) {
  EXPECT_THROW(
      choose_quantization(with_outliers(1), true, 8, {.percentile = 99.9}),
      Error);
}

TEST(ChooseInput, IsExactForPlainBytes) {
  const std::vector<std::uint8_t> bytes = {0, 100, 200, 255};
  const auto input = choose_input({{0.0f}, {1.0f}}, {{1, 1, 2, 2}, bytes}, 8);
  EXPECT_EQ(input.quantization.zero_point, 0);
  EXPECT_FLOAT_EQ(input.quantization.scale, 1.0f / 255);
  for (int byte = 0; byte < 256; ++byte)
    EXPECT_EQ(input.table[std::size_t(byte)], byte);
}

TEST(ChooseInput, StaysWithinAStepOfTheRealNumbers) {
  std::vector<std::uint8_t> bytes;
  for (int i = 0; i < 3 * 256; ++i) bytes.push_back(std::uint8_t(i));
  const graph::Preprocessing imagenet{{0.485f, 0.456f, 0.406f},
                                      {0.229f, 0.224f, 0.225f}};
  for (const int bits : {8, 16}) {
    const auto input = choose_input(imagenet, {{1, 3, 16, 16}, bytes}, bits);
    const Quantization& q = input.quantization;
    for (std::size_t i = 0; i < input.table.size(); ++i) {
      const double real = (double(i % 256) / 255 - imagenet.mean[i / 256]) /
                          imagenet.deviation[i / 256];
      EXPECT_NEAR(q.scale * double(input.table[i] - q.zero_point), real,
                  1.5 * q.scale);
    }
  }
}

}  // namespace
}  // namespace triad::quantise
