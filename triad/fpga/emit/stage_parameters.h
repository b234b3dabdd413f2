#pragma once
// The parameters of a stage's module, as docs/fpga.md has them ("Stages").

#include <string>
#include <vector>

#include "triad/fpga/emit/netlist.h"
#include "triad/fpga/plan.h"

namespace triad::fpga {

// A stage with all that its parameters depend on.
struct PlannedStage {
  const Stage& stage;
  const StagePlan& plan;
  const Workload& workload;
  int number;        // of the stage: STAGE of the configuration bus
  std::string path;  // what its memories' names begin with, folder included

  const Stream& input(std::size_t i = 0) const {
    return workload.input(stage, i);
  }
};

// "convolution_stage" and so on.
std::string module_name(const Work& work);

// Whether it has memories, and with them the configuration bus.
bool has_memories(const Work& work);

std::vector<Parameter> stage_parameters(const PlannedStage& planned);

}  // namespace triad::fpga
