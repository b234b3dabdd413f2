#include "triad/fpga/emit/design.h"

#include <fmt/format.h>

#include <algorithm>

#include "triad/fpga/emit/dataflow.h"
#include "triad/fpga/emit/stage_parameters.h"
#include "triad/fpga/fold.h"
#include "triad/fpga/folding_file.h"

namespace triad::fpga {
namespace {

std::string to_text(const Stream& stream) {
  return fmt::format("{} x {} x {}", stream.channels, stream.height,
                     stream.width);
}

std::vector<std::string> describe(const Plan& plan, std::size_t i,
                                  std::int64_t cycles) {
  const Stage& stage = plan.workload.stages[i];
  const StagePlan& what = plan.stages[i];
  const bool is_layer = std::holds_alternative<Convolution>(stage.work);
  std::string living = "";
  if (is_layer)
    living =
        fmt::format("{} of {}", what.schedule.living(), what.schedule.groups());
  return {std::to_string(i),
          stage.name,
          module_name(stage.work),
          to_text(stage.output),
          is_layer ? std::to_string(what.folding.units) : "",
          is_layer ? std::to_string(what.folding.pes) : "",
          std::to_string(what.folding.lanes),
          living,
          is_layer ? std::to_string(what.schedule.words()) : "",
          std::to_string(cycles)};
}

}  // namespace

Design make_dataflow_design(Plan plan) {
  Design design;
  design.style = "dataflow";
  design.limited_by = "the slowest stage";
  design.netlist = make_dataflow(plan);
  design.stages = {{"stage", "layer", "module", "output", "units", "PEs",
                    "lanes", "living groups", "words", "cycles a picture"}};
  std::int64_t total = 0;
  std::vector<Folding> foldings;
  for (std::size_t i = 0; i < plan.stages.size(); ++i) {
    const StagePlan& stage = plan.stages[i];
    foldings.push_back(stage.folding);
    const std::int64_t cycles =
        stage_cycles(plan.workload, i, stage.folding, stage.out_lanes);
    design.stages.push_back(describe(plan, i, cycles));
    design.interval = std::max(design.interval, cycles);
    total += cycles;
  }
  // A picture passes each stage once, at worst alone.
  design.patience = 2 * total + 10'000;
  design.folding = to_json(plan.workload, foldings);
  design.workload = std::move(plan.workload);
  return design;
}

}  // namespace triad::fpga
