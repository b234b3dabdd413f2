#pragma once
// What training on labels minimises, without the methods' penalties.

#include "triad/recipe/recipe.h"
#include "triad/train/torch.h"

namespace triad::train {

// Cross entropy with label smoothing, mean over the batch. logits [N, classes],
// labels [N] int64.
at::Tensor loss(const at::Tensor& logits, const at::Tensor& labels,
                const recipe::Training& training);

}  // namespace triad::train
