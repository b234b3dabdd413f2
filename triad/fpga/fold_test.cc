#include "triad/fpga/fold.h"

#include <gmock/gmock.h>

#include "triad/base/error.h"
#include "triad/fpga/plan.h"

namespace triad::fpga {
namespace {

// Two convolutions with every second group of 4 channels dead, and a pool.
Workload network() {
  Workload workload;
  workload.stages = {{"input", InputTable{}, {}, {8, 16, 16, {}}}};
  for (int i = 0; i < 2; ++i) {
    Convolution layer;
    layer.window = {{3, 3}, {1, 1}, 1, 1};
    layer.filters = 8;
    for (int k = 0; k < 8; ++k)
      for (int c = 0; c < 8; ++c)
        layer.codes.insert(layer.codes.end(), 9, c < 4 ? 1 : 0);
    layer.requantization.bias.resize(8);
    workload.stages.push_back(
        {i == 0 ? "conv1" : "conv2", layer, {i}, {8, 16, 16, {}}});
  }
  AveragePool pool;
  pool.window = {{16, 16}, {16, 16}, 0, 0};
  workload.stages.push_back({"pool", pool, {2}, {8, 1, 1, {}}});
  return workload;
}

TEST(Fold, NoStageNeedsMoreThanTheInterval) {
  const Workload workload = network();
  for (const std::int64_t interval : {2304, 5000, 20'000, 200'000}) {
    const Plan plan = make_plan(workload, fold(workload, interval));
    for (std::size_t i = 0; i < plan.stages.size(); ++i)
      EXPECT_LE(stage_cycles(workload, i, plan.stages[i].folding,
                             plan.stages[i].out_lanes),
                interval)
          << workload.stages[i].name;
  }
}

TEST(Fold, DeadGroupsCostNoHardware) {
  // Half of the 16 x 16 x 8 x 8 x 9 products live: one lane does them.
  const Folding folding = fold(network(), 16 * 16 * 4 * 8 * 9)[1];
  EXPECT_EQ(folding.units * folding.pes * folding.lanes, 1);
}

TEST(Fold, GivesTheLeastIntervalAndItsStage) {
  Workload workload = network();
  workload.name = "network";
  const auto expect_least = [&](std::int64_t cycles, const char* stage) {
    const LeastInterval least = least_interval(workload);
    EXPECT_EQ(least.cycles, cycles);
    EXPECT_EQ(least.stage, stage);
    EXPECT_NO_THROW(fold(workload, cycles));
    try {
      fold(workload, cycles - 1);
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(std::string(error.what()),
                fmt::format("fpga: network: expected an interval of at least "
                            "{} cycles, which is what {} needs at its widest, "
                            "got {}",
                            cycles, stage, cycles - 1));
    }
  };
  expect_least(2304, "conv2");
  // The slowest is not the first one that is looked at.
  std::get<Convolution>(workload.stages[2].work).codes.assign(8 * 8 * 9, 0);
  expect_least(2304, "conv1");
}

TEST(Fold, TheDefaultIntervalCanBeMet) {
  const Workload workload = network();
  EXPECT_NO_THROW(fold(workload, default_interval(workload)));
}

}  // namespace
}  // namespace triad::fpga
