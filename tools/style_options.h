#pragma once
// Which style of hardware triad rtl writes and triad cost prices.

#include <CLI/CLI.hpp>
#include <string>

#include "triad/fpga/array/program.h"

namespace triad::tools {

struct StyleOptions {
  std::string style = "dataflow";
  fpga::ArraySettings array;
  bool is_array() const { return style == "array"; }
};

// --style, --pes, --lanes, --requantisers, --dsp. They go into `options`, which
// has to outlive the parsing.
void add_style_options(CLI::App& command, StyleOptions& options);

}  // namespace triad::tools
