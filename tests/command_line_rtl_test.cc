// triad rtl and eval --executor rtl as a user meets them: what they write, and
// how they refuse.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "tests/program.h"
#include "tests/random_networks.h"
#include "triad/base/file.h"
#include "triad/format/writer.h"
#include "triad/fpga/simulate/process.h"
#include "triad/fpga/simulate/simulation.h"

namespace triad {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

class RtlCommand : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) /
              (std::string("rtl_") +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string file(const std::string& name) const {
    return (folder_ / name).string();
  }

  // A small integer model with pruned groups.
  std::string lenet() const {
    const Answer made =
        run_triad({"bench", "--model", "lenet5", "--density", "0.2", "-o",
                   file("lenet5.triad"), "--seconds", "0.001"});
    EXPECT_EQ(made.code, 0) << made.err;
    return file("lenet5.triad");
  }

  void expect_error(const std::vector<std::string>& arguments,
                    const std::string& text,
                    const std::vector<std::string>& environment = {}) const {
    const Answer answer = run_triad(arguments, {.environment = environment});
    EXPECT_EQ(answer.code, 1) << answer.err;
    EXPECT_THAT(answer.err, HasSubstr(text));
    EXPECT_EQ(std::ranges::count(answer.err, '\n'), 1) << answer.err;
  }

  fs::path folder_;
};

TEST_F(RtlCommand, WritesAFolderWhoseBenchPasses) {
  const std::string out = file("out");
  const Answer answer =
      run_triad({"rtl", TRIAD_GOLDEN "/good/lowered.triad", "-o", out});
  ASSERT_EQ(answer.code, 0) << answer.err;
  EXPECT_THAT(answer.out, HasSubstr("4 stages, a picture each"));
  for (const char* name :
       {"rtl/top.v", "rtl/convolution_stage.v", "mem/stage_0_input_00.mem",
        "mem/reload.mem", "tb/bench.v", "tb/expected.mem", "sim/harness.cc",
        "sim/Makefile", "report/folding.json", "report/stages.tsv",
        "constraints/clock.xdc", "constraints/clock.sdc",
        "constraints/clock.pcf", "vendor/vivado.tcl", "vendor/quartus.tcl",
        "README.md"})
    EXPECT_TRUE(fs::exists(out + "/" + name)) << name;
  EXPECT_THAT(read_text(out + "/vendor/vivado.tcl"),
              testing::StartsWith("# Never run by those who wrote it"));
  EXPECT_THAT(read_text(out + "/README.md"), HasSubstr("| s_axis_tdata | in"));
  if (!fpga::has_program("iverilog"))
    GTEST_SKIP() << "the bench is skipped because iverilog is missing";
  const fpga::Finished made = fpga::run_program(
      {"sh", "-c",
       "iverilog -g2001 -I tb -o sim/bench.vvp tb/bench.v rtl/*.v && "
       "vvp -n sim/bench.vvp && iverilog -g2001 -Pbench.STALL=30 -I tb "
       "-o sim/bench.vvp tb/bench.v rtl/*.v && vvp -n sim/bench.vvp"},
      out);
  EXPECT_THAT(made.output, testing::StartsWith("PASS: 2 pictures, 20 logits"));
  EXPECT_THAT(made.output, testing::Not(HasSubstr("FAIL")));
  // A bench that expects something else says so.
  std::string expected = read_text(out + "/tb/expected.mem");
  char& digit = expected[expected.find('\n') + 1];
  digit = digit == '0' ? '1' : '0';
  write_file(out + "/tb/expected.mem", expected);
  EXPECT_THAT(fpga::run_program({"vvp", "-n", "sim/bench.vvp"}, out).output,
              testing::StartsWith("FAIL: picture 0, logit 0: expected"));
}

TEST_F(RtlCommand, SaysOfBothStylesWhatLimitsThem) {
  for (const auto& [style, limit] :
       {std::pair{"dataflow", "those of the slowest stage,"},
        std::pair{"array", "those of all steps in turn,"}}) {
    const std::string out = file(style);
    const Answer answer =
        run_triad({"rtl", TRIAD_GOLDEN "/good/lowered.triad", "--style", style,
                   "-o", out, "--limit", "1"});
    ASSERT_EQ(answer.code, 0) << answer.err;
    EXPECT_THAT(read_text(out + "/README.md"), HasSubstr(limit));
  }
}

