#pragma once
// Netlists and memories as text. Makes no choice: equal netlists give equal
// bytes.

#include <string>

#include "triad/fpga/emit/netlist.h"

namespace triad::fpga {

// One Verilog-2001 module.
std::string print_verilog(const Netlist& netlist);

// A file for $readmemh: a comment, then a word a line.
std::string print_memory(const MemoryFile& memory);

}  // namespace triad::fpga
