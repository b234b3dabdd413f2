#include "triad/fpga/plan.h"

#include <gtest/gtest.h>

namespace triad::fpga {
namespace {

// A Linear of `bits` wide weights that are all small, so that its sums are.
Workload one_linear(std::int64_t channels, int bits) {
  Workload workload;
  const encoding::Quantization bytes{8, false, 1, 0};
  workload.stages.push_back({.name = "input",
                             .work = InputTable{},
                             .output = {channels, 1, 1, bytes}});
  Convolution layer;
  layer.filters = 2;
  layer.weight_bits = bits;
  layer.logits = true;
  layer.codes.assign(std::size_t(2 * channels), 0);
  layer.codes.front() = layer.codes.back() = 1;
  layer.requantization.bias = {0, 0};
  workload.stages.push_back({.name = "linear",
                             .work = layer,
                             .inputs = {0},
                             .output = {2, 1, 1, bytes}});
  return workload;
}

TEST(Plan, SumsAreNoNarrowerThanTheirAdderTree) {
  const auto bits = [](int weight_bits, int lanes) {
    return make_plan(one_linear(64, weight_bits), {{}, {.lanes = lanes}})
        .stages[1]
        .sum_bits;
  };
  EXPECT_EQ(bits(8, 64), 9 + 8 + 6);
  EXPECT_EQ(bits(8, 33), 9 + 8 + 6);
  EXPECT_EQ(bits(8, 1), 17);
  EXPECT_EQ(bits(2, 64), 17);
}

}  // namespace
}  // namespace triad::fpga
