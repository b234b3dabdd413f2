#include "triad/recipe/recipe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "triad/base/error.h"
#include "triad/base/file.h"
#include "triad/base/random.h"
#include "triad/recipe/keys.h"

namespace triad::recipe {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// The message of the error that reading `text` with `set` throws.
std::string error_of(const std::string& text,
                     const std::vector<std::string>& set = {}) {
  try {
    parse_recipe(text, "x.toml", set);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Recipe, EmptyTextGivesTheDefaults) {
  EXPECT_EQ(parse_recipe("", "x.toml"), Recipe{});
}

TEST(Recipe, ReadsKeysOfEveryKind) {
  const Recipe recipe = parse_recipe(R"(
name = "wpc"
seed = 7
[data]
name = "cifar10"
[training]
epochs = 2          # a whole number where a number is meant
learning_rate = 1e-3
step_at = [1, 1.5]
step_factor = [0.1, 0.01]
[group_lasso]
enabled = true
density = 0.7
)",
                                     "x.toml");
  EXPECT_EQ(recipe.name, "wpc");
  EXPECT_EQ(recipe.seed, 7u);
  EXPECT_EQ(recipe.data.name, "cifar10");
  EXPECT_EQ(recipe.training.epochs, 2);
  EXPECT_EQ(recipe.training.learning_rate, 1e-3);
  EXPECT_EQ(recipe.training.step_at, (std::vector<double>{1, 1.5}));
  EXPECT_TRUE(recipe.group_lasso.enabled);
  EXPECT_EQ(recipe.group_lasso.density, 0.7);
}

TEST(Recipe, ReadsNumbersByNameAsATableOrInOneLine) {
  const NamedNumbers expected{{"layer1.0.conv1", 0.5}, {"layer2.0.conv2", 1}};
  const Recipe recipe = parse_recipe(
      "[group_lasso.layer_density]\n\"layer1.0.conv1\" = 0.5\n"
      "\"layer2.0.conv2\" = 1\n",
      "r.toml");
  EXPECT_EQ(recipe.group_lasso.layer_density, expected);
  EXPECT_EQ(parse_recipe(to_toml(recipe), "r.toml"), recipe);
  const std::string line =
      "group_lasso.layer_density={\"layer1.0.conv1\" = 0.5, "
      "\"layer2.0.conv2\" = 1}";
  EXPECT_EQ(parse_recipe("", "r.toml", {line}).group_lasso.layer_density,
            expected);
  EXPECT_THAT(error_of("[group_lasso.layer_density]\nconv1 = 2\n"),
              HasSubstr("layer_density: expected a number in (0, 1], got 2"));
  EXPECT_THAT(error_of("[group_lasso]\nlayer_density = 0.5\n"),
              HasSubstr("expected numbers by name"));
}

TEST(Recipe, TakesOneNumberWhereAListMayStand) {
  const Recipe recipe = parse_recipe("[model]\nmean = 0.5\n", "r.toml");
  EXPECT_EQ(recipe.model.mean, std::vector<double>{0.5});
}

TEST(Recipe, ComesBackFromToml) {
  Recipe recipe = parse_recipe("[group_lasso]\ncompression_rate = 21.15", "x");
  recipe.name = "odd \"name\"\\ with\nlines \x01 and \xc3\xa9";
  recipe.training.learning_rate = 0.1 + 0.2;
  recipe.training.weight_decay = 1e-30;
  recipe.training.step_at = {1.0 / 3, 2};
  recipe.training.step_factor = {0.1, 1e20};
  recipe.model.mean = {0.5};
  recipe.distillation.loss = "values";
  recipe.seed = 9007199254740991;
  EXPECT_EQ(parse_recipe(to_toml(recipe), "x.toml"), recipe);
  EXPECT_EQ(parse_recipe(to_toml(Recipe{}), "x.toml"), Recipe{});
}

TEST(Recipe, SettingsOverrideTheFile) {
  const Recipe recipe = parse_recipe(
      "[group_lasso]\ndensity = 0.5\n", "x.toml",
      {"group_lasso.density=none", "group_lasso.compression_rate=21",
       "model.name=resnet20", "data.name=\"digits\"", "seed=3",
       "ternary.enabled=true", "model.weights=runs/a-b_c.safetensors"});
  EXPECT_FALSE(recipe.group_lasso.density);
  EXPECT_EQ(recipe.group_lasso.compression_rate, 21);
  EXPECT_EQ(recipe.model.name, "resnet20");
  EXPECT_EQ(recipe.data.name, "digits");
  EXPECT_EQ(recipe.model.weights, "runs/a-b_c.safetensors");
  EXPECT_EQ(recipe.seed, 3u);
  EXPECT_TRUE(recipe.ternary.enabled);
}

TEST(Recipe, UnknownKeyNamesLineAndNearest) {
  EXPECT_THAT(error_of("[group_lasso]\nlamda = 1\n"),
              AllOf(HasSubstr("x.toml, line 2"), HasSubstr("unknown key lamda"),
                    HasSubstr("group_lasso"),
                    HasSubstr("nearest known: group_lasso.lambda")));
  EXPECT_THAT(error_of("[ternary]\nlambda = 1\n"),
              HasSubstr("nearest known: group_lasso.lambda"));
  EXPECT_THAT(error_of("[trainning]\nepochs = 1\n"),
              HasSubstr("unknown section trainning (nearest known: training)"));
  EXPECT_THAT(error_of("", {"training.bacth=1"}),
              AllOf(HasSubstr("--set training.bacth=1"),
                    HasSubstr("nearest known: training.batch")));
  EXPECT_THAT(error_of("epochs = 3\n"),
              HasSubstr("nearest known: training.epochs"));
}

TEST(Recipe, OutOfRangeValuesNameKeyRangeAndValue) {
  EXPECT_THAT(error_of("[group_lasso]\ndensity = 0\n"),
              AllOf(HasSubstr("line 2"), HasSubstr("group_lasso.density"),
                    HasSubstr("(0, 1]"), HasSubstr("got 0")));
  EXPECT_THAT(error_of("[group_lasso]\ndensity = 1.01\n"), HasSubstr("(0, 1]"));
  EXPECT_THAT(error_of("[training]\nbatch = 0\n"), HasSubstr("batch"));
  EXPECT_THAT(error_of("[training]\nepochs = nan\n"), HasSubstr("epochs"));
  EXPECT_THAT(error_of("[training]\nepochs = inf\n"), HasSubstr("epochs"));
  EXPECT_THAT(error_of("[training]\noptimiser = \"sdg\"\n"),
              AllOf(HasSubstr("sgd, adam"), HasSubstr("got \"sdg\"")));
  EXPECT_THAT(error_of("seed = -1\n"), HasSubstr("seed"));
  EXPECT_THAT(error_of("activation_bits = 9\n"), HasSubstr("8 or 16"));
}

TEST(Recipe, WrongTypesAreRefused) {
  EXPECT_THAT(error_of("[training]\nbatch = 1.5\n"), HasSubstr("whole"));
  EXPECT_THAT(error_of("[training]\nbatch = \"1\"\n"), HasSubstr("whole"));
  EXPECT_THAT(error_of("[ternary]\nenabled = 1\n"), HasSubstr("true or false"));
  EXPECT_THAT(error_of("[training]\nstep_at = \"3\"\n"), HasSubstr("list"));
  EXPECT_THAT(error_of("[training]\nstep_at = [\"a\"]\n"),
              HasSubstr("step_at"));
  EXPECT_THAT(error_of("training = 3\n"), HasSubstr("training"));
  EXPECT_THAT(error_of("[data.name]\nx = 1\n"), HasSubstr("data.name"));
}

TEST(Recipe, BrokenTomlNamesTheLine) {
  EXPECT_THAT(error_of("name = \"a\"\nseed = = 2\n"),
              HasSubstr("x.toml, line 2"));
  EXPECT_THAT(error_of("", {"seed"}), HasSubstr("section.key=value"));
  EXPECT_THAT(error_of("", {"seed=[1"}), HasSubstr("TOML value"));
  EXPECT_THAT(error_of("", {"data.name=a\nseed=4"}), HasSubstr("--set"));
}

TEST(Recipe, KeysThatContradictEachOtherAreRefused) {
  EXPECT_THAT(error_of("[group_lasso]\ndensity = 0.5\ncompression_rate = 20\n"),
              HasSubstr("got both"));
  EXPECT_THAT(error_of("[training]\nstep_at = [1]\n"),
              HasSubstr("step_factor"));
  EXPECT_THAT(error_of("[training]\nschedule = \"step\"\n"),
              HasSubstr("step_at"));
  EXPECT_THAT(error_of("[group_lasso]\nstart = 0.5\nstop = 0.4\n"),
              HasSubstr("start"));
  EXPECT_THAT(error_of("[group_lasso]\nstart = 0.5\nstop = 0.5\n"),
              HasSubstr("start"));
}

TEST(Recipe, DifferencesNameKeyAndBothValues) {
  Recipe a, b;
  b.training.batch = 64;
  b.group_lasso.density = 0.5;
  EXPECT_THAT(differences(a, b),
              testing::ElementsAre("training.batch: 128 and 64",
                                   "group_lasso.density: none and 0.5"));
  EXPECT_TRUE(differences(a, a).empty());
}

TEST(Recipe, IsNamedAfterItsFile) {
  const auto path =
      std::filesystem::path(testing::TempDir()) / "some-recipe.toml";
  write_file(path, std::string_view("seed = 2\n"));
  EXPECT_EQ(read_recipe(path).name, "some-recipe");
  EXPECT_THROW(read_recipe(path.parent_path() / "missing.toml"), Error);
}

// Any damage gives a recipe or an Error, nothing else.
TEST(Recipe, SurvivesDamagedText) {
  const std::string whole = to_toml(Recipe{});
  for (std::uint64_t trial = 0; trial < 2000; ++trial) {
    Random random(1, 2, trial);
    std::string text = whole;
    for (int i = 0; i < 3; ++i)
      text[random.below(std::uint32_t(text.size()))] = char(random.below(256));
    text.resize(random.below(std::uint32_t(text.size())) + 1);
    try {
      parse_recipe(text, "x.toml");
    } catch (const Error& error) {
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos)
          << error.what();
    }
  }
}

TEST(Keys, AreUniqueAndDefaultsAreInRange) {
  std::vector<std::string> paths;
  for (const Key& key : keys()) paths.push_back(key.path());
  std::sort(paths.begin(), paths.end());
  EXPECT_EQ(std::adjacent_find(paths.begin(), paths.end()), paths.end());
}

}  // namespace
}  // namespace triad::recipe
