#pragma once
// A network as hardware in one of the styles: what everything that writes,
// simulates or describes it needs, whatever the style.

#include <cstdint>
#include <string>
#include <vector>

#include "triad/fpga/emit/netlist.h"
#include "triad/fpga/plan.h"

namespace triad::fpga {

struct Design {
  std::string style;  // "dataflow", "array"
  Workload workload;
  Netlist netlist;            // module `top`, with the ports of emit/shell.h
  std::int64_t interval = 0;  // cycles a picture at best, by what limits it
  bool is_exact = false;      // interval: what a simulation takes
  std::string limited_by;     // "the slowest stage", "all steps in turn"
  std::int64_t patience = 0;  // cycles after which a bench that sees nothing
                              // move gives up
  std::string folding;        // JSON (folding_file.h)
  std::vector<std::string> warnings = {};  // a line each
  // A row a stage for people, the first the heading.
  std::vector<std::vector<std::string>> stages;
};

Design make_dataflow_design(Plan plan);

}  // namespace triad::fpga
