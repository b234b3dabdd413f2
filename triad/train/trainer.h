#pragma once
// The training loop: batches, loss, methods, optimiser, validation, metrics,
// checkpoints that resume bit-exactly.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "triad/base/error.h"
#include "triad/data/dataset.h"
#include "triad/recipe/recipe.h"

namespace triad::train {

class Method;
class Network;
class Reducer;
using Methods = std::vector<std::unique_ptr<Method>>;

// Ctrl-C: the step was finished and a checkpoint written, if there is a run
// folder. The tool ends with exit code 3.
class Interrupted : public Error {
 public:
  using Error::Error;
};

struct TrainSettings {
  // Gets checkpoints/, metrics.jsonl and TensorBoard events; empty: no files.
  std::filesystem::path run;
  bool resume = false;  // go on from the last checkpoint, or start if none
  int threads = 0;      // of libtorch; 0: all cores
  double checkpoint_minutes = 0;  // also within an epoch; 0: only at its end
  bool show_progress = false;
  // Gets one sentence for what the user should know and nothing is lost by.
  std::function<void(const std::string&)> warn = [](const std::string&) {};
  Network* teacher = nullptr;  // for recipes with distillation
  Reducer* reducer =
      nullptr;  // data parallel: the recipe's batch is shared by the ranks
};

struct TrainResult {
  std::int64_t steps = 0;
  std::optional<double>
      validation_percent;  // at the end; none without validation pictures
  std::optional<double> best_validation_percent;
  std::int64_t best_step = 0;
  double train_loss = 0;         // mean since the last line of metrics
  double images_per_second = 0;  // of this process, validation not counted
};

// Trains by recipe.training, recipe.distillation and recipe.seed; the data are
// split already and splits.test is never looked at. The methods' weights stay
// hooked into the network, so they must live while it is used.
// Same seed, machine, libtorch and thread count: same bits, resumed or not.
// Throws Error for a setting that does not fit, a checkpoint of another recipe,
// or a loss that is not finite (naming step, epoch and learning rate; the last
// checkpoint stays); Interrupted on Ctrl-C (base/interrupt.h).
TrainResult train(Network& network, Methods& methods,
                  const data::Splits& splits, const recipe::Recipe& recipe,
                  const TrainSettings& settings);

}  // namespace triad::train
