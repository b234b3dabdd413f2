#pragma once
// The files of fpga/package, which go into every package as they are.

#include <string_view>

namespace triad::fpga {

extern const std::string_view kBench;     // tb/bench.v
extern const std::string_view kHarness;   // sim/harness.cc
extern const std::string_view kMakefile;  // sim/Makefile
extern const std::string_view kVivado;    // vendor/vivado.tcl
extern const std::string_view kQuartus;   // vendor/quartus.tcl
extern const std::string_view kGuide;     // the end of README.md

}  // namespace triad::fpga
