#include "triad/fpga/cost/energy.h"

#include <gmock/gmock.h>

#include "triad/base/error.h"
#include "triad/fpga/cost/test_layer.h"

namespace triad::fpga {
namespace {

Workload one_layer(double dead) {
  Workload workload;
  workload.stages.push_back({"input", InputTable{}, {}, {32, 8, 8}});
  workload.stages.push_back(
      {"conv", pruned_layer(32, 32, 3, dead, 16), {0}, {32, 8, 8}});
  return workload;
}

OpCounts count(const Workload& workload, bool skips = true) {
  const Stage& stage = workload.stages[1];
  const LayerSchedule words = schedule(std::get<Convolution>(stage.work),
                                       {32, 8, 8}, {2, 2, 16, 2}, "conv");
  return count_operations(workload, stage, &words, skips);
}

TEST(Energy, CountsOfADenseLayerAreItsProducts) {
  const OpCounts counts = count(one_layer(0));
  const std::int64_t words = 32 * 32 * 9 / (2 * 2 * 16);
  EXPECT_EQ(counts.cycles, 64 * words);
  EXPECT_EQ(counts.lane_additions, 64 * words * 4 * 15);
  EXPECT_EQ(counts.multiplications, 0) << "ternary";
  EXPECT_EQ(counts.requantisations, 64 * 32);
  EXPECT_EQ(counts.stored_bits, words * 2 * (1 + 2 + 2 + 1 + 2 * 16 * 2));
  EXPECT_EQ(counts.weight_bits, counts.stored_bits * 64);
}

TEST(Energy, SkippingSavesArithmeticOnChipAndOffChip) {
  const Technology technology = read_technology("asic_45nm");
  const OpCounts skipping = count(one_layer(0.75)),
                 dense = count(one_layer(0.75), false);
  EXPECT_EQ(dense.cycles, count(one_layer(0)).cycles)
      << "an array that knows no zeros takes as long as for a dense layer";
  const Energy less = energy_of(skipping, technology, true),
               all = energy_of(dense, technology, true);
  EXPECT_LT(less.arithmetic_pj, 0.6 * all.arithmetic_pj);
  EXPECT_LT(less.on_chip_pj, 0.6 * all.on_chip_pj);
  EXPECT_LT(less.off_chip_pj, 0.6 * all.off_chip_pj);
}

TEST(Energy, EveryConstantHasASourceAndAMark) {
  const Technology technology = read_technology("asic_45nm");
  for (const Constant& constant : technology.constants) {
    EXPECT_GT(constant.value, 0) << constant.name;
    EXPECT_FALSE(constant.source.empty()) << constant.name;
    EXPECT_THAT(constant.mark, testing::AnyOf("M", "T", "S", "R"));
  }
  EXPECT_THROW(technology.value("int9_add"), Error);
  EXPECT_THROW(read_technology("asic_3nm"), Error);
}

TEST(Energy, OneMultiplicationCostsWhatTheTableSays) {
  const Technology technology = read_technology("asic_45nm");
  OpCounts counts;
  counts.multiplications = 1;
  EXPECT_DOUBLE_EQ(energy_of(counts, technology).arithmetic_pj, 0.2);
  counts = {};
  counts.border_bits = 32;
  EXPECT_DOUBLE_EQ(energy_of(counts, technology).off_chip_pj, 640);
  counts = {};
  counts.stored_bits = 64;
  EXPECT_DOUBLE_EQ(loading_energy_pj(counts, technology), 1280);
}

}  // namespace
}  // namespace triad::fpga
