#include "triad/fpga/cost/timing.h"

#include <gmock/gmock.h>

#include "triad/fpga/cost/cycles.h"
#include "triad/fpga/cost/test_network.h"
#include "triad/fpga/emit/design.h"
#include "triad/fpga/simulate/simulation.h"

namespace triad::fpga {
namespace {

std::vector<PictureCycles> simulate(const Plan& plan, int pictures) {
  const Stream& picture = plan.workload.stages.front().output;
  const std::vector<std::uint8_t> pixels(
      std::size_t(pictures * picture.pixels() * picture.channels), 7);
  const SimulationResult result =
      Simulation(make_dataflow_design(plan)).run(pixels, {});
  const std::int64_t start = result.times[0].first_in;  // behind the reset
  std::vector<PictureCycles> times;
  for (const PictureTimes& time : result.times)
    times.push_back({time.first_in - start, time.last_out - start});
  return times;
}

MATCHER(SameTimes, "") {
  const auto& [a, b] = arg;
  *result_listener << a.first_in << ".." << a.last_out << " against "
                   << b.first_in << ".." << b.last_out;
  return a == b;
}

TEST(Timing, EqualsRtlSimulationCycleByCycle) {
  const graph::Support can = can_simulate();
  if (!can.yes) GTEST_SKIP() << "skipped because " << can.because;
  for (const Foldings& foldings : kFoldings) {
    const Plan plan = make_plan(every_stage(), foldings);
    EXPECT_THAT(time_pictures(plan, 4),
                testing::Pointwise(SameTimes(), simulate(plan, 4)));
  }
}

TEST(Timing, PicturesFollowAtTheRateOfTheSlowestStage) {
  const Plan plan = make_plan(every_stage(), kFoldings[0]);
  const NetworkCycles cycles = count_cycles(plan);
  EXPECT_EQ(interval_of(time_pictures(plan, 6)), cycles.interval);
}

// conv -> (conv, shortcut that adds channels): while the shortcut adds, the
// first convolution, which is as slow as the network, must go on.
TEST(Timing, AddedChannelsHoldNoConvolutionUp) {
  for (const int pes : {8, 4}) {  // 9 or 18 words for the 8 beats of a pixel
    Foldings foldings = kFoldings[0];
    foldings[1] = {1, pes, 3, 1};
    foldings[2] = foldings[3] = {4, 2, 8, 2};
    foldings[4] = foldings[5] = {.lanes = 1};
    Workload workload = every_stage();
    workload.stages[1].work = pruned_layer(8, 3, 3, 0, 3);
    const Plan plan = make_plan(workload, foldings);
    EXPECT_EQ(count_cycles(plan).slowest, 1u);
    EXPECT_EQ(interval_of(time_pictures(plan, 6)), count_cycles(plan).interval);
  }
}

TEST(Timing, DeadGroupsCostNothing) {
  Workload dense = every_stage(), pruned = every_stage();
  std::get<Convolution>(dense.stages[3].work) = pruned_layer(16, 16, 3, 0, 4);
  std::get<Convolution>(pruned.stages[3].work) =
      pruned_layer(16, 16, 3, 0.75, 4);
  Foldings foldings = kFoldings[0];
  foldings[3] = {1, 1, 4, 1};  // the slowest by far
  const std::int64_t all =
      interval_of(time_pictures(make_plan(dense, foldings), 4));
  const std::int64_t living =
      interval_of(time_pictures(make_plan(pruned, foldings), 4));
  EXPECT_NEAR(double(living) / double(all), 0.25, 0.03);
}

}  // namespace
}  // namespace triad::fpga
