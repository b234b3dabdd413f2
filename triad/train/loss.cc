#include "triad/train/loss.h"

namespace triad::train {

at::Tensor loss(const at::Tensor& logits, const at::Tensor& labels,
                const at::Tensor& teacher_logits,
                const recipe::Recipe& recipe) {
  const at::Tensor wide = logits.to(at::kFloat);
  const at::Tensor hard =
      at::cross_entropy_loss(wide, labels, {}, at::Reduction::Mean, -100,
                             recipe.training.label_smoothing);
  const auto& [weight, temperature] =
      std::pair(recipe.distillation.weight, recipe.distillation.temperature);
  if (weight == 0 || !teacher_logits.defined()) return hard;
  const at::Tensor soft =
      at::kl_div(
          at::log_softmax(wide / temperature, 1),
          at::log_softmax(teacher_logits.to(at::kFloat) / temperature, 1),
          at::Reduction::Sum, /*log_target=*/true) /
      double(labels.size(0));
  return hard * (1 - weight) + soft * (weight * temperature * temperature);
}

}  // namespace triad::train
