#include "triad/fpga/array/design.h"

#include <fmt/format.h>

#include "triad/fpga/array/netlist.h"

namespace triad::fpga {
Design make_array_design(Workload workload, const ArraySettings& settings) {
  const ArrayProgram program = make_array_program(workload, settings);
  Design design;
  design.style = "array";
  design.limited_by = "all steps in turn";
  design.netlist = array_netlist(program);
  design.interval = program.cycles();
  design.is_exact = true;
  // Most of a picture's cycles pass without a beat.
  design.patience = 2 * design.interval + 10'000;
  design.folding = fmt::format(
      "{{\"pes\": {}, \"lanes\": {}, \"requantisers\": {}, \"values\": {}, "
      "\"dsp\": {}}}\n",
      settings.pes, settings.lanes, settings.requantisers,
      program.settings.values, settings.dsp);
  design.warnings = program.warnings;
  design.stages = {{"step", "layer", "kind", "words", "address", "cycles"}};
  for (std::size_t i = 0; i < program.steps.size(); ++i) {
    const ArrayStep& step = program.steps[i];
    design.stages.push_back(
        {std::to_string(i), step.name, kind_of(step),
         step.has_words() ? std::to_string(step.window.words) : "",
         std::to_string(step.out),
         std::to_string(step.cycles + program.cycles_between_steps())});
  }
  design.workload = std::move(workload);
  return design;
}

}  // namespace triad::fpga
