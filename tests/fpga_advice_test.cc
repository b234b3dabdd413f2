// What triad cost --advise prints is a recipe.

#include <gmock/gmock.h>

#include <cmath>

#include "triad/fpga/cost/search.h"
#include "triad/fpga/cost/test_network.h"
#include "triad/recipe/recipe.h"

namespace triad::fpga {
namespace {

// Wide enough for the styles that were measured.
Workload network() {
  Workload workload = every_stage();
  workload.stages[3].work = pruned_layer(16, 16, 3, 0, 16);
  workload.stages[3].name = "block \"3\"";
  return workload;
}

std::vector<Advice> advise(const Folding& folding) {
  Foldings foldings = kFoldings[0];
  foldings[3] = folding;
  return advise(price(make_plan(network(), foldings), read_part("zynq_7020"),
                      100, read_constants()));
}

TEST(Advice, IsARecipeWithTheDensitiesOfInnerLayers) {
  const auto advice = advise({3, 1, 16, 1});
  const recipe::Recipe recipe =
      recipe::parse_recipe(to_recipe(advice), "advice.toml");
  EXPECT_EQ(recipe.pattern.structure, "pe_group");
  EXPECT_TRUE(recipe.group_lasso.enabled);
  const auto& densities = recipe.group_lasso.layer_density;
  ASSERT_EQ(densities.size(), 2u) << "neither the first layer nor the last";
  EXPECT_NEAR(densities.at("block \"3\""), advice[2].proposed_density, 1e-6);
  EXPECT_NEAR(densities.at("conv2"), advice[1].proposed_density, 1e-6);
}

TEST(Advice, LivingGroupsKeepAllUnitsBusy) {
  const auto advice = advise({3, 1, 16, 1});
  EXPECT_LT(advice[2].useful_density, advice[2].break_even_density);
  EXPECT_LT(advice[2].proposed_density, 1);
  EXPECT_GE(advice[2].proposed_density, advice[2].useful_density);
  const double living = advice[2].proposed_density * 16 * 9;
  EXPECT_NEAR(living, std::round(living), 1e-9);
  EXPECT_EQ(std::lround(living) % 3, 0);
  // What training makes of the printed digits.
  const recipe::Recipe recipe =
      recipe::parse_recipe(to_recipe(advice), "advice.toml");
  EXPECT_EQ(
      std::ceil(recipe.group_lasso.layer_density.at("block \"3\"") * 16 * 9),
      std::round(living));
}

TEST(Advice, LayersThatPruningDoesNotSpeedUpStayDense) {
  // So wide that another stage is slower, whatever dies.
  EXPECT_EQ(advise({16, 1, 16, 1})[2].proposed_density, 1);
  const auto advice = advise({3, 1, 16, 1});
  for (const Advice& layer : advice)
    if (layer.break_even_density < layer.useful_density) {
      EXPECT_EQ(layer.proposed_density, 1) << layer.layer;
    }
}

}  // namespace
}  // namespace triad::fpga
