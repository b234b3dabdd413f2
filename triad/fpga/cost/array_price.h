#pragma once
// What the array style costs: the cycles of its steps, which are known exactly,
// and resources by the closed forms. Its energy has no model.

#include <vector>

#include "triad/fpga/array/program.h"
#include "triad/fpga/cost/price.h"

namespace triad::fpga {

struct ArrayPrice {
  ArrayProgram program;
  Part part;
  double clock_mhz = 0;
  Resources array, control, total;
  std::vector<Use> uses;

  std::int64_t interval() const { return program.cycles(); }
  double rate() const { return clock_mhz * 1e6 / double(interval()); }
};

// Throws Error for settings that make_array_program refuses.
ArrayPrice price_array(const Workload& workload, const ArraySettings& settings,
                       const Part& part, double clock_mhz,
                       const Constants& constants);

// layer_cycles, layer_resources, network and instances.
std::vector<Report> make_reports(const ArrayPrice& price,
                                 const Constants& constants);

}  // namespace triad::fpga
