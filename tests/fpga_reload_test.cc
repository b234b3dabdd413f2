// New weights for a design that runs: a host writes mem/reload.mem of one model
// to the registers of another one's top, and gets the logits of the first, bit
// for bit. Needs Verilator.

#include <gmock/gmock.h>

#include <cstring>

#include "tests/random_networks.h"
#include "triad/base/file.h"
#include "triad/fpga/array/design.h"
#include "triad/fpga/emit/package.h"
#include "triad/fpga/emit/reload.h"
#include "triad/fpga/fold.h"
#include "triad/fpga/simulate/process.h"
#include "triad/fpga/simulate/simulation.h"

namespace triad::fpga {
namespace {

namespace fs = std::filesystem;

class Reload : public testing::Test {
 protected:
  void SetUp() override {
    const graph::Support support = can_simulate();
    if (!support.yes) GTEST_SKIP() << support.because;
    fs::remove_all(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  // Of each test its own: they run side by side.
  const fs::path folder_ =
      fs::path(testing::TempDir()) /
      (std::string("reload_") +
       testing::UnitTest::GetInstance()->current_test_info()->name());
};

// Takes the weights of one filter of each layer away: it gives a constant.
void kill_a_filter(Graph& graph) {
  for (graph::Node& node : graph.nodes) {
    graph::Parameter* weight = node.find("weight");
    if (!weight) continue;
    auto& ternary = std::get<encoding::Ternary>(weight->encoding);
    std::vector<std::int8_t> codes = *ternary.terms[0].codes;
    const std::size_t size = codes.size() / std::size_t(ternary.shape[0]);
    std::fill_n(codes.begin() + std::ptrdiff_t(size), size, std::int8_t(0));
    ternary.terms[0].codes = encoding::share(std::move(codes));
  }
}

// Every stage that has memories, and every memory.
Graph network() {
  Random random(11);
  Builder net("network", {2, 7, 6});
  auto x =
      net.conv("conv1", net.input(),
               {.outputs = 6, .kernel = {3, 3}, .padding = {1, 1, 1, 1}}, true);
  x = net.add("table", graph::HardSwish{}, {x});
  x = net.conv("conv2", x, {.outputs = 5, .kernel = {2, 3}}, true);
  x = net.add("flatten", graph::Flatten{}, {x});
  Graph graph = net.finish({net.linear("logits", x, 4)});
  for (std::size_t i = 0; i < graph.values.size(); ++i)
    if (graph::ValueId(i) != graph.outputs[0])
      graph.values[i].quantization = kS8;
  make_integers(graph, random, {.density = 0.6});
  kill_a_filter(graph);
  return graph;
}

// Other weights, biases, multipliers and tables in designs of the same sizes:
// the same groups live, and no sum is larger.
Graph other_weights(Graph graph) {
  Random random(12);
  const auto turn = [&](auto& values) {
    for (auto& value : values)
      value = static_cast<std::decay_t<decltype(value)>>(
          random.below(2) == 0 ? value : -value);
  };
  for (graph::Node& node : graph.nodes) {
    if (graph::Parameter* weight = node.find("weight")) {
      auto& ternary = std::get<encoding::Ternary>(weight->encoding);
      std::vector<std::int8_t> codes = *ternary.terms[0].codes;
      turn(codes);
      ternary.terms[0].codes = encoding::share(std::move(codes));
    }
    for (graph::Requantization& integers : node.requantization) {
      turn(integers.bias);
      turn(integers.multiplier);
      std::ranges::reverse(integers.table);
    }
  }
  std::ranges::reverse(graph.input_table);
  return graph;
}

// A package with pictures, and the logits' sums that the reference has of them.
Vectors write_design(const Graph& graph, const Design& design,
                     const fs::path& folder) {
  Random random(13);
  const auto bytes = random_pictures(random, 3 * 2 * 7 * 6);
  Vectors vectors = make_vectors(graph, {{3, 2, 7, 6}, bytes});
  write_package(folder, package_files(design, vectors, {}));
  write_file(folder / "pictures", std::as_bytes(std::span(vectors.pixels)));
  return vectors;
}

std::vector<std::int32_t> simulate(const fs::path& folder,
                                   std::vector<std::string> writes) {
  std::vector<std::string> arguments = {"sim/simulate", "pictures", "sums",
                                        "20", "3"};
  arguments.insert(arguments.end(), writes.begin(), writes.end());
  const Finished ran = run_program(arguments, folder);
  EXPECT_EQ(ran.code, 0) << ran.output;
  const auto bytes = read_file(folder / "sums");
  std::vector<std::int32_t> sums(bytes.size() / sizeof(std::int32_t));
  std::memcpy(sums.data(), bytes.data(), bytes.size());
  return sums;
}

void expect_reload(const fs::path& folder,
                   const std::function<Design(const Graph&)>& make) {
  const Graph a = network(), b = other_weights(a);
  const Vectors of_a = write_design(a, make(a), folder / "a");
  const Vectors of_b = write_design(b, make(b), folder / "b");
  ASSERT_NE(of_a.sums, of_b.sums);
  ASSERT_EQ(read_text(folder / "a/rtl/top.v"),
            read_text(folder / "b/rtl/top.v"));
  const Finished made =
      run_program({"make", "-s", "-C", "sim", "simulate"}, folder / "a");
  ASSERT_EQ(made.code, 0) << made.output;
  EXPECT_EQ(simulate(folder / "a", {}), of_a.sums);
  EXPECT_EQ(simulate(folder / "a", {"../b/mem/reload.mem"}), of_b.sums);
}

TEST_F(Reload, GivesAPipelineTheLogitsOfTheOtherModel) {
  expect_reload(folder_, [](const Graph& graph) {
    Workload workload = make_workload(graph);
    // Several units, PEs and requantisers: words of several parts.
    std::vector<Folding> foldings = fold(workload, 400);
    foldings[3] = {.units = 2, .pes = 2, .lanes = 6, .requantisers = 2};
    return make_dataflow_design(make_plan(std::move(workload), foldings));
  });
}

TEST_F(Reload, GivesAnArrayTheLogitsOfTheOtherModel) {
  expect_reload(folder_, [](const Graph& graph) {
    return make_array_design(make_workload(graph),
                             {.pes = 4, .lanes = 12, .requantisers = 2});
  });
}

TEST(ReloadMemory, HoldsWritesEachMemoryAndReleases) {
  Bits word;
  word.append(0x123456789a, 40);
  Netlist netlist;
  netlist.memories = {{"steps", "", 40, {word}},
                      {"weights", "", 40, {word, word}, BusPlace{3, 1, 2}}};
  const auto reload = reload_memory(netlist);
  ASSERT_TRUE(reload);
  std::vector<std::string> writes;
  for (const Bits& bits : reload->words) writes.push_back(bits.hex());
  EXPECT_THAT(writes,
              testing::ElementsAre("0400000001", "2003010000", "243456789a",
                                   "2400000012", "243456789a", "2400000012",
                                   "0400000000"));
  netlist.memories[1].words.resize(65'537, word);
  EXPECT_FALSE(reload_memory(netlist)) << "the bus addresses 65,536 words";
}

}  // namespace
}  // namespace triad::fpga
