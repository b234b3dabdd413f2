#include "triad/train/method/ternary.h"

#include <gtest/gtest.h>

#include <cmath>

#include "triad/train/method/torch_groups.h"

namespace triad::train {
namespace {

using encoding::ScalePer;
using encoding::TernarySettings;
using encoding::ThresholdOf;

struct Case {
  TernarySettings settings;
  encoding::PeGeometry geometry;
};

class TernariseEqualsEncoding : public testing::TestWithParam<Case> {};

TEST_P(TernariseEqualsEncoding, OnRandomWeightsWithDeadGroups) {
  const Case c = GetParam();
  torch::manual_seed(1);
  const encoding::Grouping grouping({12, 20, 9}, encoding::Structure::pe_group,
                                    c.geometry);
  const TorchGroups groups(grouping, torch::kCPU);
  const at::Tensor alive =
      (torch::rand({grouping.count()}) > 0.3).to(torch::kFloat32);
  at::Tensor weight = torch::randn({12, 20, 3, 3}) * 0.2;
  weight = (weight * groups.spread(alive, weight)).contiguous();

  encoding::Pattern pattern{encoding::Structure::pe_group, c.geometry, {}};
  for (std::int64_t g = 0; g < grouping.count(); ++g)
    pattern.alive.push_back(std::uint8_t(alive[g].item<float>()));
  std::vector<float> expected(std::size_t(weight.numel()));
  encoding::project_ternary({weight.data_ptr<float>(), expected.size()},
                            {12, 20, 3, 3}, pattern, c.settings, expected);

  const at::Tensor effective =
      ternarise(weight, &groups, c.settings, 1).contiguous();
  for (std::size_t i = 0; i < expected.size(); ++i)
    ASSERT_NEAR(effective.data_ptr<float>()[i], expected[i],
                1e-7 * std::abs(expected[i]) + 1e-12)
        << "weight " << i;
}

INSTANTIATE_TEST_SUITE_P(
    Settings, TernariseEqualsEncoding,
    testing::Values(
        Case{{}, {1, 16, 0}},
        Case{{ThresholdOf::maximum, 0.05f, ScalePer::filter, 0}, {1, 8, 0}},
        Case{{ThresholdOf::mean, 0.7f, ScalePer::layer, 0}, {1, 4, 0}},
        Case{{ThresholdOf::mean, 0.7f, ScalePer::filter, 0}, {5, 3, 2}},
        Case{{ThresholdOf::mean, 0.7f, ScalePer::filter, 0.6f}, {1, 16, 0}},
        Case{{ThresholdOf::maximum, 0.05f, ScalePer::layer, 0.25f},
             {8, 4, 1}}));

TEST(Ternarise, GradientPassesInsideTheWindowOnly) {
  at::Tensor weight =
      torch::tensor({{0.5f, -1.5f, 0.01f, -0.9f}}).requires_grad_();
  const at::Tensor gradient = torch::tensor({{1.0f, 2.0f, 3.0f, 4.0f}});
  ternarise(weight, nullptr, {}, 1.0).backward(gradient);
  EXPECT_TRUE(weight.grad().equal(torch::tensor({{1.0f, 0.0f, 3.0f, 4.0f}})));
}

TEST(Ternarise, DeadGroupsGetNoGradient) {
  const TorchGroups groups(
      encoding::Grouping({2, 2, 1}, encoding::Structure::pe_group, {1, 2, 0}),
      torch::kCPU);
  at::Tensor weight =
      torch::tensor({{0.0f, 0.0f}, {0.3f, 0.4f}}).requires_grad_();
  ternarise(weight, &groups, {}, 1.0).sum().backward();
  EXPECT_TRUE(weight.grad().equal(torch::tensor({{0.0f, 0.0f}, {1.0f, 1.0f}})));
}

TEST(Ternarise, EveryLivingGroupHasItsShareOfZeros) {
  const encoding::Grouping grouping({8, 32, 9}, encoding::Structure::pe_group,
                                    {1, 16, 0});
  const TorchGroups groups(grouping, torch::kCPU);
  const at::Tensor weight = torch::randn({8, 32, 3, 3});
  TernarySettings settings{ThresholdOf::mean, 0.1f, ScalePer::filter, 0.5f};
  const at::Tensor effective = ternarise(weight, &groups, settings, 1);
  const at::Tensor zeros = (groups.gather(effective) == 0).sum(1);
  EXPECT_EQ(zeros.min().item<std::int64_t>(), 72);
}

}  // namespace
}  // namespace triad::train
