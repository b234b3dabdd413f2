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

// The torch form of encoding::project_ternary: sums are taken in another order,
// so scales may differ in the last bit, and weights that tie at the cut of
// group_zero_share all go to zero. weight [K, ...]; groups may be null: one
// group. A group whose weights are all zero is dead and
// counts in no mean. The gradient is 1 where |w| < gradient_window and the
// group lives, else 0.
at::Tensor ternarise(const at::Tensor& weight, const TorchGroups* groups,
                     const encoding::TernarySettings& settings,
                     double gradient_window);

// Throws Error if a setting is out of range.
std::unique_ptr<Method> make_ternary(const recipe::Ternary& settings,
                                     const recipe::Pattern& pattern);

}  // namespace triad::train
