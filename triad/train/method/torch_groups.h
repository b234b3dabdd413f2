#pragma once
// Groups of a weight as index tensors, so that norms and masks of any geometry
// (ragged groups included) are a gather, a reduction and a scatter on the
// weight's own device.

#include <cstdint>
#include <map>

#include "triad/encoding/pattern.h"
#include "triad/train/torch.h"

namespace triad::train {

class TorchGroups {
 public:
  TorchGroups(const encoding::Grouping& grouping, const at::Device& device);

  std::int64_t count() const { return sizes_.size(0); }

  // Weights by group, zero where a group is shorter than the longest: weight
  // [shape] to [groups, longest]. Differentiable.
  at::Tensor gather(const at::Tensor& weight) const;

  // One value per group, [groups], spread to its weights: [shape] of `like`.
  at::Tensor spread(const at::Tensor& per_group, const at::Tensor& like) const;

  // By-group values [groups, longest] back to [shape] of `like`; the inverse of
  // gather.
  at::Tensor scatter(const at::Tensor& by_group, const at::Tensor& like) const;

  // Euclidean norms [groups]. Differentiable; the gradient at a zero norm is
  // zero.
  at::Tensor norms(const at::Tensor& weight) const;

  const at::Tensor& sizes() const { return sizes_; }  // [groups], int64

  // Groups of equal size: the size and the groups' numbers, int64. One entry
  // where no group is ragged.
  const std::map<std::int64_t, at::Tensor>& by_size() const { return by_size_; }

 private:
  at::Tensor members_;  // [groups, longest] into the weight; K*C*taps names a
                        // trailing zero
  at::Tensor group_of_weight_;  // [K * C * taps]
  at::Tensor place_of_weight_;  // [K * C * taps] into [groups * longest]
  at::Tensor sizes_;
  std::map<std::int64_t, at::Tensor> by_size_;
};

}  // namespace triad::train
