// What the FPGA target makes of the zoo's networks, and what it refuses.

#include <gmock/gmock.h>

#include <numeric>

#include "tests/lowered_network.h"
#include "triad/base/error.h"
#include "triad/fpga/logits.h"
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

// What leads to `x`, and a linear layer behind it, all of 8 bits.
Graph classifier(Builder& net, graph::ValueId x, const WeightKind& kind) {
  if (net.shape(x).size() > 1) x = net.add("flatten", graph::Flatten{}, {x});
  Graph graph = net.finish({net.linear("fc", x, 2)});
  for (graph::Value& value : graph.values) value.quantization = kU8;
  graph.values.back().quantization.reset();
  Random random(1);
  make_integers(graph, random, kind);
  return graph;
}

TEST(Workload, GroupedConvolutionsAreFullOnesWithDeadWeights) {
  Builder net("grouped", {4, 1, 1});
  graph::ValueId x =
      net.conv("conv", net.input(), {.outputs = 6, .groups = 2}, false);
  const Graph graph = classifier(net, x, {.is_ternary = false});
  const auto codes = graph::integer_codes(
      graph.find("conv")->find("weight")->encoding, "conv");
  const Workload workload = make_workload(graph);
  const auto& full = std::get<Convolution>(workload.stages[1].work).codes;
  ASSERT_EQ(full.size(), 24u);
  for (std::size_t k = 0; k < 6; ++k)
    for (std::size_t c = 0; c < 4; ++c)
      EXPECT_EQ(full[k * 4 + c], c / 2 == k / 3 ? codes[k * 2 + c % 2] : 0);
}

// Input -> op -> linear layer, all of 8 bits.
Graph network_with(const char* name, const graph::Op& op) {
  Builder net("network", {2, 6, 6});
  graph::ValueId x = net.add(name, op, {net.input()});
  return classifier(net, x, {});
}

TEST(Workload, DilatedConvolutionsHaveDeadTaps) {
  Builder net("dilated", {2, 9, 9});
  graph::ValueId x = net.conv("conv", net.input(),
                              {.outputs = 3,
                               .kernel = {2, 3},
                               .dilation = {3, 2},
                               .padding = {3, 2, 0, 2}},
                              false);
  const Graph graph = classifier(net, x, {.is_ternary = false});
  const auto codes = graph::integer_codes(
      graph.find("conv")->find("weight")->encoding, "conv");
  const Workload workload = make_workload(graph);
  const auto& wide = std::get<Convolution>(workload.stages[1].work);
  EXPECT_EQ(wide.window.kernel, (graph::Pair{4, 5}));
  ASSERT_EQ(wide.codes.size(), 3u * 2 * 4 * 5);
  for (std::size_t plane = 0; plane < 6; ++plane)
    for (std::size_t r = 0; r < 4; ++r)
      for (std::size_t s = 0; s < 5; ++s)
        EXPECT_EQ(wide.codes[(plane * 4 + r) * 5 + s],
                  r % 3 == 0 && s % 2 == 0
                      ? codes[(plane * 2 + r / 3) * 3 + s / 2]
                      : 0);
}

TEST(Workload, AveragePoolsHaveACommonMultipleWhereTheyDivideDifferently) {
  const auto common = [](const graph::AveragePool& pool) {
    const Workload workload = make_workload(network_with("pool", pool));
    return std::get<AveragePool>(workload.stages[1].work).common;
  };
  EXPECT_EQ(common({.kernel = {3, 3}, .stride = {1, 1}}), 0);
  EXPECT_EQ(common({.padding = {1, 1, 1, 1}}), 0);  // padding counts
  EXPECT_EQ(common({.padding = {1, 1, 1, 1}, .count_padding = false}), 4);
  EXPECT_EQ(common({.kernel = {3, 3}, .stride = {2, 2}, .ceil_mode = true}),
            36);
}

void expect_refusal(const Graph& graph, const char* text) {
  try {
    make_workload(graph);
    FAIL() << "expected: " << text;
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr(text));
  }
}

// 2 + 3 + 2 channels of one picture, of which the second convolution has the
// quantization of the whole.
Graph concatenation() {
  Builder net("concat", {2, 4, 4});
  const auto a = net.conv("a", net.input(), {.outputs = 2}, false);
  const auto b = net.conv("b", net.input(), {.outputs = 3}, false);
  auto x = net.add("cat", graph::Concat{}, {a, b, net.input()});
  x = net.add("flatten", graph::Flatten{}, {x});
  Graph graph = net.finish({net.linear("fc", x, 2)});
  for (graph::Value& value : graph.values) value.quantization = kU8;
  graph.values[std::size_t(a)].quantization = kS8;
  graph.values.back().quantization.reset();
  Random random(1);
  make_integers(graph, random, {});
  // 2^15 in 1.15 is one; a term has 7 bits of fraction.
  graph.find("cat")->requantization = {
      {.shift = 6, .multiplier = {-3000, 16384, 16384}}};
  return graph;
}

