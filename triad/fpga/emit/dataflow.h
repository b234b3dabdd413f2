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

// Module `top`:
//   aclk, aresetn          synchronous, active low
//   s_axis_*               AXI4-Stream in: a pixel's C bytes a beat, row by
//   row,
//                          channel 0 lowest; tlast is ignored
//   m_axis_*               AXI4-Stream out: a logit's sum a beat, 32 bits,
//                          signed; tlast with the last of a picture
//   s_axil_*               AXI4-Lite: the registers of fpga/rtl/control.v
// Throws Error for a stage beyond what the memory names and the configuration
// bus can count: 256 stages, 100 units or input channels.
Netlist make_dataflow(const Plan& plan);

}  // namespace triad::fpga
