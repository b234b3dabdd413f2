// The command line of triad: finds the sub-command, runs it, and turns errors
// into one line on stderr and an exit code.

#include <cstdio>
#include <exception>
#include <new>
#include <string>
#include <string_view>

#include "tools/commands.h"
#include "tools/output.h"
#include "tools/version.h"

namespace triad::tools {
namespace {

struct Command {
  const char* name;
  const char* summary;
  void (*add)(CLI::App&);
};

constexpr Command kCommands[] = {
    {"train", "Train a network in floating point", add_train},
    {"compress", "Train by a recipe, quantise and pack into a .triad file",
     add_compress},
    {"eval", "Accuracy of a run, a .triad or ONNX file, or float weights",
     add_eval},
    {"convert", "Write a network as an ONNX or .triad file", add_convert},
    {"clean", "Fold and simplify an ONNX file, and say what changed",
     add_clean},
    {"line-up", "Reorder channels so that zeros fill a machine's groups",
     add_line_up},
    {"inspect", "Layers, sizes and metrics of a .triad or ONNX file",
     add_inspect},
    {"run", "Classify pictures with a .triad or ONNX file", add_run},
    {"rtl", "Write a model as Verilog with a bench, for an FPGA", add_rtl},
    {"bench", "Speed of the CPU runtime on a .triad file", add_bench},
    {"cost", "Cycles, resources and energy of a model on an FPGA", add_cost},
    {"data", "Which data sets are where; export the generated digits",
     add_data},
    {"zoo", "Known networks with parameters and operations", add_zoo},
    {"histogram", "How a weight is distributed in several runs, as a plot",
     add_histogram},
    {"report", "Pages and plots from results/records.jsonl", add_report},
};

void add_commands(CLI::App& app) {
  app.require_subcommand(1);
  app.set_version_flag("--version", fmt::format("triad {} (commit {}; {})",
                                                kVersion, kCommit, kBuild));
  for (const Command& command : kCommands)
    command.add(*app.add_subcommand(command.name, command.summary));
}

// CLI11's own words for a wrong command do not name the right ones.
void check_command(int count, char** arguments) {
  if (count >= 2 && arguments[1][0] == '-') return;
  std::string names;
  for (const Command& command : kCommands) {
    if (count >= 2 && arguments[1] == std::string_view(command.name)) return;
    names.append(names.empty() ? "" : ", ").append(command.name);
  }
  const std::string what =
      count < 2 ? "no command"
                : fmt::format("unknown command '{}'", arguments[1]);
  throw CLI::ExtrasError(fmt::format("{}: expected one of {}", what, names),
                         CLI::ExitCodes::ExtrasError);
}

// Never throws, even where stderr is full.
int say(const char* what, const char* text, ExitCode code) {
  std::fprintf(stderr, "triad: %s: %s\n", what, text);
  return code;
}

int run(int count, char** arguments) {
  CLI::App app("Compresses convolutional networks for the hardware they run on",
               "triad");
  try {
    add_commands(app);
    check_command(count, arguments);
    app.parse(count, arguments);
    flush_results();
    return kDone;
  } catch (const CLI::Success& request) {  // --help, --version
    return app.exit(request);
  } catch (const CLI::ParseError& error) {
    return say("error", error.what(), kUsage);
  } catch (const Interrupted& stop) {
    return say("interrupted", stop.what(), kInterrupted);
  } catch (const std::bad_alloc&) {
    return say("error", "out of memory", kFailure);
  } catch (const std::exception& error) {
    // libtorch's errors carry a backtrace below their first line.
    const std::string text = error.what();
    return say("error", text.substr(0, text.find('\n')).c_str(), kFailure);
  }
}

}  // namespace
}  // namespace triad::tools

int main(int count, char** arguments) {
  return triad::tools::run(count, arguments);
}