TEST(Workload, AConcatJoinsStreamsTwoByTwo) {
  const Workload workload = make_workload(concatenation());
  std::vector<std::string> names;
  for (const Stage& stage : workload.stages) names.push_back(stage.name);
  EXPECT_THAT(names, testing::ElementsAre("input", "a", "b", "cat:input0",
                                          "cat:1", "cat", "fc"));
  EXPECT_EQ(workload.stages[4].inputs, (std::vector<int>{3, 2}));
  EXPECT_EQ(workload.stages[4].output.channels, 5);
  EXPECT_EQ(workload.stages[5].inputs, (std::vector<int>{4, 0}));
  EXPECT_EQ(workload.stages[5].output.channels, 7);
}

TEST(Workload, RefusesToJoinFlattenedPictures) {
  Builder net("concat", {2, 4, 4});
  auto x = net.add("flatten", graph::Flatten{}, {net.input()});
  x = net.add("cat", graph::Concat{}, {x, x});
  Graph graph = net.finish({net.linear("fc", x, 2)});
  for (graph::Value& value : graph.values) value.quantization = kU8;
  graph.values.back().quantization.reset();
  Random random(1);
  make_integers(graph, random, {});
  expect_refusal(graph, "concat 'cat': it joins flattened pictures");
}

// Logits [3] of two pixels, then what `add_tail` makes of them.
template <typename AddTail>
Graph classifier(AddTail add_tail) {
  Builder net("classifier", {1, 1, 2});
  graph::ValueId x = net.add("flatten", graph::Flatten{}, {net.input()});
  const graph::ValueId logits = net.linear("fc", x, 3);
  Graph graph = net.finish({add_tail(net, logits)});
  graph.values[0].quantization = graph.values[1].quantization = kU8;
  Random random(1);
  make_integers(graph, random, {});
  return graph;
}

TEST(Workload, EndsAtTheLogitsInFrontOfASoftmax) {
  const Graph graph = classifier([](Builder& net, graph::ValueId logits) {
    logits = net.add("drop", graph::Dropout{}, {logits});
    return net.add("odds", graph::Softmax{}, {logits});
  });
  const Workload workload = make_workload(graph);
  ASSERT_EQ(workload.stages.size(), 2u);
  EXPECT_EQ(workload.stages.back().name, "fc");
  EXPECT_EQ(describe_ending(graph),
            "the design ends at the logits 'fc', in front of dropout 'drop', "
            "softmax 'odds', which change no order");
  const Graph ended = end_at_logits(graph);
  validate(ended);
  EXPECT_EQ(ended.value(ended.outputs[0]).name, "fc");
  EXPECT_EQ(describe_ending(ended), "");
}

TEST(Workload, WhatElseReadsASoftmaxIsLeftOutToo) {
  const Graph graph = classifier([](Builder& net, graph::ValueId logits) {
    const auto odds = net.add("odds", graph::Softmax{}, {logits});
    net.add("unread", graph::Dropout{}, {odds});
    return odds;
  });
  EXPECT_EQ(end_at_logits(graph).nodes.size(), 3u);
  EXPECT_EQ(make_workload(graph).stages.size(), 2u);
}

TEST(Workload, NamesTheLayerItCannotRunAndTheReason) {
  expect_refusal(network_with("up", graph::Resize{}),
                 "resize 'up': the target has no stage for it");
  expect_refusal(network_with("frame", graph::Pad{.padding = {1, 1, 1, 1}}),
                 "pad 'frame': the target pads pictures only inside");
  expect_refusal(network_with("half", graph::Slice{.channels = {.stop = 1}}),
                 "slice 'half': the target takes rows and columns");
  expect_refusal(
      network_with("pool", graph::AveragePool{.kernel = {3, 3},
                                              .padding = {1, 1, 1, 1},
                                              .ceil_mode = true}),
      "average_pool 'pool': its windows divide by different numbers, which");
}

TEST(Workload, RefusesASoftmaxOfWhatAreNoLogits) {
  Builder net("network", {2, 1, 1});
  graph::ValueId x = net.add("flatten", graph::Flatten{}, {net.input()});
  Graph graph = net.finish({net.add("odds", graph::Softmax{}, {x})});
  graph.values[0].quantization = graph.values[1].quantization = kU8;
  Random random(1);
  make_integers(graph, random, {});
  expect_refusal(graph, "its output 'flatten' holds no logits");

  graph = classifier([](Builder& net, graph::ValueId logits) {
    net.add("unread", graph::Softmax{}, {logits});
    return logits;
  });
  expect_refusal(graph, "softmax 'unread': it does not end the network");
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
