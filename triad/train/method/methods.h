#pragma once
// The methods a recipe asks for, in the order they act on a weight: pruning
// first, then the projection onto the encoding.

#include "triad/recipe/recipe.h"
#include "triad/train/method.h"

namespace triad::train {

// One row per method in methods.cc. Throws Error naming the setting that is out
// of range.
Methods make_methods(const recipe::Recipe& recipe);

}  // namespace triad::train
