// triad train: a network in floating point.

#include <memory>

#include "tools/commands.h"
#include "tools/training.h"
#include "triad/base/error.h"

namespace triad::tools {

void add_train(CLI::App& command) {
  const auto options = std::make_shared<RunOptions>();
  add_run_options(command, *options);
  command.callback([options] {
    const recipe::Recipe recipe = make_recipe(*options);
    require(!recipe.ternary.enabled && !recipe.group_lasso.enabled,
            "train: recipe {} compresses the network: use triad compress",
            recipe.name);
    train_and_pack(recipe, *options, Arithmetic::floating);
  });
}

}  // namespace triad::tools
