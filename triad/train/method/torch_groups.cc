#include "triad/train/method/torch_groups.h"

#include <algorithm>
#include <vector>

namespace triad::train {
namespace {

// Norms below this count as zero; its square is still a normal float.
constexpr double kSmallestNorm = 1e-12;

at::Tensor to_tensor(std::vector<std::int64_t>& values, at::IntArrayRef shape,
                     const at::Device& device) {
  return torch::from_blob(values.data(), shape, torch::kInt64)
      .clone()
      .to(device);
}

}  // namespace

TorchGroups::TorchGroups(const encoding::Grouping& grouping,
                         const at::Device& device) {
  const std::int64_t groups = grouping.count(),
                     weights = grouping.shape().count();
  const std::vector<std::int32_t> group_of_weight = grouping.group_of_weight();
  std::vector<std::int64_t> sizes(std::size_t(groups), 0);
  for (const std::int32_t group : group_of_weight) ++sizes[std::size_t(group)];
  const std::int64_t longest = *std::max_element(sizes.begin(), sizes.end());

  std::vector<std::int64_t> members(std::size_t(groups * longest), weights);
  std::vector<std::int64_t> place(static_cast<std::size_t>(weights)),
      group(place.size());
  std::vector<std::int64_t> filled(std::size_t(groups), 0);
  for (std::int64_t i = 0; i < weights; ++i) {
    const std::int64_t g = group[std::size_t(i)] =
        group_of_weight[std::size_t(i)];
    place[std::size_t(i)] = g * longest + filled[std::size_t(g)]++;
    members[std::size_t(place[std::size_t(i)])] = i;
  }
  members_ = to_tensor(members, {groups, longest}, device);
  group_of_weight_ = to_tensor(group, {weights}, device);
  place_of_weight_ = to_tensor(place, {weights}, device);
  for (const std::int64_t size : sizes) by_size_.try_emplace(size);
  sizes_ = to_tensor(sizes, {groups}, device);
  for (auto& [size, rows] : by_size_)
    rows = (sizes_ == size).nonzero().view({-1});
}

at::Tensor TorchGroups::gather(const at::Tensor& weight) const {
  const at::Tensor row_major = weight.contiguous().view({-1});
  const at::Tensor extended = torch::cat({row_major, row_major.new_zeros({1})});
  return extended.index_select(0, members_.view({-1})).view(members_.sizes());
}

at::Tensor TorchGroups::spread(const at::Tensor& per_group,
                               const at::Tensor& like) const {
  return per_group.index_select(0, group_of_weight_).view(like.sizes());
}

at::Tensor TorchGroups::scatter(const at::Tensor& by_group,
                                const at::Tensor& like) const {
  return by_group.reshape({-1})
      .index_select(0, place_of_weight_)
      .view(like.sizes());
}

at::Tensor TorchGroups::norms(const at::Tensor& weight) const {
  return gather(weight)
      .square()
      .sum(1)
      .clamp_min(kSmallestNorm * kSmallestNorm)
      .sqrt();
}

}  // namespace triad::train
