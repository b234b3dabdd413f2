#include "triad/train/method/group_lasso.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "triad/base/error.h"
#include "triad/base/nearest.h"
#include "triad/encoding/compression_rate.h"
#include "triad/train/method/density_schedule.h"
#include "triad/train/method/layer_groups.h"
#include "triad/train/method/torch_groups.h"

namespace triad::train {
namespace {

ThresholdRule rule_from_string(const std::string& name) {
  if (name == "none") return ThresholdRule::none;
  if (name == "layer_mean") return ThresholdRule::layer_mean;
  if (name == "rank") return ThresholdRule::rank;
  if (name == "mix") return ThresholdRule::mix;
  if (name == "global") return ThresholdRule::global;
  fail(
      "group_lasso.threshold: expected none, layer_mean, rank, mix or global, "
      "got \"{}\"",
      name);
}

// The norm at position floor(share * count) of the ascending order.
at::Tensor norm_at_share(const at::Tensor& norms, double share) {
  const std::int64_t count = norms.size(0);
  const auto position =
      std::min(std::int64_t(share * double(count)), count - 1);
  return std::get<0>(norms.kthvalue(position + 1));
}

at::Tensor layer_threshold(const at::Tensor& norms, ThresholdRule rule,
                           double ratio) {
  switch (rule) {
    case ThresholdRule::layer_mean:
      return ratio * norms.mean();
    case ThresholdRule::rank:
      return norm_at_share(norms, ratio);
    case ThresholdRule::mix:
      return torch::minimum(norms.mean(), norm_at_share(norms, 0.35));
    default:
      return torch::full({}, std::numeric_limits<double>::infinity(),
                         norms.options());
  }
}

class GroupLasso : public Method {
 public:
  GroupLasso(const recipe::GroupLasso& settings, const recipe::Pattern& pattern,
             std::optional<double> density)
      : settings_(settings),
        pattern_(to_encoding(pattern)),
        rule_(rule_from_string(settings.threshold)),
        density_(density),
        lambda_(settings.lambda) {}

  std::string_view name() const override { return "group_lasso"; }

  void begin(Network& network) override {
    for (const Layer& layer : network.layers()) {
      if (!compresses(layer, settings_.first_layer, settings_.last_layer))
        continue;
      TorchGroups groups(make_grouping(layer, pattern_), layer.latent.device());
      // Groups that arrive dead, from an earlier run, stay dead.
      const torch::NoGradGuard no_gradient;
      at::Tensor alive =
          (groups.gather(layer.latent).abs().amax(1) > 0).to(torch::kFloat32);
      pruned_.push_back(
          {layer, std::move(groups), std::move(alive), density_of(layer.name)});
    }
    require(!pruned_.empty(), "group_lasso: the network has no layer to prune");
    require_known_layers();
  }

  at::Tensor penalty(const Progress& progress) override {
    if (!is_shrinking(progress)) return {};
    std::vector<at::Tensor> norms;
    for (const Pruned& pruned : pruned_)
      norms.push_back(pruned.groups.norms(pruned.layer.latent));
    return lambda_ * clipped_norm_sum(norms, rule_, settings_.threshold_ratio,
                                      settings_.detach_threshold);
  }

  void after_step(const Progress& progress) override {
    let_groups_die(progress);
    // Momentum would move the dead on.
    const torch::NoGradGuard no_gradient;
    for (Pruned& pruned : pruned_)
      pruned.layer.latent.mul_(
          pruned.groups.spread(pruned.alive, pruned.layer.latent));
  }

  Metrics metrics() const override {
    double living = 0, groups = 0;
    for (const Pruned& pruned : pruned_) {
      living += pruned.alive.sum().item<double>();
      groups += double(pruned.groups.count());
    }
    return {{"lambda", lambda_}, {"living_groups", living / groups}};
  }

  std::map<std::string, at::Tensor> state() const override {
    std::map<std::string, at::Tensor> state;
    state["lambda"] = torch::full({1}, lambda_, torch::kFloat64);
    state["frozen"] = torch::full({1}, frozen_ ? 1.0 : 0.0);
    for (const Pruned& pruned : pruned_)
      state["alive." + pruned.layer.name] = pruned.alive;
    return state;
  }

  void load_state(const std::map<std::string, at::Tensor>& state) override {
    lambda_ = state.at("lambda").item<double>();
    frozen_ = state.at("frozen").item<double>() != 0;
    for (Pruned& pruned : pruned_)
      pruned.alive = state.at("alive." + pruned.layer.name)
                         .to(pruned.alive.device(), torch::kFloat32);
  }

 private:
  static constexpr std::int64_t kStepsBetweenDeaths = 10;

  struct Pruned {
    Layer layer;
    TorchGroups groups;
    at::Tensor alive;               // [groups], 1 or 0
    std::optional<double> density;  // requested of this layer alone
  };

  std::optional<double> density_of(const std::string& layer) const {
    const auto found = settings_.layer_density.find(layer);
    return found == settings_.layer_density.end()
               ? std::nullopt
               : std::optional(found->second);
  }

  void require_known_layers() const {
    std::vector<std::string> names;
    for (const Pruned& pruned : pruned_) names.push_back(pruned.layer.name);
    for (const auto& [name, density] : settings_.layer_density)
      require(std::find(names.begin(), names.end(), name) != names.end(),
              "group_lasso.layer_density: expected a layer that is pruned, got "
              "\"{}\" (nearest: {})",
              name, nearest(name, names));
  }

  bool is_shrinking(const Progress& progress) const {
    return !frozen_ && progress.fraction() >= settings_.start;
  }

