#pragma once
// The hand-written Verilog of fpga/rtl, inside the library: the tool needs no
// installed files, and cannot find modules of another version.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "triad/fpga/emit/netlist.h"

namespace triad::fpga {

struct Module {
  std::string_view name;  // "fifo"; its file is fpga/rtl/fifo.v
  std::string_view text;
};

// All of them, by name.
std::span<const Module> modules();

// Those that `netlist` uses and those that these use in turn, by name. Throws
// Error for an instance of a module that does not exist.
std::vector<Module> modules_of(const Netlist& netlist);

}  // namespace triad::fpga
