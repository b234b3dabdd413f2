#include "triad/train/batch_norm.h"

#include <gtest/gtest.h>

namespace triad::train {
namespace {

struct Sample {
  at::Tensor x, residual;
  BatchNormParameters parameters;

  Sample(at::IntArrayRef shape, bool with_residual) {
    torch::manual_seed(7);
    const std::int64_t channels = shape[1];
    x = (at::randn(shape) * 2 + 3).requires_grad_();
    if (with_residual) residual = at::randn(shape).requires_grad_();
    parameters = {at::rand({channels}).add_(0.5).requires_grad_(),
                  at::randn({channels}).requires_grad_(), at::randn({channels}),
                  at::rand({channels}).add_(0.5)};
  }

  // Value, gradients of x, weight, bias, residual, and the running moments.
  template <typename Norm>
  std::vector<at::Tensor> run(const Norm& norm, BatchNormSettings settings) {
    BatchNormParameters own = parameters;
    own.running_mean = parameters.running_mean.clone();
    own.running_var = parameters.running_var.clone();
    const at::Tensor y = norm(x, own, residual, settings);
    const at::Tensor direction = at::sin(at::arange(y.numel()).view(y.sizes()));
    std::vector<at::Tensor> leaves = {x, own.weight, own.bias};
    if (residual.defined()) leaves.push_back(residual);
    std::vector<at::Tensor> all =
        torch::autograd::grad({(y * direction).sum()}, leaves);
    all.insert(all.end(), {y, own.running_mean, own.running_var});
    return all;
  }
};

struct Case {
  std::vector<std::int64_t> shape;
  bool residual, relu;
};

class BatchNorm : public testing::TestWithParam<Case> {};

TEST_P(BatchNorm, MatchesLibtorchForwardBackAndInItsMoments) {
  const auto& [shape, residual, relu] = GetParam();
  Sample sample(shape, residual);
  const BatchNormSettings settings{true, relu, nullptr};
  const auto ours = sample.run(batch_norm, settings);
  const auto theirs = sample.run(batch_norm_composite, settings);
  ASSERT_EQ(ours.size(), theirs.size());
  for (std::size_t i = 0; i < ours.size(); ++i)
    EXPECT_TRUE(at::allclose(ours[i], theirs[i], 1e-4, 1e-4))
        << "tensor " << i << " differs by "
        << (ours[i] - theirs[i]).abs().max();
}

TEST_P(BatchNorm, GivesTheSameBitsAtAnyThreadCount) {
  const auto& [shape, residual, relu] = GetParam();
  Sample sample(shape, residual);
  const BatchNormSettings settings{true, relu, nullptr};
  const int threads = at::get_num_threads();
  const auto many = sample.run(batch_norm, settings);
  at::set_num_threads(threads == 1 ? 2 : 1);
  const auto other = sample.run(batch_norm, settings);
  at::set_num_threads(threads);
  for (std::size_t i = 0; i < many.size(); ++i)
    EXPECT_TRUE(at::equal(many[i], other[i]));
}

TEST_P(BatchNorm, MatchesLibtorchInEvaluation) {
  const auto& [shape, residual, relu] = GetParam();
  Sample sample(shape, residual);
  const at::NoGradGuard no_gradient;
  const BatchNormSettings settings{false, relu, nullptr};
  EXPECT_TRUE(at::allclose(
      batch_norm(sample.x, sample.parameters, sample.residual, settings),
      batch_norm_composite(sample.x, sample.parameters, sample.residual,
                           settings),
      1e-4, 1e-4));
}

INSTANTIATE_TEST_SUITE_P(Shapes, BatchNorm,
                         testing::Values(Case{{8, 16, 9, 7}, false, false},
                                         Case{{8, 16, 9, 7}, false, true},
                                         Case{{8, 16, 9, 7}, true, false},
                                         Case{{8, 16, 9, 7}, true, true},
                                         Case{{5, 3, 33, 31}, true, true},
                                         Case{{2, 300, 3, 3}, false, true},
                                         Case{{64, 20}, false, true},
                                         Case{{64, 20}, true, true},
                                         Case{{2, 1, 1, 1}, false, false},
                                         Case{{32, 64, 40, 40}, true, true}));

// Ranks that all hold the same pictures: sums grow by their number alone.
class TwinRanks : public Reducer {
 public:
  int rank() const override { return 0; }
  int ranks() const override { return 2; }
  void sum(at::Tensor values) override { values.mul_(2); }
};

TEST(BatchNormOverRanks, ReducesMomentsAndTheirGradients) {
  Sample sample({4, 8, 5, 5}, false);
  TwinRanks twins;
  const auto alone = sample.run(batch_norm, {true, true, nullptr});
  const auto fast = sample.run(batch_norm, {true, true, &twins});
  const auto composite = sample.run(batch_norm_composite, {true, true, &twins});
  // The variance in running_var is unbiased over twice the values.
  for (std::size_t i = 0; i + 1 < alone.size(); ++i) {
    EXPECT_TRUE(at::allclose(alone[i], fast[i], 1e-4, 1e-4)) << i;
  }
  for (const std::size_t i : {0u, 3u, 4u, 5u})
    EXPECT_TRUE(at::allclose(composite[i], fast[i], 1e-4, 1e-4)) << i;
}

TEST(BatchNorm, RefusesOneValuePerChannel) {
  Sample sample({1, 4, 1, 1}, false);
  EXPECT_ANY_THROW(
      batch_norm(sample.x, sample.parameters, {}, {true, false, nullptr}));
}

}  // namespace
}  // namespace triad::train
