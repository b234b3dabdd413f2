#include "tools/folding_options.h"

#include <fmt/format.h>

#include "tools/shell.h"
#include "triad/base/error.h"
#include "triad/fpga/cost/search.h"
#include "triad/fpga/fold.h"
#include "triad/fpga/folding_file.h"

namespace triad::tools {

fpga::Part FoldingOptions::read_part() const {
  return fpga::read_part(part.empty() ? fpga::kDefaultPart : part);
}

std::string FoldingOptions::to_command() const {
  std::string text;
  if (!part.empty()) text += " --part " + shell_word(part);
  if (rate > 0) text += fmt::format(" --rate {}", rate);
  if (interval > 0) text += fmt::format(" --interval {}", interval);
  if (!folding.empty()) text += " --folding " + shell_word(folding);
  return text;
}

void add_folding_options(CLI::App& command, FoldingOptions& options) {
  command.add_option(
      "--part", options.part,
      fmt::format("Name of a file in fpga/parts, or a .toml file of your own; "
                  "default: {}",
                  fpga::kDefaultPart));
  command
      .add_option("--rate", options.rate,
                  "Pictures per second to reach with the least hardware")
      ->check(CLI::Range(1e-3, 1e12))
      ->check([](const std::string& text) {
        return text.find("nan") == std::string::npos ? "" : "not a number";
      });
  command
      .add_option("--interval", options.interval,
                  "Cycles a picture may take, whatever the part")
      ->check(CLI::Range(std::int64_t(1), std::int64_t(1) << 40));
  command.add_option("--folding", options.folding,
                     "JSON file: units, pes, lanes, requantisers by layer");
}

void check_folding_options(std::string_view command,
                           const FoldingOptions& options, bool is_array) {
  const int given = int(!options.folding.empty()) + int(options.rate > 0) +
                    int(options.interval > 0);
  require(!is_array || given == 0,
          "{}: --folding, --rate and --interval are for --style dataflow; an "
          "array has --pes and --lanes",
          command);
  require(given <= 1, "{}: expected one of --folding, --rate and --interval",
          command);
}

fpga::Price price_folding(const FoldingOptions& options,
                          const fpga::Workload& workload,
                          const fpga::Part& part, double clock_mhz,
                          const fpga::Constants& constants) {
  if (options.rate > 0)
    return fpga::search_rate(workload, part, clock_mhz, options.rate,
                             constants);
  if (options.folding.empty() && options.interval == 0)
    return fpga::search_budget(workload, part, clock_mhz, constants);
  const auto foldings = options.interval > 0
                            ? fpga::fold(workload, options.interval)
                            : fpga::read_foldings(options.folding, workload);
  return fpga::price(fpga::make_plan(workload, foldings), part, clock_mhz,
                     constants);
}

}  // namespace triad::tools
