#include "triad/train/method/group_lasso.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "triad/base/error.h"
#include "triad/encoding/pattern.h"
#include "triad/graph/builder.h"
#include "triad/train/initialise.h"
#include "triad/train/method/density_schedule.h"
#include "triad/train/method/torch_groups.h"

namespace triad::train {
namespace {

constexpr auto kDouble = torch::kFloat64;

TorchGroups
ragged_groups() {  // 6 x 10 x 9 under 1 x 4 x all: the last group has 2 inputs
  return {
      encoding::Grouping({6, 10, 9}, encoding::Structure::pe_group, {1, 4, 0}),
      torch::kCPU};
}

double penalty(const at::Tensor& weight, ThresholdRule rule, bool detach,
               double frozen_threshold) {
  const at::Tensor norms = ragged_groups().norms(weight);
  if (!detach)
    return clipped_norm_sum({norms}, rule, 0.7, false).item<double>();
  return torch::minimum(norms, torch::full({}, frozen_threshold, kDouble))
      .sum()
      .item<double>();
}

void expect_gradient_matches(ThresholdRule rule, bool detach) {
  torch::manual_seed(3);
  const at::Tensor scales = torch::rand({6, 10, 1, 1}, kDouble) + 0.1;
  at::Tensor weight =
      (torch::randn({6, 10, 3, 3}, kDouble) * scales).requires_grad_();
  const at::Tensor norms = ragged_groups().norms(weight);
  const double threshold =
      clipping_thresholds({norms}, rule, 0.7)[0].item<double>();
  clipped_norm_sum({norms}, rule, 0.7, detach).backward();
  const at::Tensor plain = weight.detach().clone();
  // A detached threshold that is itself a norm makes a kink at that group.
  const at::Tensor kink =
      ragged_groups().spread((norms.detach() - threshold).abs() < 1e-6, plain);
  for (std::int64_t i = 0; i < plain.numel(); i += 7) {
    if (detach && kink.view({-1})[i].item<bool>()) continue;
    double* w = plain.data_ptr<double>() + i;
    const double kept = *w, h = 1e-6;
    *w = kept + h;
    const double above = penalty(plain, rule, detach, threshold);
    *w = kept - h;
    const double below = penalty(plain, rule, detach, threshold);
    *w = kept;
    EXPECT_NEAR((above - below) / (2 * h),
                weight.grad().view({-1})[i].item<double>(), 1e-5)
        << "weight " << i;
  }
}

TEST(ClippedGroupLasso, GradientMatchesFiniteDifferences) {
  for (const auto rule :
       {ThresholdRule::none, ThresholdRule::layer_mean, ThresholdRule::rank,
        ThresholdRule::mix, ThresholdRule::global}) {
    SCOPED_TRACE(int(rule));
    expect_gradient_matches(rule, true);
    expect_gradient_matches(rule, false);
  }
}

TEST(ClippedGroupLasso, GradientIsFiniteAtZeroNorm) {
  at::Tensor weight = torch::zeros({6, 10, 3, 3}, kDouble).requires_grad_();
  clipped_norm_sum({ragged_groups().norms(weight)}, ThresholdRule::layer_mean,
                   0.7, false)
      .backward();
  EXPECT_EQ(weight.grad().abs().max().item<double>(), 0);
}

TEST(ClippedGroupLasso, DetachedThresholdPullsOnlyGroupsBelowIt) {
  at::Tensor norms = torch::tensor({0.1, 1.0, 2.0}, kDouble).requires_grad_();
  clipped_norm_sum({norms}, ThresholdRule::layer_mean, 0.7, true).backward();
  EXPECT_TRUE(norms.grad().equal(torch::tensor({1.0, 0.0, 0.0}, kDouble)));
}

TEST(ClippedGroupLasso, AttachedThresholdAlsoPullsKeptGroups) {
  at::Tensor norms = torch::tensor({0.1, 1.0, 2.0}, kDouble).requires_grad_();
  clipped_norm_sum({norms}, ThresholdRule::layer_mean, 0.7, false).backward();
  const double kept = 0.7 * 2 / 3;  // a |C| / p
  EXPECT_TRUE(torch::allclose(norms.grad(),
                              torch::tensor({1 + kept, kept, kept}, kDouble)));
}

TEST(ClippedGroupLasso, RulesPickTheirNorm) {
  const at::Tensor first = torch::tensor({4.0, 1.0, 3.0, 2.0}, kDouble);
  const at::Tensor second = torch::tensor({10.0, 20.0}, kDouble);
  const auto threshold = [&](ThresholdRule rule, double ratio) {
    return clipping_thresholds({first, second}, rule, ratio)[0].item<double>();
  };
  EXPECT_DOUBLE_EQ(threshold(ThresholdRule::layer_mean, 0.5), 1.25);
  EXPECT_DOUBLE_EQ(threshold(ThresholdRule::rank, 0.5), 3);
  EXPECT_DOUBLE_EQ(threshold(ThresholdRule::mix, 0), 2);
  EXPECT_DOUBLE_EQ(threshold(ThresholdRule::global, 0.7), 10);
  EXPECT_TRUE(std::isinf(threshold(ThresholdRule::none, 0.7)));
}

TEST(TorchGroups, ScatterUndoesGather) {
  const at::Tensor weight = torch::randn({6, 10, 3, 3});
  const TorchGroups groups = ragged_groups();
  EXPECT_TRUE(groups.scatter(groups.gather(weight), weight).equal(weight));
}

TEST(TorchGroups, NormsEqualThoseOfTheEncoding) {
  const at::Tensor weight = torch::randn({6, 10, 3, 3});
  const encoding::Grouping grouping({6, 10, 9}, encoding::Structure::pe_group,
                                    {1, 4, 0});
  const std::vector<double> expected = encoding::group_norms(
      {weight.data_ptr<float>(), std::size_t(weight.numel())}, grouping);
  const at::Tensor norms = ragged_groups().norms(weight);
  for (std::size_t g = 0; g < expected.size(); ++g)
    EXPECT_NEAR(norms[std::int64_t(g)].item<double>(), expected[g], 1e-5);
}

TEST(DensitySchedule, FallsFromOneToTheTarget) {
  EXPECT_EQ(density_at(0.1, 0.2, 0.6, 0.3), 1);
  EXPECT_EQ(density_at(0.6, 0.2, 0.6, 0.3), 0.3);
  double before = 1;
  for (double f = 0.2; f < 0.6; f += 0.01) {
    const double now = density_at(f, 0.2, 0.6, 0.3);
    EXPECT_LE(now, before);
    EXPECT_GE(now, 0.3);
    before = now;
  }
}

TEST(DensitySchedule, LambdaGrowsWhereHealthyGroupsWouldDie) {
  EXPECT_GT(adapt_lambda(0.01, 0.01, 0.8), 0.01);
  EXPECT_LT(adapt_lambda(0.01, 0.01, 0.01), 0.01);
  double lambda = 0.01;
  for (int i = 0; i < 1000; ++i) lambda = adapt_lambda(lambda, 0.01, 1);
  EXPECT_DOUBLE_EQ(lambda, 1);
}

graph::Graph one_pruned_layer() {  // of three; the first and last are left out
  graph::Builder builder("tiny", {3, 8, 8});
  const auto conv = [&](const char* name, graph::ValueId x, std::int64_t k) {
    graph::Conv2d op;
    op.outputs = k;
    op.kernel = {3, 3};
    op.padding = {1, 1, 1, 1};
    return builder.conv(name, x, op, false);
  };
  const auto x = conv("middle", conv("first", builder.input(), 16), 20);
  const auto pooled = builder.add("pool", graph::GlobalAveragePool{}, {x});
  const auto flat = builder.add("flatten", graph::Flatten{}, {pooled});
  graph::Graph graph = builder.finish({builder.linear("last", flat, 10)});
  initialise(graph, 1);
  return graph;
}

TEST(GroupLasso, TheRequestedDensityIsReachedAndTheDeadStayDead) {
  Network network(one_pruned_layer());
  recipe::GroupLasso settings;
  settings.density = 0.3;
  settings.stop = 0.5;
  const auto method = make_group_lasso(settings, {"pe_group", 1, 8, 0}, 0);
  method->begin(network);
  for (std::int64_t step = 1; step <= 100; ++step) {
    const torch::NoGradGuard no_gradient;
    method->after_step({.step = step, .steps = 100});
    if (step == 60) network.layers()[1].latent.add_(0.01);  // momentum, say
  }
  const at::Tensor& latent = network.layers()[1].latent;
  const TorchGroups groups(
      encoding::Grouping({20, 16, 9}, encoding::Structure::pe_group, {1, 8, 0}),
      torch::kCPU);
  const at::Tensor alive = groups.gather(latent.detach()).abs().amax(1) > 0;
  EXPECT_EQ(alive.sum().item<std::int64_t>(), 12);  // of 40
  EXPECT_GT(network.layers()[0].latent.abs().min().item<float>(), 0);
}

// Living groups of one_pruned_layer's layer after training by `settings`.
std::int64_t living_after(const recipe::GroupLasso& settings) {
  Network network(one_pruned_layer());
  const auto method = make_group_lasso(settings, {"pe_group", 1, 8, 0}, 0);
  method->begin(network);
  for (std::int64_t step = 1; step <= 100; ++step) {
    const torch::NoGradGuard no_gradient;
    method->after_step({.step = step, .steps = 100});
  }
  const TorchGroups groups(
      encoding::Grouping({20, 16, 9}, encoding::Structure::pe_group, {1, 8, 0}),
      torch::kCPU);
  const at::Tensor latent = network.layers()[1].latent.detach();
  return (groups.gather(latent).abs().amax(1) > 0).sum().item<std::int64_t>();
}

TEST(GroupLasso, ALayersOwnDensityGoesBeforeTheSharedOne) {
  recipe::GroupLasso settings;
  settings.layer_density = {{"middle", 0.25}};
  EXPECT_EQ(living_after(settings), 10);  // of 40
  settings.density = 0.9;
  EXPECT_EQ(living_after(settings), 10);
}

TEST(GroupLasso, ADensityOfALayerThatIsNotPrunedIsRefused) {
  Network network(one_pruned_layer());
  recipe::GroupLasso settings;
  settings.layer_density = {{"midle", 0.25}};
  const auto method = make_group_lasso(settings, {"pe_group", 1, 8, 0}, 0);
  EXPECT_THAT([&] { method->begin(network); },
              testing::ThrowsMessage<Error>(
                  testing::HasSubstr("got \"midle\" (nearest: middle)")));
}

TEST(GroupLasso, AGeometryWiderThanALayerNamesTheLayer) {
  Network network(one_pruned_layer());
  const auto method = make_group_lasso({}, {"pe_group", 1, 64, 0}, 0);
  EXPECT_THAT([&] { method->begin(network); },
              testing::ThrowsMessage<Error>(testing::HasSubstr("middle")));
}

TEST(GroupLassoSettings, ImpossibleRequestsAreRefused) {
  recipe::GroupLasso settings;
  const recipe::Pattern pe{"pe_group", 1, 16, 0};
  settings.density = 1.5;
  EXPECT_THROW(make_group_lasso(settings, pe, 0), Error);
  settings.density = 0;
  EXPECT_THROW(make_group_lasso(settings, pe, 0), Error);
  settings.density = 0.5;
  settings.compression_rate = 32;
  EXPECT_THROW(make_group_lasso(settings, pe, 0), Error);
  settings.density.reset();
  settings.compression_rate = 10;  // below 16
  EXPECT_THROW(make_group_lasso(settings, pe, 0), Error);
  settings.compression_rate = 32;
  EXPECT_NO_THROW(make_group_lasso(settings, pe, 0));
  EXPECT_THROW(make_group_lasso(settings, {"none", 1, 16, 0}, 0), Error);
}

}  // namespace
}  // namespace triad::train
