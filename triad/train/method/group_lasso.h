#pragma once
// Group lasso with weight penalty clipping: lambda * sum over groups of
// min(norm, delta). Paper: Yang, He, Fan, AAAI 2020. Groups with a norm above
// the self-adapting threshold delta feel no force, so that pruning leaves the
// distribution alone that the ternariser fits. We add: a requested density,
// reached by adapting lambda along a schedule; groups that the schedule has no
// room for die smallest first and stay dead.

#include <memory>
#include <vector>

#include "triad/recipe/recipe.h"
#include "triad/train/method.h"

namespace triad::train {

enum class ThresholdRule {
  none,        // plain group lasso: every group is pulled
  layer_mean,  // ratio * mean norm of the layer's groups
  rank,        // the norm at share `ratio` of the layer's sorted norms
  mix,         // min(mean norm, norm at share 0.35)
  global       // the norm at share `ratio` of all layers' sorted norms
};

// Threshold of each layer from its norms [groups]; infinity for none.
// Differentiable.
std::vector<at::Tensor> clipping_thresholds(
    const std::vector<at::Tensor>& norms, ThresholdRule rule, double ratio);

// Sum over all groups of min(norm, threshold), without lambda.
at::Tensor clipped_norm_sum(const std::vector<at::Tensor>& norms,
                            ThresholdRule rule, double ratio,
                            bool detach_threshold);

// Throws Error if a setting is out of range; begin() throws if the geometry is
// wider than a layer.
//   group_zero_share  zeros the ternariser forces into living groups: with a
//   requested
//                     compression rate the density is 16 / (rate (1 -
//                     group_zero_share))
std::unique_ptr<Method> make_group_lasso(const recipe::GroupLasso& settings,
                                         const recipe::Pattern& pattern,
                                         double group_zero_share);

}  // namespace triad::train
