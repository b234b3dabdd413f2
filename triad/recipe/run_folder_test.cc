#include "triad/recipe/run_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "triad/base/error.h"
#include "triad/base/file.h"

namespace triad::recipe {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class RunFolderTest : public testing::Test {
 protected:
  void SetUp() override { fs::remove_all(folder_); }
  void TearDown() override { fs::remove_all(folder_); }

  static std::string error_of(auto&& action) {
    try {
      action();
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }

  const fs::path folder_ =
      fs::path(testing::TempDir()) /
      testing::UnitTest::GetInstance()->current_test_info()->name();
  const Provenance provenance_ = {"0.1.0", "abc", 3,         2,     "d",
                                  "",      "cmd", "machine", "1.13"};
};

TEST_F(RunFolderTest, GivesBackRecipeAndProvenance) {
  Recipe recipe;
  recipe.name = "x";
  recipe.training.batch = 77;
  RunFolder::create(folder_, recipe, provenance_);
  const RunFolder run = RunFolder::open(folder_);
  EXPECT_EQ(run.recipe(), recipe);
  EXPECT_EQ(run.provenance(), provenance_);
  EXPECT_TRUE(fs::is_directory(run.checkpoints_path()));
}

TEST_F(RunFolderTest, RefusesToOverwrite) {
  RunFolder::create(folder_, {}, provenance_);
  EXPECT_THAT(error_of([&] { RunFolder::create(folder_, {}, provenance_); }),
              HasSubstr("--resume"));
  fs::remove(folder_ / "recipe.toml");
  EXPECT_THAT(error_of([&] { RunFolder::create(folder_, {}, provenance_); }),
              HasSubstr("not an empty folder"));
}

TEST_F(RunFolderTest, ResumesOnlyWithItsOwnRecipe) {
  Recipe recipe;
  recipe.name = "x";
  RunFolder::create(folder_, recipe, provenance_);
  EXPECT_NO_THROW(RunFolder::resume(folder_, recipe));
  recipe.training.batch = 1;
  EXPECT_THAT(error_of([&] { RunFolder::resume(folder_, recipe); }),
              HasSubstr("training.batch: 128 and 1"));
}

TEST_F(RunFolderTest, MissingRunSaysWhatItExpected) {
  EXPECT_THAT(error_of([&] { RunFolder::open(folder_); }),
              HasSubstr("recipe.toml"));
}

TEST_F(RunFolderTest, BrokenProvenanceIsNamed) {
  const RunFolder run = RunFolder::create(folder_, {}, provenance_);
  for (const char* text : {"", "{", "[]", "{}", R"({"tool_version": 3})"}) {
    write_file(run.provenance_path(), std::string_view(text));
    EXPECT_THAT(error_of([&] { run.provenance(); }),
                HasSubstr("provenance.json"))
        << text;
  }
}

TEST(Provenance, DescribesTheMachine) {
  EXPECT_THAT(describe_machine(), HasSubstr(" threads, "));
}

TEST(Provenance, HashesAFile) {
  const fs::path path = fs::path(testing::TempDir()) / "abc.txt";
  write_file(path, std::string_view("abc"));
  EXPECT_EQ(hash_file(path),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace triad::recipe
