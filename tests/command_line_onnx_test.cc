// ONNX files on the command line: taken wherever a .triad file is, refused in
// one line.

#include <gmock/gmock.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/program.h"
#include "triad/base/file.h"

namespace triad {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;

const std::filesystem::path kOnnx =
    std::filesystem::path(TRIAD_GOLDEN) / "onnx";

class OnnxCommands : public TestFolder {};

json run_json(std::vector<std::string> arguments) {
  arguments.push_back("--json");
  const Answer answer = run_triad(arguments);
  EXPECT_EQ(answer.code, 0) << answer.err;
  return json::parse(answer.out, nullptr, false);
}

TEST_F(OnnxCommands, InspectTakesEveryStyle) {
  for (const auto& entry : std::filesystem::directory_iterator(kOnnx)) {
    const json told = run_json({"inspect", entry.path()});
    EXPECT_FALSE(told["layers"].empty()) << entry.path();
  }
}

TEST_F(OnnxCommands, ConvertGivesATriadFileAndBack) {
  const std::string packed = path("net.triad"), again = path("again.onnx");
  EXPECT_EQ(
      run_triad({"convert", kOnnx / "torchscript.onnx", "-o", packed}).code, 0);
  const json before = run_json({"inspect", kOnnx / "torchscript.onnx"});
  EXPECT_EQ(run_json({"inspect", packed})["layers"], before["layers"]);
  EXPECT_EQ(run_triad({"convert", packed, "-o", again}).code, 0);
  EXPECT_EQ(run_json({"inspect", again})["layers"], before["layers"]);
}

TEST_F(OnnxCommands, NothingReplacesItsInput) {
  const std::string onnx = path("net.onnx");
  std::filesystem::copy_file(kOnnx / "torchscript.onnx", onnx);
  const auto before = read_file(onnx);
  for (const char* command : {"clean", "convert"}) {
    const Answer answer = run_triad({command, onnx, "-o", path("./net.onnx")});
    EXPECT_EQ(answer.code, 1);
    EXPECT_THAT(answer.err, HasSubstr("name another output"));
  }
  EXPECT_EQ(read_file(onnx), before);
  const std::string lowered = path("net.triad");
  std::filesystem::copy_file(
      std::filesystem::path(TRIAD_GOLDEN) / "good/lowered.triad", lowered);
  EXPECT_THAT(run_triad({"line-up", lowered, "-o", lowered}).err,
              HasSubstr("name another output"));
}

TEST_F(OnnxCommands, FloatsSayHowToBecomeIntegers) {
  const std::string onnx = kOnnx / "torchscript.onnx";
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"bench", onnx},
        {"line-up", onnx, "-o", path("x.triad")}}) {
    const Answer answer = run_triad(command);
    EXPECT_EQ(answer.code, 1);
    EXPECT_THAT(answer.err, HasSubstr("triad compress"));
  }
}

TEST_F(OnnxCommands, EvalRefusesPicturesOfOtherChannels) {
  const Answer answer =
      run_triad({"eval", kOnnx / "torchscript.onnx", "--data", "digits"});
  EXPECT_EQ(answer.code, 1);
  EXPECT_THAT(answer.err, HasSubstr("3 channels"));
}

TEST_F(OnnxCommands, SeveralInputsAreOnePicture) {
  const std::string clean = path("clean.onnx");
  const json told = run_json({"clean", kOnnx / "siamese.onnx", "-o", clean});
  EXPECT_THAT(told["notes"].dump(), HasSubstr("3 of 'before', then 3 of"));
  const json kept = run_json({"inspect", clean});
  EXPECT_EQ(kept["input"], json({6, 8, 8}));
  EXPECT_EQ(kept["metadata"]["triad.inputs"], "3 before\n3 after");
  EXPECT_THAT(run_triad({"inspect", clean}).out,
              HasSubstr("triad.inputs: 3 before, 3 after"));
  EXPECT_THAT(run_triad({"eval", clean, "--data", "digits"}).err,
              HasSubstr("expected data of 6 channels"));
}

