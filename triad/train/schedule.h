#pragma once
// Learning rates over training: a warm-up that rises linearly, step by step,
// then cosine, step or constant.

#include <cstdint>

#include "triad/recipe/recipe.h"

namespace triad::train {

// Of optimiser step `step` in [0, steps). Cosine falls to zero at `steps`;
// "step" multiplies by every factor whose epoch has begun.
// Throws Error for an unknown schedule or unequal step_at and step_factor.
double learning_rate(const recipe::Training& training, std::int64_t step,
                     std::int64_t steps, std::int64_t steps_per_epoch);

}  // namespace triad::train
