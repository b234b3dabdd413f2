// Generated Verilog under Verilator against the integer reference and the CPU
// runtime, bit for bit, with random pauses of both streams.

#include "triad/fpga/rtl_executor.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/random_networks.h"
#include "triad/data/dataset.h"
#include "triad/format/reader.h"
#include "triad/fpga/fold.h"
#include "triad/fpga/plan.h"
#include "triad/quantise/lower.h"
#include "triad/reference/integer_executor.h"
#include "triad/runtime/executor.h"
#include "triad/zoo/networks.h"
#include "triad/zoo/zoo.h"

namespace triad {
namespace {

class RtlExecutor : public testing::Test {
 protected:
  void SetUp() override {
    const graph::Support support = fpga::can_simulate();
    if (!support.yes) GTEST_SKIP() << "skipped because " << support.because;
  }
};

graph::Pictures batch_of(const Graph& graph,
                         const std::vector<std::uint8_t>& bytes) {
  Shape shape = graph.value(graph.input()).shape;
  const std::int64_t size = element_count(shape);
  shape.insert(shape.begin(), std::int64_t(bytes.size()) / size);
  return {shape, bytes};
}

// The same logits from RTL, reference and runtime, streams running and pausing.
void expect_agreement(const Graph& graph,
                      const std::vector<std::uint8_t>& bytes,
                      std::int64_t interval = 0) {
  const graph::Pictures batch = batch_of(graph, bytes);
  reference::IntegerExecutor judge;
  judge.load(graph);
  const auto expected = judge.run(batch)[0].values;
  runtime::Executor runtime;
  runtime.load(graph);
  EXPECT_EQ(runtime.run(batch)[0].values, expected);
  for (const int stall : {0, 35}) {
    fpga::RtlExecutor executor(
        {.interval = interval, .run = {.stall_percent = stall, .seed = 7}});
    executor.load(graph);
    EXPECT_EQ(executor.run(batch)[0].values, expected) << stall << " % stalls\n"
                                                       << graph::dump(graph);
  }
}

// Gives each value but the logits a quantization, and random integers to all.
Graph finish(Graph graph, Random& random, const WeightKind& kind,
             const std::vector<Quantization>& choices) {
  const auto& outputs = graph.outputs;
  for (std::size_t i = 0; i < graph.values.size(); ++i) {
    graph::Value& value = graph.values[i];
    if (graph::ValueId(i) == outputs[0]) continue;
    value.quantization = choices[random.below(std::uint32_t(choices.size()))];
  }
  for (const graph::Node& node : graph.nodes)  // what only moves
    if (std::holds_alternative<graph::MaxPool>(node.op) ||
        std::holds_alternative<graph::Flatten>(node.op) ||
        std::holds_alternative<graph::Slice>(node.op) ||
        std::holds_alternative<graph::Pad>(node.op))
      graph.values[std::size_t(node.output)].quantization =
          graph.value(node.inputs[0]).quantization;
  make_integers(graph, random, kind);
  return graph;
}

TEST_F(RtlExecutor, RunsWindowsOfManyShapes) {
  Random random(1);
  Builder net("windows", {3, 9, 11});
  auto x = net.conv("conv1", net.input(),
                    {.outputs = 10, .kernel = {3, 5}, .padding = {1, 2, 1, 2}},
                    true);
  x = net.add("pool1",
              graph::MaxPool{
                  .kernel = {3, 3}, .stride = {2, 2}, .padding = {1, 1, 1, 1}},
              {x});
  x = net.conv("conv2", x, {.outputs = 6, .kernel = {2, 2}, .groups = 2}, true);
  x = net.add("table", graph::HardSwish{}, {x});
  x = net.add("pool2", graph::AveragePool{.kernel = {2, 2}, .stride = {1, 2}},
              {x});
  x = net.add("relu", graph::Relu{}, {x});
  x = net.add("flatten", graph::Flatten{}, {x});
  x = net.linear("fc1", x, 7);
  x = net.linear("fc2", x, 5);
  const Graph graph =
      finish(net.finish({x}), random, {.density = 0.6}, {kU8, kS8, kU8Centred});
  expect_agreement(graph, random_pictures(random, 3 * 3 * 99), 2000);
}

TEST_F(RtlExecutor, RunsDilatedConvolutions) {
  Random random(9);
  Builder net("dilated", {3, 9, 11});
  auto x = net.conv("conv1", net.input(),
                    {.outputs = 6,
                     .kernel = {3, 3},
                     .dilation = {2, 3},
                     .padding = {2, 3, 2, 3}},
                    true);
  x = net.conv("conv2", x,
               {.outputs = 8,
                .kernel = {2, 3},
                .stride = {2, 1},
                .dilation = {4, 2},
                .padding = {0, 1, 3, 1},
                .groups = 2},
               true);
  x = net.add("flatten", graph::Flatten{}, {x});
  x = net.linear("fc", x, 5);
  const Graph graph =
      finish(net.finish({x}), random, {.density = 0.6}, {kU8, kS8, kU8Centred});
  expect_agreement(graph, random_pictures(random, 3 * 3 * 99), 4000);
}

TEST_F(RtlExecutor, RunsAveragesOverDifferentNumbersOfPixels) {
  Random random(10);
  Builder net("averages", {3, 10, 9});
  auto x = net.add("border",
                   graph::AveragePool{.kernel = {3, 3},
                                      .stride = {1, 2},
                                      .padding = {1, 1, 1, 1},
                                      .count_padding = false},
                   {net.input()});
  x = net.conv("conv", x, {.outputs = 6, .kernel = {2, 2}}, true);
  x = net.add(
      "ceil",
      graph::AveragePool{.kernel = {3, 2}, .stride = {2, 3}, .ceil_mode = true},
      {x});
  x = net.add("flatten", graph::Flatten{}, {x});
  x = net.linear("fc", x, 5);
  const Graph graph = finish(net.finish({x}), random, {}, {kU8, kS8});
  expect_agreement(graph, random_pictures(random, 3 * 270), 2000);
}

// As in DenseNet and Inception: channels that no power of two divides, inputs
// of other quantizations, a window before one of the inputs.
TEST_F(RtlExecutor, RunsConcatenations) {
  Random random(11);
  Builder net("concat", {3, 7, 6});
  const auto conv = [&](const char* name, graph::ValueId from, int outputs,
                        int kernel) {
    const std::int64_t around = kernel / 2;
    return net.conv(name, from,
                    {.outputs = outputs,
                     .kernel = {kernel, kernel},
                     .padding = {around, around, around, around}},
                    true);
  };
  const auto a = conv("a", net.input(), 8, 1);
  const auto b = conv("b", net.input(), 12, 3);
  const auto c = conv("c", b, 5, 3);
  auto x = net.add("cat1", graph::Concat{}, {a, b, c});
  x = net.add("cat2", graph::Concat{}, {conv("d", x, 4, 3), x});
  x = net.add("flatten", graph::Flatten{}, {x});
  x = net.linear("fc", x, 5);
  const Graph graph =
      finish(net.finish({x}), random, {.density = 0.6}, {kU8, kS8, kU8Centred});
  expect_agreement(graph, random_pictures(random, 3 * 126), 4000);
}

// Two blocks of a ResNet for CIFAR, the second with a shortcut of option A.
Graph residual_network(Random& random, const WeightKind& kind) {
  Builder net("residual", {2, 8, 8});
  const auto conv = [&](const char* name, graph::ValueId from, int outputs,
                        int stride) {
    return net.conv(name, from,
                    {.outputs = outputs,
                     .kernel = {3, 3},
                     .stride = {stride, stride},
                     .padding = {1, 1, 1, 1}},
                    true);
  };
  auto x = conv("conv1", net.input(), 6, 1);
  auto y = conv("block1.conv1", x, 6, 1);
  x = net.add("block1.add", graph::Add{}, {conv("block1.conv2", y, 6, 1), x});
  auto s = net.add(
      "block2.slice",
      graph::Slice{.rows = {.stride = 2}, .columns = {.stride = 2}}, {x});
  s = net.add("block2.pad",
              graph::Pad{.channels_before = 3, .channels_after = 3}, {s});
  y = conv("block2.conv1", x, 12, 2);
  x = net.add("block2.add", graph::Add{}, {conv("block2.conv2", y, 12, 1), s});
  x = net.add("avgpool", graph::GlobalAveragePool{}, {x});
  x = net.add("flatten", graph::Flatten{}, {x});
  x = net.linear("fc", x, 10);
  return finish(net.finish({x}), random, kind, {kU8, kS8, kU8Centred});
}

TEST_F(RtlExecutor, RunsResidualBlocks) {
  Random random(2);
  const Graph graph = residual_network(random, {.density = 0.5});
  expect_agreement(graph, random_pictures(random, 4 * 128), 4000);
}

TEST_F(RtlExecutor, RunsFiltersWithoutWeights) {
  Random random(8);
  const Graph graph = residual_network(random, {.density = 0.15});
  const fpga::Workload workload = fpga::make_workload(graph);
  const auto foldings = fpga::fold(workload, 2000);
  const fpga::Plan plan = fpga::make_plan(workload, foldings);
  int layers = 0;
  for (const fpga::StagePlan& stage : plan.stages)
    layers += !stage.schedule.dead_filters.empty();
  EXPECT_GE(layers, 3);
  EXPECT_FALSE(plan.stages.back().schedule.dead_filters.empty()) << "logits";
  expect_agreement(graph, random_pictures(random, 4 * 128), 2000);
}

// A network with random ternary weights, first and last layer of 8 bits,
// lowered by its own noise.
Graph lowered(Graph graph, double density) {
  Random random(3);
  const auto is_layer = [](const graph::Node& node) {
    return std::holds_alternative<graph::Conv2d>(node.op) ||
           std::holds_alternative<graph::Linear>(node.op);
  };
  const auto first = std::ranges::find_if(graph.nodes, is_layer);
  const auto last =
      std::find_if(graph.nodes.rbegin(), graph.nodes.rend(), is_layer);
  for (graph::Node& node : graph.nodes) {
    if (!is_layer(node)) continue;
    encoding::Encoding& weight = node.find("weight")->encoding;
    weight = random_codes(random, encoding::shape(weight),
                          &node != &*first && &node != &*last, density);
  }
  Shape shape = graph.value(graph.input()).shape;
  const auto noise = random_pictures(random, element_count(shape));
  shape.insert(shape.begin(), 1);
  return quantise::lower(graph, {shape, noise});
}

TEST_F(RtlExecutor, RunsLeNet5) {
  Random random(4);
  const Graph graph = lowered(zoo::make("lenet5"), 0.2);
  expect_agreement(graph, random_pictures(random, 2 * 784), 30'000);
}

// Its averages are of 9, 6 and 4 pixels.
TEST_F(RtlExecutor, RunsConvNet) {
  Random random(4);
  const Graph graph = lowered(zoo::make("convnet"), 0.3);
  expect_agreement(graph, random_pictures(random, 2 * 3072), 200'000);
}

TEST_F(RtlExecutor, RunsResNet8) {
  Random random(5);
  const Graph graph =
      lowered(zoo::build_cifar_resnet({"resnet8", {3, 32, 32}, 10}, 1), 0.4);
  expect_agreement(graph, random_pictures(random, 2 * 3072), 150'000);
}

// Test pictures of CIFAR-10 where they are, else noise.
std::vector<std::uint8_t> cifar_pictures(std::int64_t count) {
  std::vector<std::uint8_t> bytes;
  if (!std::getenv("TRIAD_DATA")) {
    Random random(6);
    return random_pictures(random, count * 3072);
  }
  const data::Splits splits = data::open("cifar10");
  for (std::int64_t i = 0; i < count; ++i) {
    const data::Picture picture = splits.test->picture(i);
    bytes.insert(bytes.end(), picture.pixels.begin(), picture.pixels.end());
  }
  return bytes;
}

TEST_F(RtlExecutor, RunsTheCommittedResNet20) {
  const bool nightly = std::getenv("TRIAD_NIGHTLY") != nullptr;
  const Graph graph =
      format::read_model(TRIAD_MODELS "/resnet20-cifar10-wpc-40x.triad").graph;
  expect_agreement(graph, cifar_pictures(nightly ? 100 : 2));
}

TEST_F(RtlExecutor, APictureTakesWhatTheSlowestStageNeeds) {
  Random random(2);
  const Graph graph = residual_network(random, {.density = 0.5});
  fpga::RtlExecutor executor({.interval = 4000});
  executor.load(graph);
  executor.run(batch_of(graph, random_pictures(random, 8 * 128)));
  EXPECT_EQ(executor.cycles().interval, double(executor.cycles().expected));
  EXPECT_GT(executor.cycles().latency, executor.cycles().expected);
}

TEST_F(RtlExecutor, GivesTheLogitsInFrontOfASoftmax) {
  Random random(8);
  Builder net("classifier", {2, 4, 4});
  auto x = net.add("flatten", graph::Flatten{}, {net.input()});
  const auto logits = net.linear("fc", x, 5);
  x = net.add("odds", graph::Softmax{}, {logits});
  Graph graph = net.finish({x});
  graph.values[0].quantization = graph.values[1].quantization = kU8;
  make_integers(graph, random, {});
  const auto bytes = random_pictures(random, 3 * 32);
  fpga::RtlExecutor executor;
  executor.load(graph);
  graph.outputs = {logits};
  reference::IntegerExecutor judge;
  judge.load(graph);
  EXPECT_EQ(executor.run(batch_of(graph, bytes))[0].values,
            judge.run(batch_of(graph, bytes))[0].values);
}

TEST_F(RtlExecutor, SaysWhichLayerItCannotRun) {
  Random random(1);
  Builder net("network", {2, 6, 6});
  auto x = net.add("up", graph::Resize{}, {net.input()});
  x = net.add("flatten", graph::Flatten{}, {x});
  const graph::Node resize = net.finish({net.linear("fc", x, 2)}).nodes[1];
  const graph::Support support = fpga::RtlExecutor().supports(resize);
  EXPECT_FALSE(support.yes);
  EXPECT_EQ(support.because, "the target has no stage for it");
}

}  // namespace
}  // namespace triad