TEST_F(RtlCommand, RefusesPicturesOfOtherChannelsAsEvalDoes) {
  const std::string model = TRIAD_MODELS "/resnet20-cifar10-t1.triad";
  for (const char* command : {"rtl", "eval"}) {
    std::vector<std::string> arguments = {command, model, "--data", "digits"};
    if (std::string_view(command) == "rtl")
      arguments.insert(arguments.end(), {"-o", file("out")});
    expect_error(arguments,
                 "takes pictures [3, 32, 32], these are [1, 28, 28]: expected "
                 "data of 3 channels");
  }
  EXPECT_FALSE(fs::exists(file("out")));
}

// Digits through a Linear and a Softmax, written to a file.
void write_classifier(const std::string& file) {
  Builder net("classifier", {1, 28, 28});
  auto x = net.add("flatten", graph::Flatten{}, {net.input()});
  x = net.linear("fc", x, 10);
  Graph graph = net.finish({net.add("odds", graph::Softmax{}, {x})});
  graph.values[0].quantization = graph.values[1].quantization = kU8;
  Random random(1);
  make_integers(graph, random, {});
  format::write_model(graph, file);
}

TEST_F(RtlCommand, SaysThatADesignEndsInFrontOfASoftmax) {
  const std::string model = file("classifier.triad");
  write_classifier(model);
  const std::string ending =
      "the design ends at the logits 'fc', in front of softmax 'odds', which "
      "changes no order\n";
  const Answer written = run_triad({"rtl", model, "-o", file("out")});
  EXPECT_EQ(written.code, 0) << written.err;
  EXPECT_THAT(written.out, testing::StartsWith(ending));
  if (!fpga::has_program("verilator"))
    GTEST_SKIP() << "the rest is skipped because verilator is missing";
  for (const char* executor : {"rtl", "rtl_array"}) {
    const Answer answer =
        run_triad({"eval", model, "--data", "digits", "--executor", executor,
                   "--against", "reference", "--limit", "4"});
    EXPECT_EQ(answer.code, 0) << answer.err;
    EXPECT_THAT(answer.out, HasSubstr("rtl: " + ending));
    EXPECT_THAT(answer.out, HasSubstr("0 of 40 logits differ from those of"));
  }
}

TEST_F(RtlCommand, FoldsToAnInterval) {
  const Answer answer = run_triad({"rtl", lenet(), "--interval", "20000", "-o",
                                   file("out"), "--limit", "1"});
  EXPECT_EQ(answer.code, 0) << answer.err;
  EXPECT_THAT(answer.out, HasSubstr("7 stages, a picture each"));
}

TEST_F(RtlCommand, TheFoldingItWritesCanBeGivenBack) {
  const std::string model = lenet(), first = file("a"), second = file("b");
  ASSERT_EQ(run_triad({"rtl", model, "-o", first, "--limit", "1"}).code, 0);
  ASSERT_EQ(run_triad({"rtl", model, "-o", second, "--limit", "1", "--folding",
                       first + "/report/folding.json"})
                .code,
            0);
  EXPECT_EQ(read_text(first + "/rtl/top.v"), read_text(second + "/rtl/top.v"));
}

TEST_F(RtlCommand, FoldsToThePartOrTheRateAsCostDoes) {
  const std::string model = TRIAD_GOLDEN "/good/lowered.triad";
  for (const std::vector<std::string>& how :
       {std::vector<std::string>{"--part", "artix7_35t"},
        std::vector<std::string>{"--rate", "2000"}}) {
    std::vector<std::string> rtl = {"rtl",       model,     "-o",
                                    file("out"), "--limit", "1"};
    std::vector<std::string> cost = {"cost", model, "-o", file("cost")};
    for (auto* arguments : {&rtl, &cost})
      arguments->insert(arguments->end(), how.begin(), how.end());
    const Answer made = run_triad(rtl), priced = run_triad(cost);
    ASSERT_EQ(made.code, 0) << made.err;
    ASSERT_EQ(priced.code, 0) << priced.err;
    EXPECT_EQ(read_text(file("out/report/folding.json")),
              read_text(file("cost/folding.json")))
        << how[0];
  }
}

