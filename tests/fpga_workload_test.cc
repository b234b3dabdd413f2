// What the FPGA target makes of the zoo's networks, and what it refuses.

#include <gmock/gmock.h>

#include <numeric>

#include "tests/lowered_network.h"
#include "triad/base/error.h"
#include "triad/fpga/workload.h"
#include "triad/zoo/zoo.h"

namespace triad::fpga {
namespace {

template <typename T>
std::int64_t count(const Workload& workload) {
  return std::ranges::count_if(workload.stages, [](const Stage& stage) {
    return std::holds_alternative<T>(stage.work);
  });
}

TEST(Workload, TurnsFlattenAndLinearIntoConvolutionsOfWholePictures) {
  const Workload lenet = make_workload(lowered("lenet5"));
  std::vector<std::string> names;
  for (const Stage& stage : lenet.stages) names.push_back(stage.name);
  EXPECT_THAT(names, testing::ElementsAre("input", "conv1", "pool1", "conv2",
                                          "pool2", "fc1", "fc2"));
  const Stage& fc1 = lenet.stages[5];
  const auto& layer = std::get<Convolution>(fc1.work);
  EXPECT_EQ(layer.window.kernel, (graph::Pair{4, 4}));
  EXPECT_EQ(lenet.input(fc1).channels, 50);
  EXPECT_EQ(fc1.output.channels, 500);
  EXPECT_EQ(fc1.output.pixels(), 1);
  EXPECT_TRUE(std::get<Convolution>(lenet.stages.back().work).logits);
  EXPECT_EQ(lenet.logit_scale.size(), 10u);
}

TEST(Workload, ShortcutsOfOptionABecomeOneStage) {
  const Workload resnet = make_workload(lowered("resnet20"));
  EXPECT_EQ(count<Convolution>(resnet), 20);
  EXPECT_EQ(count<Add>(resnet), 9);
  EXPECT_EQ(count<AveragePool>(resnet), 1);
  EXPECT_EQ(count<Subsample>(resnet), 2);
  EXPECT_EQ(resnet.stages.size(), 33u);
  for (const Stage& stage : resnet.stages) {
    const auto* shortcut = std::get_if<Subsample>(&stage.work);
    if (!shortcut) continue;
    EXPECT_EQ(shortcut->stride, (graph::Pair{2, 2}));
    EXPECT_EQ(shortcut->channels_before, shortcut->channels_after);
    EXPECT_EQ(resnet.input(stage).channels + 2 * shortcut->channels_before,
              stage.output.channels);
    EXPECT_EQ(resnet.input(stage).height, 2 * stage.output.height);
  }
}

TEST(Workload, KnowsTheNetworksOfTheZoo) {
  for (const char* name : {"resnet32", "resnet18_cifar", "vgg16_cifar"}) {
    const Workload workload = make_workload(lowered(name));
    for (std::size_t i = 0; i < workload.stages.size(); ++i)
      for (const int input : workload.stages[i].inputs)
        EXPECT_LT(input, int(i)) << name;
  }
}

TEST(Workload, GroupedConvolutionsAreFullOnesWithDeadWeights) {
  Builder net("grouped", {4, 1, 1});
  graph::ValueId x =
      net.conv("conv", net.input(), {.outputs = 6, .groups = 2}, false);
  x = net.add("flatten", graph::Flatten{}, {x});
  Graph graph = net.finish({net.linear("fc", x, 2)});
  for (graph::Value& value : graph.values) value.quantization = kU8;
  graph.values.back().quantization.reset();
  Random random(1);
  make_integers(graph, random, {.is_ternary = false});
  const auto codes = graph::integer_codes(
      graph.find("conv")->find("weight")->encoding, "conv");
  const Workload workload = make_workload(graph);
  const auto& full = std::get<Convolution>(workload.stages[1].work).codes;
  ASSERT_EQ(full.size(), 24u);
  for (std::size_t k = 0; k < 6; ++k)
    for (std::size_t c = 0; c < 4; ++c)
      EXPECT_EQ(full[k * 4 + c], c / 2 == k / 3 ? codes[k * 2 + c % 2] : 0);
}

void expect_refusal(const Graph& graph, const char* text) {
  try {
    make_workload(graph);
    FAIL() << "expected: " << text;
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr(text));
  }
}

// Input -> op -> linear layer, all of 8 bits.
Graph network_with(const char* name, const graph::Op& op) {
  Builder net("network", {2, 6, 6});
  graph::ValueId x = net.add(name, op, {net.input()});
  if (net.shape(x).size() > 1) x = net.add("flatten", graph::Flatten{}, {x});
  Graph graph = net.finish({net.linear("fc", x, 2)});
  for (graph::Value& value : graph.values) value.quantization = kU8;
  graph.values.back().quantization.reset();
  Random random(1);
  make_integers(graph, random, {});
  return graph;
}

TEST(Workload, NamesTheLayerItCannotRunAndTheReason) {
  expect_refusal(
      network_with("wide", graph::Conv2d{.kernel = {3, 3}, .dilation = {2, 2}}),
      "conv2d 'wide': the target has no dilated convolution");
  expect_refusal(network_with("up", graph::Resize{}),
                 "resize 'up': the target has no stage for it");
  expect_refusal(network_with("frame", graph::Pad{.padding = {1, 1, 1, 1}}),
                 "pad 'frame': the target pads pictures only inside");
  expect_refusal(network_with("half", graph::Slice{.channels = {.stop = 1}}),
                 "slice 'half': the target takes rows and columns");
  expect_refusal(
      network_with("pool", graph::AveragePool{.padding = {1, 1, 0, 0},
                                              .count_padding = false}),
      "average_pool 'pool': the window of pixel");
}

TEST(Workload, RefusesWiderValuesAndFloats) {
  Graph graph = network_with("relu", graph::Relu{});
  graph.values[1].quantization = graph.values[2].quantization = kS16;
  expect_refusal(graph, "relu 'relu': its output has 16 bits, the data path 8");
  expect_refusal(zoo::make("lenet5"),
                 "expected an integer model, made by "
                 "triad compress");
}

TEST(Workload, RefusesOutputsThatAreNoLogits) {
  Builder net("network", {2, 6, 6});
  Graph graph = net.finish({net.conv("conv", net.input(), {}, false)});
  for (graph::Value& value : graph.values) value.quantization = kU8;
  Random random(1);
  make_integers(graph, random, {});
  expect_refusal(graph, "'conv' holds no logits");
}

}  // namespace
}  // namespace triad::fpga
