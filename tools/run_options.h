#pragma once
// What train and compress take from the command line, and the recipe it makes.

#include <CLI/CLI.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "triad/recipe/recipe.h"

namespace triad::tools {

struct RunOptions {
  std::string recipe;  // a file; empty: the built-in defaults
  std::string network, data, weights;
  std::vector<std::string> set;
  std::optional<std::uint64_t> seed;
  std::filesystem::path output;
  bool resume = false;
  std::string device = "auto";  // auto | cpu | cuda | cuda:1
  int threads = 0;              // 0: all processors
  bool json = false;
  std::filesystem::path records;  // appended to; empty: none
  std::string record_name;  // system.network.data.variant; empty: from recipe
};

// Declares the options of `options` on `command`.
void add_run_options(CLI::App& command, RunOptions& options);

// The command that gives the same run again, whatever resumed or watched this
// one: "triad compress recipes/x.toml --set a.b=c --seed 1 -o runs/x".
std::string to_command(std::string_view verb, const RunOptions& options);

// The recipe file (of the run itself where --resume names none) under the
// options that change it. Throws Error naming file and key.
recipe::Recipe make_recipe(const RunOptions& options);

}  // namespace triad::tools