TEST_F(RtlCommand, CostAppendsRecordsThatItsCommandMakesAgain) {
  const std::string model = TRIAD_GOLDEN "/good/lowered.triad";
  const std::string records = file("records.jsonl");
  fs::create_directories(fs::path(records).parent_path());
  for (const char* style : {"dataflow", "array"})
    ASSERT_EQ(run_triad({"cost", model, "--style", style, "--records", records,
                         "--record", std::string("fpga.") + style})
                  .code,
              0);
  std::ifstream lines(records);
  std::map<std::string, json> found;
  for (std::string line; std::getline(lines, line);) {
    const json record = json::parse(line);
    found[record["name"]] = record;
  }
  EXPECT_EQ(found.size(), 12u);
  const json priced = json::parse(run_triad({"cost", model, "--json"}).out);
  EXPECT_EQ(found["fpga.dataflow.interval"]["value"],
            priced["network"]["interval_cycles_exact"]);
  EXPECT_EQ(found["fpga.dataflow.interval"]["command"], "triad cost " + model);
  EXPECT_GT(found["fpga.array.lut"]["value"], 0);
}

TEST_F(RtlCommand, TheDesignItWritesCarriesItsPrice) {
  const std::string model = TRIAD_GOLDEN "/good/lowered.triad";
  for (const std::string style : {"dataflow", "array"}) {
    const std::string out = file(style);
    const Answer made =
        run_triad({"rtl", model, "-o", out, "--limit", "1", "--style", style});
    ASSERT_EQ(made.code, 0) << made.err;
    std::vector<std::string> arguments = {"cost",       model,     "-o",
                                          file("cost"), "--style", style};
    if (style == "dataflow")
      arguments.insert(arguments.end(),
                       {"--folding", out + "/report/folding.json"});
    const Answer priced = run_triad(arguments);
    ASSERT_EQ(priced.code, 0) << priced.err;
    for (const char* name :
         {"layer_cycles.json", "layer_resources.json", "network.json"})
      EXPECT_EQ(read_text(out + "/report/" + name),
                read_text(file("cost") + "/" + name))
          << style << " " << name;
  }
}

TEST_F(RtlCommand, CostOfAnArrayTakesTheCyclesOfItsSimulation) {
  const graph::Support support = fpga::can_simulate();
  if (!support.yes) GTEST_SKIP() << support.because;
  const std::string model = lenet();
  const json cost =
      json::parse(run_triad({"cost", model, "--style", "array", "--json"}).out);
  const json eval =
      json::parse(run_triad({"eval", model, "--data", "digits", "--executor",
                             "rtl_array", "--limit", "3", "--json"})
                      .out);
  EXPECT_EQ(cost["network"]["interval_cycles_exact"],
            eval["cycles"]["interval"]);
  std::int64_t sum = 0;
  for (const json& layer : cost["layer_cycles"])
    sum += layer["cycles"].get<std::int64_t>();
  EXPECT_EQ(cost["network"]["interval_cycles_exact"], sum);
  expect_error({"cost", model, "--style", "array", "--rate", "100"},
               "an array has --pes and --lanes");
}

TEST_F(RtlCommand, ReplacesOnlyWhatItMadeItself) {
  const std::string model = lenet(), out = file("out");
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(run_triad({"rtl", model, "-o", out + "/", "--limit", "1"}).code,
              0);
    if (i == 0) write_file(folder_ / "out/report/vivado_timing.txt", "slack");
    EXPECT_TRUE(fs::exists(file("out/report/vivado_timing.txt")));
  }
  fs::create_directories(file("mine"));
  write_file(folder_ / "mine" / "thesis.txt", "text");
  expect_error({"rtl", model, "-o", file("mine")},
               "exists and was not made by triad rtl: name another folder");
  expect_error({"rtl", model, "-o", model}, "was not made by triad rtl");
  EXPECT_TRUE(fs::exists(file("mine/thesis.txt")));
  for (const auto& entry : fs::directory_iterator(folder_))
    EXPECT_EQ(entry.path().string().find(".new"), std::string::npos);
}

TEST_F(RtlCommand, NamesWhatTheTargetCannotRun) {
  const std::string golden = TRIAD_GOLDEN "/good/";
  expect_error({"rtl", golden + "ops_0.triad", "-o", file("out")},
               "made by triad compress");
  expect_error({"rtl", golden + "functions.triad", "-o", file("out")},
               "expected one output, got 2");
  EXPECT_FALSE(fs::exists(file("out")));
}

