#include "triad/fpga/cost/systolic.h"

#include <gtest/gtest.h>

namespace triad::fpga {
namespace {

// SCALE-Sim v2's own regression: AlexNet's first layer, 224 x 224 x 3, 11 x 11,
// stride 4, 96 filters, on 32 x 32.
TEST(Systolic, GoldenRowOfScaleSimIsReproducedExactly) {
  const MatrixProduct layer{55 * 55, 11 * 11 * 3, 96};
  const SystolicCost cost = systolic_cost(layer, {32, 32});
  EXPECT_EQ(cost.cycles, 112283);
  EXPECT_NEAR(cost.mapping_percent, 94.53, 0.005);
  EXPECT_NEAR(cost.overall_percent, 91.683, 0.0005);
  EXPECT_EQ(cost.input_reads, 3294225);
  EXPECT_EQ(cost.weight_reads, 34848);
  EXPECT_EQ(cost.output_writes, 3484800);
}

TEST(Systolic, AnArrayOfOneTakesOneFoldPerWeight) {
  const SystolicCost cost = systolic_cost({5, 2, 3}, {1, 1});
  EXPECT_EQ(cost.cycles, 6 * (2 + 1 + 5 - 2) - 1);
  EXPECT_DOUBLE_EQ(cost.mapping_percent, 100);
}

TEST(Systolic, AConvolutionIsItsMatrixProduct) {
  Convolution layer;
  layer.window.kernel = {3, 2};
  layer.filters = 7;
  const MatrixProduct product = to_product(layer, {4, 8, 8}, {7, 5, 6});
  EXPECT_EQ(product.pixels, 30);
  EXPECT_EQ(product.window, 24);
  EXPECT_EQ(product.filters, 7);
}

}  // namespace
}  // namespace triad::fpga
