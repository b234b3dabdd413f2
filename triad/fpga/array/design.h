#pragma once
// The array style as a Design, for everything that writes, simulates or
// describes one.

#include "triad/fpga/array/program.h"
#include "triad/fpga/emit/design.h"

namespace triad::fpga {

// Throws Error for settings out of range.
Design make_array_design(Workload workload, const ArraySettings& settings);

}  // namespace triad::fpga
