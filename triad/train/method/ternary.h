#pragma once
// Straight-through ternarisation: forward sees scale * {-1, 0, +1}, the
// gradient passes to the latent weight where |w| is inside the window. Paper:
// He, Gong, Fan, WACV 2019; with ThresholdOf::mean, Li et al.,
// arXiv:1605.04711. Scale and threshold are recomputed from the latents at
// every forward and carry no gradient.

#include <memory>

#include "triad/encoding/ternary.h"
#include "triad/recipe/recipe.h"
#include "triad/train/method.h"

namespace triad::train {

class TorchGroups;

// The torch form of encoding::project_ternary: the same codes, the same scales
// to the last bit but one (sums are taken in another order). weight [K, ...];
// groups may be null: one group. A group whose weights are all zero is dead and
// counts in no mean. The gradient is 1 where |w| < gradient_window and the
// group lives, else 0.
at::Tensor ternarise(const at::Tensor& weight, const TorchGroups* groups,
                     const encoding::TernarySettings& settings,
                     double gradient_window);

// Throws Error if a setting is out of range.
std::unique_ptr<Method> make_ternary(const recipe::Ternary& settings,
                                     const recipe::Pattern& pattern);

}  // namespace triad::train
