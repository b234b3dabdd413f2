#include "triad/train/method/density_schedule.h"

#include <algorithm>

namespace triad::train {
namespace {

// A group this small changes the layer's output by about its square: 2 % of the
// energy.
constexpr double kHarmlessNorm = 0.15;
constexpr double kStep = 1.1;

}  // namespace

double density_at(double fraction, double start, double stop, double target) {
  if (fraction < start) return 1;
  if (fraction >= stop) return target;
  const double left = 1 - (fraction - start) / (stop - start);
  return target + (1 - target) * left * left * left;
}

double adapt_lambda(double lambda, double initial, double boundary) {
  const double next =
      boundary > kHarmlessNorm ? lambda * kStep : lambda / kStep;
  return std::clamp(next, initial / 100, initial * 100);
}

}  // namespace triad::train
