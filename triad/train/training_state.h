#pragma once
// Everything a training is made of, to and from a checkpoint.

#include <cstdint>
#include <optional>
#include <string>

#include "triad/recipe/recipe.h"
#include "triad/train/checkpoint.h"
#include "triad/train/method.h"
#include "triad/train/optimiser.h"

namespace triad::train {

// What the loop itself must remember.
struct TrainingState {
  std::int64_t step = 0;
  double loss_sum = 0;  // since the last line of metrics
  std::int64_t loss_count = 0;
  double last_loss = 0;
  std::optional<double> last_percent, best_percent;  // of validation pictures
  std::int64_t best_step = 0;
  std::string recipe_hash;
  int threads = 0;
};

// SHA-256 of the resolved recipe.
std::string recipe_hash(const recipe::Recipe& recipe);

Checkpoint save(const Network& network, const Optimiser& optimiser,
                const Methods& methods, const TrainingState& state);
// `state` comes with the hash of the recipe and the threads at hand. Throws
// Error if the checkpoint was made by another recipe or lacks a tensor. Returns
// what keeps the rest of the run from being bit-exact: "" or one sentence.
std::string load(const Checkpoint& checkpoint, Network& network,
                 Optimiser& optimiser, Methods& methods, TrainingState& state);

}  // namespace triad::train
