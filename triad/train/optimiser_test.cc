#include "triad/train/optimiser.h"

#include <gtest/gtest.h>

#include "triad/base/error.h"
#include "triad/train/schedule.h"

namespace triad::train {
namespace {

// Ten steps of a bowl, ours on clones of the leaves and PyTorch's on them.
template <typename Theirs, typename Options>
void expect_same_path(const recipe::Training& training,
                      const Options& options) {
  torch::manual_seed(1);
  std::vector<at::Tensor> theirs = {torch::randn({4, 3}).requires_grad_(),
                                    torch::randn({5}).requires_grad_()};
  std::vector<NamedTensor> ours;
  for (const at::Tensor& leaf : theirs)
    ours.push_back({"p" + std::to_string(ours.size()),
                    leaf.detach().clone().requires_grad_(), true});
  Theirs reference(theirs, options);
  Optimiser optimiser(ours, training);
  for (int step = 0; step < 10; ++step) {
    reference.zero_grad();
    (theirs[0].pow(4).sum() + theirs[1].square().sum()).backward();
    (ours[0].tensor.pow(4).sum() + ours[1].tensor.square().sum()).backward();
    reference.step();
    optimiser.step(training.learning_rate);
  }
  for (std::size_t i = 0; i < theirs.size(); ++i)
    EXPECT_TRUE(at::allclose(theirs[i], ours[i].tensor, 1e-5, 1e-6));
}

TEST(Optimiser, WalksLikePyTorchsNesterov) {
  recipe::Training training;
  training.learning_rate = 0.02;
  training.weight_decay = 0.1;
  expect_same_path<torch::optim::SGD>(
      training,
      torch::optim::SGDOptions(0.02).momentum(0.9).nesterov(true).weight_decay(
          0.1));
}

TEST(Optimiser, WalksLikePyTorchsAdam) {
  recipe::Training training;
  training.optimiser = "adam";
  training.learning_rate = 0.02;
  training.weight_decay = 0.1;
  expect_same_path<torch::optim::Adam>(
      training, torch::optim::AdamOptions(0.02).weight_decay(0.1));
}

TEST(Optimiser, DecaysOnlyWhatDecaysAndSkipsLeavesWithoutGradient) {
  recipe::Training training;
  training.weight_decay = 0.5;
  const NamedTensor decaying{"w", at::ones({2}).requires_grad_(), true};
  const NamedTensor plain{"b", at::ones({2}).requires_grad_(), false};
  const NamedTensor unused{"u", at::ones({2}).requires_grad_(), true};
  Optimiser optimiser({decaying, plain, unused}, training);
  ((decaying.tensor + plain.tensor) * 0).sum().backward();
  optimiser.step(0.1);
  EXPECT_LT(decaying.tensor[0].item<float>(), 1.0f);
  EXPECT_EQ(plain.tensor[0].item<float>(), 1.0f);
  EXPECT_EQ(unused.tensor[0].item<float>(), 1.0f);
}

TEST(Optimiser, RefusesStateThatDoesNotFit) {
  Optimiser optimiser({{"w", at::ones({2}).requires_grad_(), true}}, {});
  auto state = optimiser.state();
  state["first.w"] = at::zeros({3});
  EXPECT_THROW(optimiser.load_state(state), Error);
  EXPECT_THROW(optimiser.load_state({}), Error);
  recipe::Training unknown;
  unknown.optimiser = "lion";
  EXPECT_THROW(Optimiser({}, unknown), Error);
}

TEST(LearningRate, RisesThenFollowsTheCosine) {
  recipe::Training training;
  training.learning_rate = 0.1;
  training.warm_up_epochs = 1;
  EXPECT_LT(learning_rate(training, 0, 100, 10), 0.01);
  EXPECT_LT(learning_rate(training, 9, 100, 10), 0.1);
  EXPECT_NEAR(learning_rate(training, 10, 100, 10), 0.1, 1e-12);
  EXPECT_NEAR(learning_rate(training, 55, 100, 10), 0.05, 1e-12);
  EXPECT_LT(learning_rate(training, 99, 100, 10), 1e-4);
}

TEST(LearningRate, FallsAtItsSteps) {
  recipe::Training training;
  training.learning_rate = 0.1;
  training.schedule = "step";
  training.step_at = {2, 3};
  training.step_factor = {0.1, 0.5};
  EXPECT_DOUBLE_EQ(learning_rate(training, 19, 100, 10), 0.1);
  EXPECT_DOUBLE_EQ(learning_rate(training, 20, 100, 10), 0.01);
  EXPECT_DOUBLE_EQ(learning_rate(training, 30, 100, 10), 0.005);
  training.step_factor.pop_back();
  EXPECT_THROW(learning_rate(training, 0, 100, 10), Error);
  training.schedule = "exponential";
  EXPECT_THROW(learning_rate(training, 0, 100, 10), Error);
}

}  // namespace
}  // namespace triad::train
