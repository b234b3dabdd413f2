#pragma once
// New weights for a design that runs.

#include <optional>

#include "triad/fpga/emit/netlist.h"

namespace triad::fpga {

// What a host writes to the registers of `top`, in turn, so that a design of
// the same netlist gets the contents of these memories: {address 8, data 32}.
// Nothing where a memory has more words than the configuration bus reaches.
std::optional<MemoryFile> reload_memory(const Netlist& netlist);

}  // namespace triad::fpga
