// triad report: pages and plots from the records in results/.

#include <memory>

#include "tools/commands.h"
#include "tools/output.h"
#include "triad/report/results.h"

namespace triad::tools {
namespace {

struct Options {
  std::string folder = "results", readme;
};

}  // namespace

void add_report(CLI::App& command) {
  const auto options = std::make_shared<Options>();
  command.add_option("folder", options->folder,
                     "Holds records.jsonl, gets README.md and plots (results)");
  command.add_option(
      "--readme", options->readme,
      "Page whose lines <!-- results NAME... --> to <!-- /results --> are "
      "filled with the tables of these names");
  command.callback([options] {
    report::render_results(options->folder, options->readme);
    print_line("wrote " + options->folder + "/README.md");
  });
}

}  // namespace triad::tools