TEST_F(RtlCommand, NamesWhatIsWrongWithAFolding) {
  const std::string model = lenet(), out = file("out");
  const auto refuse = [&](const std::string& json, const std::string& text) {
    write_file(folder_ / "folding.json", json);
    expect_error({"rtl", model, "-o", out, "--folding", file("folding.json")},
                 text);
  };
  const std::string rest =
      R"("pool1": {}, "conv2": {}, "pool2": {}, "fc1": {}, "fc2": {}})";
  refuse("{", "expected a JSON object with a folding for each stage");
  refuse(R"({"conv1": {}})", "'pool1' has none");
  refuse(R"({"conv1": {"pes": 0}, )" + rest, "'conv1': expected pes of 1 to");
  refuse(R"({"conv1": {"pes": "two"}, )" + rest, "expected pes of 1 to");
  refuse(R"({"conv1": {"simd": 2}, )" + rest, "got 'simd'");
  refuse(R"({"conv9": {}, "conv1": {}, )" + rest, "'conv9' is no stage");
  refuse(R"({"conv1": {"lanes": 2}, )" + rest,
         "conv1: expected 1 to 1 lanes, its input channels, got 2");
  refuse(R"({"conv1": {"units": 3, "pes": 8}, )" + rest,
         "conv1: expected at most as many PEs as its 20 filters");
  refuse(R"({"conv1": {"pes": 4, "requantisers": 3}, )" + rest,
         "conv1: expected requantisers that divide its 4 PEs");
  expect_error({"rtl", model, "-o", out, "--folding", file("none.json")},
               "none.json");
  expect_error({"rtl", model, "-o", out, "--folding", file("folding.json"),
                "--interval", "10"},
               "expected one of --folding, --rate and --interval");
}

TEST_F(RtlCommand, GivesTheLeastInterval) {
  const std::string model = TRIAD_GOLDEN "/good/lowered.triad";
  for (const char* command : {"rtl", "cost"})
    expect_error({command, model, "-o", file("out"), "--interval", "100"},
                 "lowered: expected an interval of at least 324 cycles, which "
                 "is what conv needs at its widest, got 100");
}

TEST_F(RtlCommand, CostShowsWhatDoesNotFitAndFails) {
  const std::string model = lenet();
  const Answer answer =
      run_triad({"cost", model, "--part", "ice40_up5k", "--interval", "20000"});
  EXPECT_EQ(answer.code, 1);
  EXPECT_THAT(answer.out, HasSubstr("iCE40 UP5K: LUTs"));
  EXPECT_THAT(answer.err,
              testing::ContainsRegex("iCE40 UP5K: [0-9]+ LUTs needed, 5280 "
                                     "there: [0-9]+ too many"));
  EXPECT_EQ(run_triad({"cost", model, "--interval", "20000"}).code, 0);
}

TEST_F(RtlCommand, EvalSpeaksOfLaterPicturesWhereThereAreSome) {
  const graph::Support support = fpga::can_simulate();
  if (!support.yes) GTEST_SKIP() << support.because;
  const std::string model = lenet();
  for (const auto& [pictures, later] :
       {std::pair{"1", ""}, std::pair{"65", ", [0-9.]+ for each after it"}}) {
    const Answer answer =
        run_triad({"eval", model, "--data", "digits", "--executor", "rtl_array",
                   "--limit", pictures});
    ASSERT_EQ(answer.code, 0) << answer.err;
    EXPECT_THAT(answer.out, testing::ContainsRegex(fmt::format(
                                "rtl: [0-9]+ cycles for the first picture{} "
                                ".all steps in turn: [0-9]+.",
                                later)));
  }
}

TEST_F(RtlCommand, NamesTheProgramThatIsMissing) {
  expect_error({"eval", lenet(), "--data", "digits", "--executor", "rtl"},
               "'verilator' is missing: scripts/setup installs it",
               {"PATH=" + folder_.string(), "TMPDIR=" + folder_.string()});
  expect_error({"eval", lenet(), "--data", "digits", "--stall", "20"},
               "--stall is for --executor rtl");
}

}  // namespace
}  // namespace triad
