#include "triad/fpga/cost/timing.h"

#include <gmock/gmock.h>

#include "triad/fpga/cost/cycles.h"
#include "triad/fpga/cost/test_layer.h"
#include "triad/fpga/emit/design.h"
#include "triad/fpga/simulate/simulation.h"

namespace triad::fpga {
namespace {

constexpr encoding::Quantization kByte{8, false, 1.0f, 0};

Stream stream(std::int64_t channels, std::int64_t height, std::int64_t width) {
  return {channels, height, width, kByte};
}

Convolution linear(std::int64_t filters, std::int64_t channels) {
  Convolution layer = pruned_layer(filters, channels, 1, 0, 1);
  layer.window.top = layer.window.left = 0;
  layer.logits = true;
  layer.requantization.multiplier.clear();
  return layer;
}

InputTable identity(std::int64_t channels) {
  InputTable input;
  for (std::int64_t i = 0; i < 256 * channels; ++i)
    input.table.push_back(std::int16_t(i % 256));
  return input;
}

graph::Requantization halves(std::size_t inputs) {
  graph::Requantization result;
  result.multiplier.assign(inputs, 8000);
  result.shift = 7;
  return result;
}

// Strides, padding, a residual block with a shortcut that subsamples and adds
// channels, both pools and a Linear.
Workload every_stage() {
  Workload workload;
  workload.name = "every_stage";
  Convolution conv1 = pruned_layer(8, 3, 3, 0, 3);
  Convolution conv2 = pruned_layer(16, 8, 3, 0.5, 4);
  conv2.window.stride = {2, 2};
  Convolution conv3 = pruned_layer(16, 16, 3, 0.5, 4);
  AveragePool average{{{4, 4}, {1, 1}, 0, 0}, halves(1)};
  MaxPool largest{{{3, 3}, {2, 2}, 1, 1}};
  workload.stages = {
      {"input", identity(3), {}, stream(3, 16, 16)},
      {"conv1", conv1, {0}, stream(8, 16, 16)},
      {"conv2", conv2, {1}, stream(16, 8, 8)},
      {"conv3", conv3, {2}, stream(16, 8, 8)},
      {"shortcut", Subsample{{0, 0}, {2, 2}, 4, 4}, {1}, stream(16, 8, 8)},
      {"add", Add{halves(2), 0}, {3, 4}, stream(16, 8, 8)},
      {"largest", largest, {5}, stream(16, 4, 4)},
      {"average", average, {6}, stream(16, 1, 1)},
      {"linear", linear(10, 16), {7}, stream(10, 1, 1)}};
  workload.logit_scale.assign(10, 1);
  return workload;
}

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

using Foldings = std::vector<Folding>;

// Lanes that match, that have to be split or joined, and units.
const Foldings kFoldings[] = {{{.lanes = 3},
                               {1, 2, 3, 1},
                               {2, 2, 4, 2},
                               {4, 1, 4, 1},
                               {.lanes = 4},
                               {.lanes = 4},
                               {.lanes = 4},
                               {.lanes = 4},
                               {1, 1, 4, 1}},
                              {{.lanes = 3},
                               {2, 4, 1, 2},
                               {1, 8, 8, 4},
                               {2, 1, 16, 1},
                               {.lanes = 2},
                               {.lanes = 16},
                               {.lanes = 3},
                               {.lanes = 1},
                               {1, 2, 6, 1}}};

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
