#pragma once
// The design of the array style: one instance of fpga/rtl/array.v, and what its
// memories hold.

#include "triad/fpga/array/program.h"
#include "triad/fpga/emit/netlist.h"

namespace triad::fpga {

// Its ports are those of the dataflow style's, so that everything around a
// design (benches, harness, executor) serves both.
Netlist array_netlist(const ArrayProgram& program);

}  // namespace triad::fpga