TEST_F(OnnxCommands, CleanSaysWhatChanged) {
  const std::string clean = path("clean.onnx");
  const json told =
      run_json({"clean", kOnnx / "torchscript.onnx", "-o", clean});
  EXPECT_EQ(told["nodes_before"], 13);
  EXPECT_EQ(told["nodes_after"], 5);
  EXPECT_EQ(told["batch_norms_folded"], 1);
  EXPECT_EQ(run_json({"clean", clean, "-o", path("c.onnx")})["nodes_after"], 5);
}

TEST_F(OnnxCommands, DialectsNameTheNodeThatBlocks) {
  const auto verdict = [](const json& all, const std::string& tool) {
    for (const json& one : all)
      if (one["tool"] == tool) return one;
    return json();
  };
  const json qdq = run_json({"inspect", "--dialects", kOnnx / "qdq.onnx"});
  EXPECT_EQ(verdict(qdq, "triad")["accepts"], true);
  EXPECT_EQ(verdict(qdq, "ONNX Runtime")["accepts"], true);
  EXPECT_EQ(verdict(qdq, "hls4ml 1.3")["accepts"], false);
  EXPECT_THAT(std::string(verdict(qdq, "hls4ml 1.3")["because"]),
              HasSubstr("node 'QuantizeLinear_xq'"));
  const json qonnx = run_json({"inspect", "--dialects", kOnnx / "qonnx.onnx"});
  EXPECT_EQ(verdict(qonnx, "FINN (main)")["accepts"], true);
  EXPECT_EQ(verdict(qonnx, "ONNX Runtime")["accepts"], false);
}

TEST_F(OnnxCommands, BadInputIsOneLine) {
  const std::string whole = read_text(kOnnx / "torchscript.onnx");
  write_file(path("cut.onnx"), whole.substr(0, whole.size() / 2));
  const auto expect_error = [](const Answer& answer, const char* text,
                               int code = 1) {
    EXPECT_EQ(answer.code, code);
    EXPECT_THAT(answer.err,
                AllOf(testing::StartsWith("triad: error: "), HasSubstr(text)));
    EXPECT_EQ(std::ranges::count(answer.err, '\n'), 1) << answer.err;
  };
  for (const std::string command : {"inspect", "clean", "convert"}) {
    std::vector<std::string> arguments = {command, path("cut.onnx")};
    if (command != "inspect")
      arguments.insert(arguments.end(), {"-o", path("out.onnx")});
    expect_error(run_triad(arguments), "cut.onnx");
  }
  expect_error(run_triad({"eval", kOnnx / "detector.onnx", "--data", "digits"}),
               "expected a classifier");
  for (const auto& [option, value] :
       {std::pair("--deviation", "0"), std::pair("--deviation", "1/255abc"),
        std::pair("--mean", "a"), std::pair("--mean", "0.5abc"),
        std::pair("--input", "3,2.5,4"), std::pair("--input", "3,4")})
    expect_error(run_triad({"inspect", kOnnx / "keras.onnx", option, value}),
                 option, 2);
}

TEST_F(OnnxCommands, NamesThatPromiseAnotherFormatAreSaid) {
  std::filesystem::copy_file(
      std::filesystem::path(TRIAD_GOLDEN) / "good/lowered.triad",
      path("named.onnx"));
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"inspect", path("named.onnx")},
        {"inspect", "--dialects", path("named.onnx")},
        {"clean", path("named.onnx"), "-o", path("out.onnx")}})
    EXPECT_THAT(run_triad(command).err, HasSubstr("is a .triad file"));
  EXPECT_THAT(run_triad({"convert", "--model", "resnet20", "--weights",
                         kOnnx / "keras.onnx", "-o", path("out.onnx")})
                  .err,
              HasSubstr("leave it out"));
}

}  // namespace
}  // namespace triad
