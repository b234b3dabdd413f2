// triad compress: trains by a recipe's methods, lowers to integers, packs, and
// measures what was packed.

#include <memory>

#include "tools/commands.h"
#include "tools/training.h"

namespace triad::tools {

void add_compress(CLI::App& command) {
  const auto options = std::make_shared<RunOptions>();
  add_run_options(command, *options);
  command.callback([options] {
    train_and_pack(make_recipe(*options), *options, Arithmetic::integer);
  });
}

}  // namespace triad::tools
