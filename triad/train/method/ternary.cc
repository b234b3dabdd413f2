#include "triad/train/method/ternary.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "triad/base/error.h"
#include "triad/encoding/compression_rate.h"
#include "triad/train/method/layer_groups.h"
#include "triad/train/method/torch_groups.h"

namespace triad::train {
namespace {

using encoding::ScalePer;
using encoding::TernarySettings;
using encoding::ThresholdOf;

// Largest |w| that must go to zero so that each group has its share of zeros;
// [groups, 1].
at::Tensor largest_to_drop(const at::Tensor& magnitudes,
                           const TorchGroups& groups, float share) {
  at::Tensor drop = magnitudes.new_zeros({magnitudes.size(0), 1});
  for (const auto& [size, rows] : groups.by_size()) {
    // In float, as encode_ternary has it: 0.2f of 5 is 1 and not a little more.
    const auto zeros = std::int64_t(std::ceil(share * float(size)));
    const std::int64_t padding = magnitudes.size(1) - size;
    // kthvalue, because sort also moves indices: three times the step's cost.
    const at::Tensor kth =
        std::get<0>(magnitudes.index_select(0, rows).kthvalue(
            padding + zeros, 1, /*keepdim=*/true));
    drop.index_copy_(0, rows, kth);
  }
  return drop;
}

struct Projection {
  at::Tensor effective;  // scale * code
  at::Tensor living;     // 1 in living groups
};

Projection project(const at::Tensor& weight, const TorchGroups* groups,
                   const TernarySettings& settings) {
  const at::Tensor magnitude = weight.abs().contiguous();
  at::Tensor living = torch::ones_like(magnitude);
  if (groups)
    living = groups->spread(
        (groups->gather(magnitude).amax(1) > 0).to(torch::kFloat32), magnitude);

  const std::int64_t scopes =
      settings.scale_per == ScalePer::filter ? weight.size(0) : 1;
  const auto by_scope = [&](const at::Tensor& t) {
    return t.reshape({scopes, -1});
  };
  const auto sum = [&](const at::Tensor& t) {
    return by_scope(t).sum(1, /*keepdim=*/true, torch::kFloat64);
  };

  at::Tensor threshold;
  if (settings.threshold_of == ThresholdOf::maximum)
    threshold = by_scope(magnitude).amax(1, true) * settings.threshold_share;
  else
    threshold = (double(settings.threshold_share) *
                 (sum(magnitude) / sum(living).clamp_min(1)))
                    .to(torch::kFloat32);
  at::Tensor kept = by_scope(magnitude) * (by_scope(magnitude) >= threshold);
  if (groups && settings.group_zero_share > 0) {
    const at::Tensor by_group = groups->gather(kept.view(weight.sizes()));
    const at::Tensor drop =
        largest_to_drop(by_group, *groups, settings.group_zero_share);
    kept = by_scope(groups->scatter(by_group * (by_group > drop), magnitude));
  }
  const at::Tensor is_kept = (kept > 0).to(torch::kFloat32);
  const at::Tensor scale =
      (sum(kept) / sum(is_kept).clamp_min(1)).to(torch::kFloat32);
  return {(scale * is_kept).view(weight.sizes()) * weight.sign(), living};
}

class StraightThrough : public torch::autograd::Function<StraightThrough> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context,
                            const at::Tensor& weight,
                            const at::Tensor& effective,
                            const at::Tensor& pass) {
    (void)weight;
    context->save_for_backward({pass});
    return effective;
  }
  static torch::autograd::variable_list backward(
      torch::autograd::AutogradContext* context,
      torch::autograd::variable_list gradients) {
    return {gradients[0] * context->get_saved_variables()[0], {}, {}};
  }
};

encoding::GroupCensus census(const TorchGroups& groups,
                             const at::Tensor& effective) {
  const torch::NoGradGuard no_gradient;
  const at::Tensor codes =
      (groups.gather(effective) != 0).sum(1).to(torch::kFloat64);
  const at::Tensor zero_share = 1 - codes / groups.sizes().to(torch::kFloat64);
  const at::Tensor lives = codes > 0;
  encoding::GroupCensus result{groups.count(), lives.sum().item<std::int64_t>(),
                               1.0};
  if (result.living > 0)
    result.smallest_zero_share =
        zero_share.masked_select(lives).min().item<double>();
  return result;
}

