#include "triad/fpga/cost/cycles.h"

#include <algorithm>
#include <array>

#include "triad/base/divide.h"

namespace triad::fpga {
namespace {

std::int64_t beats(const Stream& stream, int lanes) {
  return stream.pixels() * divide_up(stream.channels, lanes);
}

void add_convolution(const Convolution& layer, const Stream& input,
                     const LayerSchedule& schedule, StageCycles& row) {
  const Folding& folding = schedule.folding;
  row.words = schedule.words();
  row.dense_words = schedule.dense_words();
  row.ideal_words = double(living_groups(layer, input, folding.lanes)) /
                    (double(folding.units) * folding.pes);
}

StageCycles count_stage(const Plan& plan, std::size_t i) {
  const Stage& stage = plan.workload.stages[i];
  const StagePlan& how = plan.stages[i];
  StageCycles row{stage.name, std::string(kind_of(stage.work))};
  row.writes = beats(stage.output, how.out_lanes);
  if (stage.inputs.empty()) {
    row.reads = stage.output.pixels();
  } else {
    const Stream& input = plan.workload.input(stage);
    row.reads = beats(input, how.folding.lanes);
    const std::int64_t groups = divide_up(input.channels, how.folding.lanes);
    if (const auto* layer = std::get_if<Convolution>(&stage.work)) {
      add_convolution(*layer, input, how.schedule, row);
      row.work = stage.output.pixels() * row.words;
      row.systolic =
          systolic_cost(to_product(*layer, input, stage.output),
                        {how.folding.lanes,
                         std::int64_t(how.folding.units) * how.folding.pes})
              .cycles;
    } else if (const Window* window = window_of(stage.work)) {
      row.work = stage.output.pixels() * window->kernel[0] * window->kernel[1] *
                 groups;
    }
  }
  row.cycles = std::max({row.reads, row.writes, row.work});
  return row;
}

}  // namespace

std::string_view kind_of(const Work& work) {
  constexpr std::array kNames{"input",        "convolution", "max_pool",
                              "average_pool", "add",         "subsample",
                              "table",        "concat"};
  return kNames[work.index()];
}

NetworkCycles count_cycles(const Plan& plan) {
  NetworkCycles network;
  for (std::size_t i = 0; i < plan.stages.size(); ++i) {
    network.stages.push_back(count_stage(plan, i));
    const StageCycles& row = network.stages.back();
    if (row.cycles > network.interval) {
      network.interval = row.cycles;
      network.slowest = i;
    }
    if (row.words == 0) continue;
    const auto pixels = plan.workload.stages[i].output.pixels();
    network.work += row.work;
    network.dense_work += pixels * row.dense_words;
    network.ideal_work += double(pixels) * row.ideal_words;
    network.systolic += row.systolic;
  }
  return network;
}

}  // namespace triad::fpga
