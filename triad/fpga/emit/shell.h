#pragma once
// What every style's `top` has around the network: its ports, and the registers
// of the host.

#include <cstdint>

#include "triad/fpga/emit/netlist.h"

namespace triad::fpga {

// Of a picture: bytes of a pixel, beats in, beats out.
struct ShellSizes {
  std::int64_t channels = 1, pixels = 1, logits = 1;
};

// Adds to `netlist`:
//   aclk, aresetn          synchronous, active low
//   s_axis_*               AXI4-Stream in: a pixel's C bytes a beat, row by
//                          row, channel 0 lowest; tlast is ignored
//   m_axis_*               AXI4-Stream out: a logit's sum a beat, 32 bits,
//                          signed; tlast with the last of a picture
//   s_axil_*               AXI4-Lite: the registers of fpga/rtl/control.v
// and wires stage_reset, config_valid, config_select, config_data. The style
// drives s_axis_tready (low in stage_reset) and m_axis_*.
void add_shell(Netlist& netlist, const ShellSizes& sizes);

// One line of printable ASCII, for comments: names come from files of users.
std::string printable(const std::string& text);

}  // namespace triad::fpga
