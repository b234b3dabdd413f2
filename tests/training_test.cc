// The main job through the tool: train, compress, evaluate the packed file; and
// what goes wrong on the way.

#include <gmock/gmock.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/program.h"
#include "triad/base/file.h"

namespace triad {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;

class Training : public TestFolder {
 protected:
  // Trains on few digits, just so that there is something to look at.
  std::vector<std::string> quick(const std::string& command,
                                 const std::string& output) const {
    return {command,
            "--model",
            "lenet5",
            "--data",
            "digits",
            "-o",
            path(output),
            "--set",
            "training.epochs=1",
            "--set",
            "data.limit=2000",
            "--set",
            "training.learning_rate=0.02"};
  }
};

std::vector<std::string> with(std::vector<std::string> arguments,
                              const std::vector<std::string>& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

std::vector<std::string> pruned(const std::string& density) {
  return {"--set", "ternary.enabled=true",
          "--set", "group_lasso.enabled=true",
          "--set", "pattern.structure=pe_group",
          "--set", "group_lasso.density=" + density};
}

void expect_failure(const Answer& answer,
                    const testing::Matcher<std::string>& text) {
  EXPECT_EQ(answer.code, 1) << answer.err;
  EXPECT_THAT(answer.err, AllOf(HasSubstr("triad: error: "), text));
}

TEST_F(Training, CompressedFileGivesTheRecordedAccuracyAgain) {
  const Answer trained = run_triad(quick("train", "float"));
  ASSERT_EQ(trained.code, 0) << trained.err;
  const Answer packed = run_triad(
      with(quick("compress", "packed"),
           with(pruned("0.5"), {"--weights", path("float"), "--json",
                                "--records", path("records.jsonl")})));
  ASSERT_EQ(packed.code, 0) << packed.err;
  const json outcome = json::parse(packed.out);
  EXPECT_GT(outcome["accuracy_percent"], 50.0);
  EXPECT_NEAR(outcome["density"], 0.5, 0.02);

  const Answer evaluated =
      run_triad({"eval", path("packed"), "--data", "digits", "--json"});
  ASSERT_EQ(evaluated.code, 0) << evaluated.err;
  EXPECT_EQ(json::parse(evaluated.out)["accuracy_percent"],
            outcome["accuracy_percent"]);
  const json inspected =
      json::parse(run_triad({"inspect", path("packed"), "--json"}).out);
  EXPECT_EQ(inspected["cr"], outcome["cr"]);
  EXPECT_EQ(inspected["file_bytes"], outcome["file_bytes"]);
  EXPECT_THAT(read_text(path("records.jsonl")),
              HasSubstr("s1.lenet5.digits.lenet5_digits.accuracy_percent"));
}

// Digits in one folder, with nothing that tells which is which.
void flatten(const fs::path& classes, const fs::path& pictures) {
  fs::create_directories(pictures);
  for (const auto& entry : fs::recursive_directory_iterator(classes))
    if (entry.is_regular_file())
      fs::copy_file(entry.path(),
                    pictures / (entry.path().parent_path().stem().string() +
                                entry.path().filename().string()));
}

TEST_F(Training, ANetworkFileIsCompressedByPicturesAlone) {
  ASSERT_EQ(run_triad(quick("train", "float")).code, 0);
  ASSERT_EQ(
      run_triad({"data", "digits", "-o", path("digits"), "--limit", "300"})
          .code,
      0);
  flatten(path("digits"), path("pictures"));
  const std::vector<std::string> compress = {
      "compress",          "--model", path("float/model.triad"), "--data",
      path("pictures"),    "--set",   "ternary.enabled=true",    "--set",
      "training.batch=32", "--json"};
  const Answer labelled = run_triad(with(compress, {"-o", path("labelled")}));
  expect_failure(labelled, HasSubstr("distillation.weight = 1"));

  const Answer packed = run_triad(
      with(compress, {"-o", path("packed"), "--set", "distillation.weight=1",
                      "--set", "training.learning_rate=0.002"}));
  ASSERT_EQ(packed.code, 0) << packed.err;
  const json outcome = json::parse(packed.out);
  EXPECT_FALSE(outcome.contains("accuracy_percent"));
  EXPECT_EQ(outcome["layer_errors"].size(), 4u);
  EXPECT_LT(outcome["output_error"], 1.0);
  EXPECT_GT(outcome["output_error"], 0.0);
  EXPECT_THAT(read_text(path("packed/layer_errors.tsv")),
              HasSubstr("layer\tvalue\trelative_rms\n"));

  // What was learnt is the teacher's answers: the labels come in here alone.
  const Answer evaluated =
      run_triad({"eval", path("packed"), "--data", "digits", "--json"});
  ASSERT_EQ(evaluated.code, 0) << evaluated.err;
  EXPECT_GT(json::parse(evaluated.out)["accuracy_percent"], 50.0);
}

TEST_F(Training, ALoweredFileCannotTrain) {
  expect_failure(
      run_triad({"compress", "--model",
                 (fs::path(TRIAD_GOLDEN) / "good/lowered.triad").string(),
                 "--data", "digits", "-o", path("run")}),
      HasSubstr("holds integers"));
}

TEST_F(Training, InterruptedRunGoesOnToTheSameBits) {
  ASSERT_EQ(run_triad(quick("train", "whole")).code, 0);
  const Answer stopped = run_triad(
      quick("train", "stopped"), {.interrupt_at = path("stopped/recipe.toml")});
  EXPECT_EQ(stopped.code, 3) << stopped.err;
  EXPECT_THAT(stopped.err, HasSubstr("triad: interrupted: "));
  EXPECT_FALSE(fs::exists(path("stopped/model.triad")));
  const Answer resumed =
      run_triad({"train", "--resume", "-o", path("stopped")});
  EXPECT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_EQ(read_text(path("stopped/weights.safetensors")),
            read_text(path("whole/weights.safetensors")));
}

TEST_F(Training, UnknownRecipeKeyNamesTheNearest) {
  write_file(path("bad.toml"), std::string_view("[training]\nepoch = 3\n"));
  expect_failure(run_triad({"compress", path("bad.toml"), "-o", path("run")}),
                 AllOf(HasSubstr("bad.toml"), HasSubstr("epochs")));
  EXPECT_FALSE(fs::exists(path("run")));
}

TEST_F(Training, DensityOutOfRangeIsRefused) {
  for (const char* density : {"0", "1.5", "-1", "nan"})
    expect_failure(run_triad(with(quick("compress", "run"), pruned(density))),
                   HasSubstr("density"));
}

TEST_F(Training, GroupWiderThanALayerNamesTheLayer) {
  expect_failure(
      run_triad(with(quick("compress", "run"),
                     with(pruned("0.5"), {"--set", "pattern.inputs=64"}))),
      HasSubstr("conv2"));
}

TEST_F(Training, ARunIsNeverOverwritten) {
  write_file(path("run/precious.txt"), std::string_view("precious"));
  expect_failure(run_triad(quick("train", "run")), HasSubstr("run"));
  EXPECT_EQ(read_text(path("run/precious.txt")), "precious");
}

TEST_F(Training, AFailedResumeKeepsTheFolder) {
  const Answer stopped = run_triad(quick("train", "run"),
                                   {.interrupt_at = path("run/recipe.toml")});
  ASSERT_EQ(stopped.code, 3) << stopped.err;
  for (const auto& entry : fs::directory_iterator(path("run/checkpoints")))
    write_file(entry.path(), std::string_view("garbled"));
  expect_failure(run_triad({"train", "--resume", "-o", path("run")}),
                 HasSubstr("no older checkpoint"));
  EXPECT_TRUE(fs::exists(path("run/recipe.toml")));
}

TEST_F(Training, ResumingWithOtherThreadsIsSaid) {
  run_triad(quick("train", "run"), {.interrupt_at = path("run/recipe.toml")});
  const Answer resumed =
      run_triad({"train", "--resume", "-o", path("run"), "--threads", "1"});
  EXPECT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_THAT(resumed.err, HasSubstr("not bit for bit"));
}

TEST_F(Training, NoEpochsPackTheStartingWeights) {
  ASSERT_EQ(run_triad(quick("train", "float")).code, 0);
  const Answer packed = run_triad(
      with(quick("compress", "packed"),
           {"--weights", path("float"), "--set", "training.epochs=0"}));
  EXPECT_EQ(packed.code, 0) << packed.err;
  EXPECT_TRUE(fs::exists(path("packed/model.triad")));
}

TEST_F(Training, AnUnwritableFolderIsNamed) {
  write_file(path("file"), std::string_view("no folder"));
  expect_failure(run_triad(quick("train", "file/run")), HasSubstr("file"));
}

TEST_F(Training, AFullDiskEndsTrainingWithOneLine) {
  const Answer answer = run_triad(quick("train", "run"), {.file_bytes = 20000});
  EXPECT_EQ(answer.code, 1) << answer.err;
  EXPECT_THAT(answer.err, HasSubstr("triad: error: "));
  EXPECT_FALSE(fs::exists(path("run/model.triad")));
}

TEST_F(Training, ANetworkThatDivergesSaysWhere) {
  const Answer answer = run_triad(
      with(quick("train", "run"), {"--set", "training.learning_rate=1e30"}));
  expect_failure(answer, AllOf(HasSubstr("loss"), HasSubstr("step")));
}

TEST_F(Training, OptionsOutOfRangeAreUsage) {
  const auto usage = [&](std::vector<std::string> more, const char* option) {
    const Answer answer = run_triad(with(quick("train", "run"), more));
    EXPECT_EQ(answer.code, 2) << answer.err;
    EXPECT_THAT(answer.err, HasSubstr(option));
  };
  usage({"--seed", "-1"}, "--seed");
  usage({"--records", path("no such folder/r.jsonl")}, "--records");
  usage({"--records", path("")}, "--records");
  EXPECT_FALSE(fs::exists(path("run")));
}

TEST_F(Training, MissingStartingWeightsAreNamed) {
  expect_failure(
      run_triad(with(quick("compress", "run"), {"--weights", path("none")})),
      HasSubstr(path("none")));
}

TEST_F(Training, CudaThatIsNotThereIsAnError) {
  const Answer answer =
      run_triad(with(quick("train", "run"), {"--device", "cuda:7"}));
  expect_failure(answer, HasSubstr("cuda:7"));
  EXPECT_EQ(run_triad(with(quick("train", "run"), {"--device", "cuda:x"})).code,
            2);
}

}  // namespace
}  // namespace triad
