// The tool as a user meets it, bad input above all: one line that says what was
// wrong, where, and what to do, and an exit code.

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

const fs::path kGolden = TRIAD_GOLDEN;

using CommandLine = TestFolder;

// One line on stderr, nothing on stdout.
void expect_error(const Answer& answer, int code,
                  const testing::Matcher<std::string>& text) {
  EXPECT_EQ(answer.code, code) << answer.err;
  EXPECT_EQ(answer.out, "");
  EXPECT_THAT(answer.err, testing::StartsWith("triad: error: "));
  EXPECT_EQ(std::ranges::count(answer.err, '\n'), 1) << answer.err;
  EXPECT_THAT(answer.err, text);
}

TEST_F(CommandLine, HelpAndVersionEndWell) {
  EXPECT_EQ(run_triad({"--help"}).code, 0);
  EXPECT_EQ(run_triad({"eval", "--help"}).code, 0);
  const Answer version = run_triad({"--version"});
  EXPECT_EQ(version.code, 0);
  EXPECT_THAT(version.out, AllOf(HasSubstr("triad "), HasSubstr("commit "),
                                 HasSubstr("libtorch")));
}

TEST_F(CommandLine, UnknownCommandIsUsageAndNamesTheCommands) {
  expect_error(run_triad({"evla"}), 2,
               AllOf(HasSubstr("evla"), HasSubstr("eval"), HasSubstr("zoo")));
}

TEST_F(CommandLine, NoCommandAndUnknownOptionAreUsage) {
  expect_error(run_triad({}), 2,
               AllOf(HasSubstr("no command"), HasSubstr("eval")));
  expect_error(run_triad({"zoo", "--jsno"}), 2, HasSubstr("--jsno"));
  expect_error(run_triad({"eval", "model.triad"}), 2, HasSubstr("--data"));
}

TEST_F(CommandLine, ZooCountsAgreeWithPublishedOnes) {
  const json networks = json::parse(run_triad({"zoo", "--json"}).out);
  for (const json& network : networks)
    if (network["name"] == "resnet18") {
      EXPECT_EQ(network["parameters"], 11'689'512);
    }
  EXPECT_GE(networks.size(), 10U);
}

TEST_F(CommandLine, MissingModelIsNamed) {
  expect_error(run_triad({"inspect", path("none.triad")}), 1,
               AllOf(HasSubstr("none.triad"), HasSubstr("no such file")));
  expect_error(run_triad({"inspect", folder_}), 1, HasSubstr("model.triad"));
}

TEST_F(CommandLine, BrokenModelsAreRefusedByEveryReader) {
  for (const auto& entry : fs::directory_iterator(kGolden / "broken")) {
    if (entry.path().extension() != ".triad") continue;
    const std::string file = entry.path();
    expect_error(run_triad({"inspect", file}), 1, HasSubstr(file));
    expect_error(run_triad({"eval", file, "--data", "digits"}), 1,
                 HasSubstr(file));
  }
}

TEST_F(CommandLine, WeightsNeedANetwork) {
  write_file(path("w.safetensors"), std::string_view("{}"));
  expect_error(run_triad({"eval", path("w.safetensors"), "--data", "digits"}),
               1, HasSubstr("--model"));
  expect_error(run_triad({"eval", path("w.safetensors"), "--data", "digits",
                          "--model", "lenet5"}),
               1, HasSubstr("w.safetensors"));
  expect_error(run_triad({"eval", path("w.safetensors"), "--data", "digits",
                          "--model", "lenet6"}),
               1, HasSubstr("lenet5"));
}

TEST_F(CommandLine, MissingDataSayWhereTheyWereLookedFor) {
  expect_error(
      run_triad({"data", "cifar10"}, {.environment = {"TRIAD_DATA=/nowhere"}}),
      1, AllOf(HasSubstr("/nowhere"), HasSubstr("cifar-10")));
  expect_error(run_triad({"data", "mnist"}, {.environment = {"TRIAD_DATA"}}), 1,
               HasSubstr("TRIAD_DATA"));
}

TEST_F(CommandLine, DataListsTheGeneratedDigitsAnywhere) {
  const Answer answer =
      run_triad({"data", "--json"}, {.environment = {"TRIAD_DATA"}});
  EXPECT_EQ(answer.code, 0) << answer.err;
  const json sets = json::parse(answer.out);
  EXPECT_EQ(sets[0]["name"], "digits");
  EXPECT_TRUE(sets[0]["found"]);
  EXPECT_EQ(sets[0]["test_hash"].get<std::string>().size(), 64U);
  EXPECT_FALSE(sets[1]["found"]);
}

TEST_F(CommandLine, ExportedDigitsAreAnImageFolder) {
  const Answer exported =
      run_triad({"data", "digits", "-o", path("digits"), "--limit", "20"});
  ASSERT_EQ(exported.code, 0) << exported.err;
  const Answer listed = run_triad({"data", path("digits"), "--json"});
  ASSERT_EQ(listed.code, 0) << listed.err;
  const json set = json::parse(listed.out)[0];
  EXPECT_EQ(set["training"].get<int>() + set["test"].get<int>(), 20);
}