TernarySettings ternary_settings(const recipe::Ternary& settings) {
  TernarySettings result;
  result.threshold_of = settings.threshold_of == "mean" ? ThresholdOf::mean
                                                        : ThresholdOf::maximum;
  result.threshold_share = float(settings.threshold_share);
  result.scale_per =
      settings.scale_per == "filter" ? ScalePer::filter : ScalePer::layer;
  result.group_zero_share = float(settings.group_zero_share);
  return result;
}

class TernaryMethod : public Method {
 public:
  TernaryMethod(const recipe::Ternary& settings, const recipe::Pattern& pattern)
      : settings_(settings),
        ternary_(ternary_settings(settings)),
        pattern_(to_encoding(pattern)) {}

  std::string_view name() const override { return "ternary"; }

  void begin(Network& network) override {
    for (const Layer& layer : network.layers())
      if (compresses(layer, settings_.first_layer, settings_.last_layer))
        groups_.emplace(layer.name, TorchGroups(make_grouping(layer, pattern_),
                                                layer.latent.device()));
    active_ = settings_.start <= 0;
  }

  at::Tensor weight(const Layer& layer, const at::Tensor& latent) override {
    const auto groups = groups_.find(layer.name);
    if (!active_ || groups == groups_.end()) return latent;
    const at::Tensor effective =
        ternarise(latent, &groups->second, ternary_, settings_.gradient_window);
    latest_[layer.name] = effective.detach();
    return effective;
  }

  Metrics metrics() const override {
    if (latest_.empty()) return {};
    std::vector<encoding::GroupCensus> layers;
    for (const auto& [name, effective] : latest_)
      layers.push_back(census(groups_.at(name), effective));
    const encoding::GroupCensus all = encoding::combine(layers);
    const double density = all.density(), zero_share = all.smallest_zero_share;
    return {
        {"density", density},
        {"smallest_zero_share", zero_share},
        {"compression_rate", encoding::compression_rate(density, zero_share)}};
  }

  void after_step(const Progress& progress) override {
    active_ = progress.fraction() >= settings_.start;
  }

  std::map<std::string, at::Tensor> state() const override {
    return {{"active", torch::full({1}, active_ ? 1.0 : 0.0)}};
  }

  void load_state(const std::map<std::string, at::Tensor>& state) override {
    active_ = state.at("active").item<double>() != 0;
  }

  void finish(const Network&, graph::Graph& graph) const override {
    for (const auto& [name, groups] : groups_) {
      encoding::Encoding& weight = graph.find(name)->find("weight")->encoding;
      const std::vector<float> values = encoding::decode(weight);
      const Shape shape = encoding::shape(weight);
      encoding::Pattern pattern = pattern_;
      pattern.alive = living_groups(values, shape, pattern, name);
      weight = encoding::encode_ternary(values, shape, pattern, ternary_);
    }
  }

 private:
  recipe::Ternary settings_;
  TernarySettings ternary_;
  encoding::Pattern pattern_;
  std::map<std::string, TorchGroups> groups_;
  std::map<std::string, at::Tensor>
      latest_;  // effective weights of the last forward
  bool active_ = true;
};

}  // namespace

at::Tensor ternarise(const at::Tensor& weight, const TorchGroups* groups,
                     const TernarySettings& settings, double gradient_window) {
  Projection projection;
  at::Tensor pass;
  {
    const torch::NoGradGuard no_gradient;
    const at::Tensor values = weight.contiguous();
    projection = project(values, groups, settings);
    pass = (values.abs() < gradient_window) * projection.living;
  }
  return StraightThrough::apply(weight, projection.effective, pass);
}

std::unique_ptr<Method> make_ternary(const recipe::Ternary& settings,
                                     const recipe::Pattern& pattern) {
  require(settings.gradient_window > 0,
          "ternary.gradient_window: expected a number above 0, got {}",
          settings.gradient_window);
  const double share = settings.threshold_share;
  require(settings.threshold_of == "mean" ? share > 0 : share >= 0 && share < 1,
          "ternary.threshold_share: expected above 0 of the mean, or [0, 1) of "
          "the maximum, got {} of the {}",
          share, settings.threshold_of);
  require(settings.start >= 0 && settings.start < 1,
          "ternary.start: expected [0, 1), got {}", settings.start);
  return std::make_unique<TernaryMethod>(settings, pattern);
}

}  // namespace triad::train
