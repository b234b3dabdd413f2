#pragma once
// What training minimises, without the methods' penalties.

#include "triad/recipe/recipe.h"
#include "triad/train/torch.h"

namespace triad::train {

// Cross entropy with label smoothing, mean over the batch; with a teacher,
// (1 - weight) CE + weight T^2 KL(teacher || student) (Hinton, Vinyals, Dean,
// arXiv:1503.02531). logits [N, classes], labels [N] int64, teacher logits
// [N, classes] or undefined.
at::Tensor loss(const at::Tensor& logits, const at::Tensor& labels,
                const at::Tensor& teacher_logits, const recipe::Recipe& recipe);

}  // namespace triad::train
