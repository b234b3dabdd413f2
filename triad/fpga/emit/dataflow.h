#pragma once
// The dataflow style: every stage of the network has hardware of its own, and
// pictures stream through all of them at once. docs/fpga.md has the modules.
//
// Between two stages: [fork_stream where several read] -> [lanes_stage where
// beats differ] -> fifo -> stage. Why the pipeline never comes to a stand is in
// fpga/queue_sizes.h.

#include "triad/fpga/emit/netlist.h"
#include "triad/fpga/plan.h"

namespace triad::fpga {

// Module `top`, with the ports of emit/shell.h.
// Throws Error for a stage beyond what the memory names and the configuration
// bus can count: 256 stages, 100 units or input channels.
Netlist make_dataflow(const Plan& plan);

}  // namespace triad::fpga