TEST_F(CommandLine, InspectNamesBothMetrics) {
  const std::string file = kGolden / "good/lowered.triad";
  const Answer text = run_triad({"inspect", file});
  EXPECT_EQ(text.code, 0) << text.err;
  EXPECT_THAT(text.out,
              AllOf(HasSubstr("CR (Yang 2020"), HasSubstr("file compression")));
  const json facts = json::parse(run_triad({"inspect", file, "--json"}).out);
  EXPECT_EQ(facts["file_bytes"], fs::file_size(file));
  EXPECT_TRUE(facts["lowered"]);
}

TEST_F(CommandLine, ConvertWritesTheSameOnnxFileAgain) {
  const std::string model = kGolden / "good/lowered.triad";
  const std::vector<std::vector<std::string>> ways = {{},
                                                      {"--opset", "13"},
                                                      {"--dialect", "qdq"},
                                                      {"--dialect", "qcdq"},
                                                      {"--dialect", "qonnx"},
                                                      {"--dialect", "int2"}};
  for (const std::vector<std::string>& how : ways) {
    std::vector<std::string> first = {"convert", model, "-o", path("a.onnx"),
                                      "--json"};
    first.insert(first.end(), how.begin(), how.end());
    std::vector<std::string> second = first;
    second[3] = path("b.onnx");
    const Answer answer = run_triad(first);
    ASSERT_EQ(answer.code, 0) << answer.err;
    EXPECT_EQ(json::parse(answer.out)["bytes"], fs::file_size(path("a.onnx")));
    ASSERT_EQ(run_triad(second).code, 0);
    EXPECT_EQ(read_file(path("a.onnx")), read_file(path("b.onnx")));
  }
}

TEST_F(CommandLine, LineUpKeepsTheNetworkAndCountsGroups) {
  const std::string model = kGolden / "good/lowered.triad";
  const Answer done =
      run_triad({"line-up", model, "-o", path("cpu.triad"), "--json"});
  ASSERT_EQ(done.code, 0) << done.err;
  const json answer = json::parse(done.out);
  EXPECT_LE(answer["groups_alive"], answer["groups_alive_before"]);
  const std::string notes = answer["notes"].dump();
  if (answer["groups_alive"] == answer["groups_alive_before"]) {
    EXPECT_THAT(notes, HasSubstr("nothing gained"));
  }
  if (answer["bytes"] > answer["bytes_before"]) {
    EXPECT_THAT(notes, HasSubstr("larger"));
  }
  EXPECT_EQ(run_triad({"inspect", path("cpu.triad")}).code, 0);
  for (const char* groups : {"8x4", "8x4x1x1", "0x4x1", "8 x4x1", "wide"}) {
    const Answer refused = run_triad(
        {"line-up", model, "-o", path("bad.triad"), "--groups", groups});
    EXPECT_EQ(refused.code, 2);
    EXPECT_THAT(refused.err, HasSubstr("outputs x inputs x taps"));
  }
  EXPECT_FALSE(fs::exists(path("bad.triad")));
}

TEST_F(CommandLine, ConvertSaysWhatItNeeds) {
  const std::string model = kGolden / "good/lowered.triad";
  const std::string real = kGolden / "good/encoded_0.triad";
  expect_error(run_triad({"convert", model, "-o", path("net.pb")}), 1,
               HasSubstr("ends in .onnx"));
  expect_error(run_triad({"convert", "-o", path("net.onnx")}), 1,
               HasSubstr("expected a model"));
  expect_error(
      run_triad({"convert", model, "-o", path("n.onnx"), "--opset", "10"}), 2,
      HasSubstr("--opset"));
  expect_error(run_triad({"convert", model, "-o", path("n.onnx"), "--opset",
                          "12", "--dialect", "qdq"}),
               1, HasSubstr("13..21"));
  expect_error(
      run_triad({"convert", model, "-o", path("n.onnx"), "--dialect", "int4"}),
      2, HasSubstr("--dialect"));
  expect_error(
      run_triad({"convert", real, "-o", path("n.onnx"), "--dialect", "qdq"}), 1,
      HasSubstr("--data"));
}

TEST_F(CommandLine, BenchBoundsItsTime) {
  const std::string model = kGolden / "good/lowered.triad";
  expect_error(run_triad({"bench", model, "--batch", "100000"}), 2,
               AllOf(HasSubstr("--batch"), HasSubstr("1024")));
  const json result =
      json::parse(run_triad({"bench", "--model", "resnet18", "--batch", "16",
                             "--threads", "1", "--seconds", "0.001", "--json"})
                      .out);
  EXPECT_EQ(result["timings"][0]["runs"], 1);
}

TEST_F(CommandLine, RunRefusesWhatIsNoPicture) {
  write_file(path("text.png"), std::string_view("no picture"));
  expect_error(
      run_triad({"run", kGolden / "good/lowered.triad", path("text.png")}), 1,
      HasSubstr("text.png"));
}

TEST_F(CommandLine, AFullDiskIsOneLineAndLeavesNoHalfFile) {
  const Answer answer =
      run_triad({"data", "digits", "-o", path("digits"), "--limit", "1"},
                {.file_bytes = 16});
  expect_error(answer, 1, HasSubstr("digits"));
  for (const auto& entry : fs::recursive_directory_iterator(folder_))
    EXPECT_FALSE(entry.is_regular_file()) << entry.path();
}

TEST_F(CommandLine, ResultsThatDoNotReachStdoutAreAnError) {
  const Answer answer = run_triad({"zoo"}, {.file_bytes = 16});
  EXPECT_EQ(answer.code, 1);
}

}  // namespace
}  // namespace triad