  void let_groups_die(const Progress& progress) {
    const bool ends = progress.fraction() >= settings_.stop;
    if (frozen_ || progress.fraction() < settings_.start) return;
    if (ends || progress.step % kStepsBetweenDeaths == 0)
      follow_schedule(progress);
    if (!ends) return;
    drop_small_groups();
    frozen_ = true;
  }

  // Norms of the layer's groups in units of their root mean square, so that
  // layers with larger weights are not favoured.
  static at::Tensor relative_norms(const Pruned& pruned) {
    const at::Tensor norm = pruned.groups.norms(pruned.layer.latent);
    return norm / norm.square().mean().sqrt().clamp_min(1e-12);
  }

  void follow_schedule(const Progress& progress) {
    const torch::NoGradGuard no_gradient;
    const auto scheduled = [&](double target) {
      return density_at(progress.fraction(), settings_.start, settings_.stop,
                        target);
    };
    std::vector<Pruned*> together;
    double boundary = 0;
    for (Pruned& pruned : pruned_)
      if (pruned.density)
        boundary =
            std::max(boundary, bury({&pruned}, scheduled(*pruned.density)));
      else if (density_)
        together.push_back(&pruned);
    if (!together.empty())
      boundary = std::max(boundary, bury(together, scheduled(*density_)));
    if (boundary > 0)
      lambda_ = adapt_lambda(lambda_, settings_.lambda, boundary);
  }

  // Of these layers' groups, the smallest die until `density` of all are left.
  // Gives the largest relative norm among the dead, 0 if there are none.
  static double bury(const std::vector<Pruned*>& layers, double density) {
    std::vector<at::Tensor> norms;
    for (const Pruned* pruned : layers)
      norms.push_back(relative_norms(*pruned));
    const at::Tensor all = torch::cat(norms).cpu();
    const auto groups = all.size(0);
    const auto dead =
        groups - std::int64_t(std::ceil(density * double(groups)));
    if (dead == 0) return 0;
    const double boundary = std::get<0>(all.kthvalue(dead)).item<double>();
    for (std::size_t i = 0; i < layers.size(); ++i)
      layers[i]->alive =
          (norms[i] > boundary).to(torch::kFloat32) * layers[i]->alive;
    return boundary;
  }

  // Where no size is requested, lambda alone decides.
  void drop_small_groups() {
    const torch::NoGradGuard no_gradient;
    for (Pruned& pruned : pruned_) {
      if (pruned.density || density_) continue;
      const at::Tensor norm =
          pruned.groups.norms(pruned.layer.latent) * pruned.alive;
      const at::Tensor mean = norm.sum() / pruned.alive.sum().clamp_min(1);
      pruned.alive = (norm > settings_.dead_below * mean).to(torch::kFloat32) *
                     pruned.alive;
    }
  }

  recipe::GroupLasso settings_;
  encoding::Pattern pattern_;
  ThresholdRule rule_;
  std::optional<double> density_;
  double lambda_;
  bool frozen_ = false;
  std::vector<Pruned> pruned_;
};

// The density that gives the requested size, if one is requested.
std::optional<double> requested_density(const recipe::GroupLasso& settings,
                                        double group_zero_share) {
  require(!settings.density || !settings.compression_rate,
          "group_lasso: expected density or compression_rate, got both");
  if (settings.density) {
    require(*settings.density > 0 && *settings.density <= 1,
            "group_lasso.density: expected a share in (0, 1], got {}",
            *settings.density);
    return settings.density;
  }
  if (!settings.compression_rate) return std::nullopt;
  const double dense_rate = encoding::compression_rate(1, group_zero_share);
  require(*settings.compression_rate >= dense_rate,
          "group_lasso.compression_rate: expected at least {:.4g}, the rate "
          "with every group alive, "
          "got {}",
          dense_rate, *settings.compression_rate);
  return dense_rate / *settings.compression_rate;
}

}  // namespace

std::vector<at::Tensor> clipping_thresholds(
    const std::vector<at::Tensor>& norms, ThresholdRule rule, double ratio) {
  if (rule == ThresholdRule::global)
    return std::vector<at::Tensor>(norms.size(),
                                   norm_at_share(torch::cat(norms), ratio));
  std::vector<at::Tensor> thresholds;
  for (const at::Tensor& layer : norms)
    thresholds.push_back(layer_threshold(layer, rule, ratio));
  return thresholds;
}

at::Tensor clipped_norm_sum(const std::vector<at::Tensor>& norms,
                            ThresholdRule rule, double ratio,
                            bool detach_threshold) {
  require(!norms.empty(), "clipped_norm_sum: expected at least one layer");
  const std::vector<at::Tensor> thresholds =
      clipping_thresholds(norms, rule, ratio);
  at::Tensor sum = norms.front().new_zeros({});
  for (std::size_t i = 0; i < norms.size(); ++i) {
    const at::Tensor threshold =
        detach_threshold ? thresholds[i].detach() : thresholds[i];
    // where, not minimum: minimum would share the gradient between equals.
    sum = sum + torch::where(norms[i] < threshold, norms[i], threshold).sum();
  }
  return sum;
}

std::unique_ptr<Method> make_group_lasso(const recipe::GroupLasso& settings,
                                         const recipe::Pattern& pattern,
                                         double group_zero_share) {
  require(settings.lambda >= 0,
          "group_lasso.lambda: expected a number from 0 up, got {}",
          settings.lambda);
  require(settings.start >= 0 && settings.start < settings.stop &&
              settings.stop <= 1,
          "group_lasso: expected 0 <= start < stop <= 1, got {} and {}",
          settings.start, settings.stop);
  require(pattern.structure != "none",
          "pattern.structure: group_lasso needs irregular, pe_group, filter or "
          "channel");
  return std::make_unique<GroupLasso>(
      settings, pattern, requested_density(settings, group_zero_share));
}

}  // namespace triad::train
