#pragma once
// How a pipeline is folded: for a part's budget, a rate, an interval, or as a
// file says. The same for triad cost and triad rtl, so that what is priced is
// what is written.

#include <CLI/CLI.hpp>
#include <string>

#include "triad/fpga/cost/price.h"

namespace triad::tools {

struct FoldingOptions {
  std::string part;  // empty: fpga::kDefaultPart
  std::string folding;
  double rate = 0;
  std::int64_t interval = 0;

  bool is_empty() const {
    return part.empty() && folding.empty() && rate == 0 && interval == 0;
  }
  fpga::Part read_part() const;
  // As typed; empty where nothing was.
  std::string to_command() const;
};

// --part, --rate, --interval, --folding. They go into `options`, which has to
// outlive the parsing.
void add_folding_options(CLI::App& command, FoldingOptions& options);

// Throws Error that begins with `command` if more than one of rate, interval
// and folding is given, or one of them for an array.
void check_folding_options(std::string_view command,
                           const FoldingOptions& options, bool is_array);

// The design of the options; the fastest on the part where neither rate,
// interval nor folding is given. Its `times` may be missing.
fpga::Price price_folding(const FoldingOptions& options,
                          const fpga::Workload& workload,
                          const fpga::Part& part, double clock_mhz,
                          const fpga::Constants& constants);

}  // namespace triad::tools
