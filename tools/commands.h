#pragma once
// One function per sub-command, in the file of its name: declares the
// command's options and what runs once they are parsed. Commands throw Error
// for bad input; main() turns what they throw into exit codes.

#include <CLI/CLI.hpp>
#include <stdexcept>

namespace triad::tools {

void add_train(CLI::App& command);
void add_compress(CLI::App& command);
void add_clean(CLI::App& command);
void add_convert(CLI::App& command);
void add_eval(CLI::App& command);
void add_histogram(CLI::App& command);
void add_line_up(CLI::App& command);
void add_inspect(CLI::App& command);
void add_run(CLI::App& command);
void add_bench(CLI::App& command);
void add_cost(CLI::App& command);
void add_data(CLI::App& command);
void add_zoo(CLI::App& command);
void add_report(CLI::App& command);
void add_rtl(CLI::App& command);

enum ExitCode { kDone = 0, kFailure = 1, kUsage = 2, kInterrupted = 3 };

// Thrown where Ctrl-C stopped work that --resume can go on with.
class Interrupted : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace triad::tools
