#include "triad/train/schedule.h"

#include <cmath>
#include <numbers>

#include "triad/base/error.h"

namespace triad::train {

double learning_rate(const recipe::Training& training, std::int64_t step,
                     std::int64_t steps, std::int64_t steps_per_epoch) {
  const double warm_up = training.warm_up_epochs * double(steps_per_epoch);
  if (double(step) < warm_up)
    return training.learning_rate * double(step + 1) / (warm_up + 1);
  if (training.schedule == "constant") return training.learning_rate;
  if (training.schedule == "cosine") {
    const double share = (double(step) - warm_up) / (double(steps) - warm_up);
    return 0.5 * training.learning_rate *
           (1 + std::cos(std::numbers::pi * share));
  }
  require(training.schedule == "step",
          "training.schedule: expected cosine, step or constant, got \"{}\"",
          training.schedule);
  require(training.step_at.size() == training.step_factor.size(),
          "training.step_at has {} entries and training.step_factor {}",
          training.step_at.size(), training.step_factor.size());
  double rate = training.learning_rate;
  for (std::size_t i = 0; i < training.step_at.size(); ++i)
    if (double(step) >= training.step_at[i] * double(steps_per_epoch))
      rate *= training.step_factor[i];
  return rate;
}

}  // namespace triad::train
