#include "triad/train/loss.h"

namespace triad::train {

at::Tensor loss(const at::Tensor& logits, const at::Tensor& labels,
                const recipe::Training& training) {
  return at::cross_entropy_loss(logits.to(at::kFloat), labels, {},
                                at::Reduction::Mean, -100,
                                training.label_smoothing);
}

}  // namespace triad::train
