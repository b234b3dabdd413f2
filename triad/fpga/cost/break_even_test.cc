#include "triad/fpga/cost/break_even.h"

#include <gmock/gmock.h>

#include "triad/base/error.h"
#include "triad/fpga/cost/test_layer.h"

namespace triad::fpga {
namespace {

constexpr PeStyle kGroup{Style::group, 2, "adders", 16, 0};
PeStyle irregular(int window) {
  return {Style::irregular, 2, "adders", 16, window};
}

// The definition: at the break-even portion both arrays are equally fast.
TEST(BreakEven, PortionAndRatioSolveTheDefinition) {
  for (const double area : {1.06, 1.39, 3.65, 13.1})
    for (const double imbalance : {1.0, 1.2}) {
      const BreakEven found = break_even(area, imbalance);
      EXPECT_DOUBLE_EQ(found.ratio, area * imbalance);
      EXPECT_NEAR(speedup(area, imbalance, found.portion), 1, 1e-12);
    }
  EXPECT_EQ(break_even(0.9, 1).portion, 0) << "smaller than dense: always";
}

TEST(BreakEven, ThePlannedPortionIsWhereTheExpectedSpeedUpIsOne) {
  const BreakEven plan = plan_break_even(1.4, 144, 16);
  EXPECT_NEAR(
      speedup(1.4, expected_imbalance(plan.portion, 144, 16), plan.portion), 1,
      1e-9);
  EXPECT_GT(plan.portion, break_even(1.4, 1).portion) << "imbalance only costs";
  EXPECT_EQ(plan_break_even(20, 9, 4).portion, 1) << "out of reach";
}

TEST(BreakEven, MeasuredAreasSayWhatTheyShould) {
  const AreaTable areas = read_areas();
  const Part part = read_part("zynq_7020");
  const auto logic = [&](const PeStyle& style) {
    return area_ratio(areas, style, part, 36, 4).logic;
  };
  EXPECT_LT(logic(kGroup), 1.1) << "an index costs next to nothing";
  EXPECT_GT(logic(irregular(16)), 3);
  EXPECT_GT(logic(irregular(32)), logic(irregular(16)));
  EXPECT_GT(logic(irregular(64)), logic(irregular(32)));
  // hardware.md 4.2: 136 of 128 bits at 16 lanes x 4.
  EXPECT_NEAR(area_ratio(areas, kGroup, part, 64, 4).storage, (128 + 7) / 128.0,
              1e-12);
  EXPECT_DOUBLE_EQ(area_ratio(areas, irregular(16), part, 36, 4).storage, 3);
  EXPECT_THROW(areas.find({Style::irregular, 2, "adders", 16, 17}), Error);
}

TEST(BreakEven, LoadIsMeasuredOnTheMask) {
  const Convolution layer = pruned_layer(32, 32, 3, 0.75, 16);
  const Stream input{32, 8, 8};
  const StyleLoad apart =
      measure_load(layer, input, {Style::apart, 2, "adders", 16}, 4);
  const StyleLoad lock_step = measure_load(layer, input, kGroup, 4);
  EXPECT_NEAR(apart.dead, 0.75, 0.05);
  EXPECT_EQ(apart.dead, lock_step.dead);
  EXPECT_GE(apart.imbalance, 1);
  EXPECT_LT(apart.imbalance, 1.1) << "filters are assigned to balance PEs";
  EXPECT_GT(lock_step.imbalance, 1.5)
      << "random masks seldom agree in four filters";
  const Convolution dense = pruned_layer(32, 32, 3, 0, 16);
  EXPECT_EQ(measure_load(dense, input, kGroup, 4).dead, 0);
  EXPECT_DOUBLE_EQ(measure_load(dense, input, kGroup, 4).imbalance, 1);
  EXPECT_NEAR(measure_load(dense, input, irregular(16), 4).imbalance, 1, 1e-12);
}

TEST(BreakEven, AdviceFollowsTheMask) {
  const AreaTable areas = read_areas();
  const Part part = read_part("zynq_7020");
  const auto rows = layer_break_even(pruned_layer(64, 64, 3, 0.75, 16),
                                     {64, 8, 8}, areas, part, 4);
  for (const LayerBreakEven& row : rows) {
    if (row.style.style == Style::apart) {
      EXPECT_TRUE(row.pays());
    }
    if (row.style.window == 64) {
      EXPECT_FALSE(row.pays());
    }
  }
  EXPECT_GE(rows.size(), 5u);
  EXPECT_TRUE(
      layer_break_even(pruned_layer(8, 1, 5, 0, 1), {1, 28, 28}, areas, part, 4)
          .empty())
      << "one channel is narrower than any array measured";
}

TEST(BreakEven, ATableThatIsWrongIsRefused) {
  const std::string head =
      "tool = \"Yosys\"\ndate = 2026-11-25\nactivation_bits = 9\n"
      "accumulator_bits = 32\n[[area]]\n";
  const std::string row =
      "weight_bits = 2\nmultiplier = \"adders\"\npes = 4\nlanes = 16\n"
      "window = 0\nlut = 9\nlut_memory = 0\nff = 1\ncarry4 = 1\ndsp = 0\n";
  EXPECT_EQ(parse_areas(head + "style = \"group\"\n" + row, "a").areas.size(),
            1u);
  EXPECT_THROW(parse_areas(head + "style = \"sparse\"\n" + row, "a"), Error);
  EXPECT_THROW(parse_areas(head + row, "a"), Error);
}

}  // namespace
}  // namespace triad::fpga
