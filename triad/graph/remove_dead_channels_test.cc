#include "triad/graph/remove_dead_channels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "triad/base/error.h"
#include "triad/base/random.h"
#include "triad/encoding/ternary.h"
#include "triad/graph/builder.h"

namespace triad::graph {
namespace {

using Zero = std::function<bool(std::size_t filter, std::size_t channel)>;

// Random weights, zero where `zero` says.
void fill(Node& node, const Zero& zero, std::uint64_t stream = 0) {
  Random random(7, stream);
  encoding::Encoding& weight = node.find("weight")->encoding;
  const Shape shape = encoding::shape(weight);
  std::vector<float> values(std::size_t(element_count(shape)));
  const std::size_t filter = values.size() / std::size_t(shape[0]);
  const std::size_t taps = filter / std::size_t(shape[1]);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto value = float(random.uniform(0.1, 1.0));
    values[i] = zero(i / filter, i % filter / taps) ? 0.0f : value;
  }
  weight = encoding::Dense{shape, encoding::share(std::move(values))};
}

void ternarise(Node& node, const encoding::PeGeometry& geometry) {
  encoding::Encoding& weight = node.find("weight")->encoding;
  weight = encoding::encode_ternary(
      encoding::decode(weight), encoding::shape(weight),
      {.structure = encoding::Structure::pe_group, .geometry = geometry},
      {.scale_per = encoding::ScalePer::filter});
}

bool never(std::size_t, std::size_t) { return false; }

// A network of 1 x 1 convolutions on a picture of one pixel, run by hand.
std::vector<float> run(const Graph& graph, std::vector<float> x) {
  for (const Node& node : graph.nodes) {
    if (std::holds_alternative<Relu>(node.op))
      for (float& value : x) value = std::max(value, 0.0f);
    if (!node.find("weight")) continue;
    const std::vector<float> weight =
        encoding::decode(node.find("weight")->encoding);
    std::vector<float> y(weight.size() / x.size());
    if (node.find("bias")) y = encoding::decode(node.find("bias")->encoding);
    for (std::size_t i = 0; i < weight.size(); ++i)
      y[i / x.size()] += weight[i] * x[i % x.size()];
    x = std::move(y);
  }
  return x;
}

// conv1 (8) - relu - conv2 (6) - relu - flatten - linear (5).
Graph chain(const Zero& conv1, const Zero& conv2, const Zero& linear) {
  Builder net("net", {4, 1, 1});
  ValueId x = net.conv("conv1", net.input(), {.outputs = 8}, true);
  x = net.add("relu1", Relu{}, {x});
  x = net.conv("conv2", x, {.outputs = 6}, true);
  x = net.add("relu2", Relu{}, {x});
  x = net.add("flatten", Flatten{}, {x});
  Graph graph = net.finish({net.linear("linear", x, 5)});
  fill(*graph.find("conv1"), conv1, 1);
  fill(*graph.find("conv2"), conv2, 2);
  fill(*graph.find("linear"), linear, 3);
  return graph;
}

const std::vector<float> kPicture = {0.3f, -0.2f, 1.5f, 0.7f};

std::int64_t channels(const Graph& graph, std::string_view node) {
  return graph.value(graph.find(node)->output).shape[0];
}

Graph expect_same_outputs(const Graph& graph) {
  Graph smaller = remove_dead_channels(graph);
  EXPECT_NO_THROW(validate(smaller));
  EXPECT_EQ(run(smaller, kPicture), run(graph, kPicture));
  return smaller;
}

TEST(RemoveDeadChannels, ChannelsNobodyReadsGoAllTheWayUp) {
  // Filters 4 and 5 of conv2 are unread; only they read channel 7 of conv1.
  const Graph graph = expect_same_outputs(chain(
      never, [](auto k, auto c) { return c == 7 && k < 4; },
      [](auto, auto c) { return c >= 4; }));
  EXPECT_EQ(channels(graph, "conv2"), 4);
  EXPECT_EQ(channels(graph, "conv1"), 7);
}

TEST(RemoveDeadChannels, EmptyFiltersGoUnlessTheirBiasSpeaks) {
  Graph graph = chain([](auto k, auto) { return k < 3; }, never, never);
  graph.find("conv1")->find("bias")->encoding = encoding::Dense{
      {8}, encoding::share(std::vector<float>{-1, 0, 1, 0, 0, 0, 0, 0})};
  EXPECT_EQ(channels(expect_same_outputs(graph), "conv1"), 6);
}

TEST(RemoveDeadChannels, ALivingNetworkStaysAsItIs) {
  const Graph graph = chain(never, never, never);
  EXPECT_EQ(dump(remove_dead_channels(graph)), dump(graph));
}

TEST(RemoveDeadChannels, OneChannelIsAlwaysLeft) {
  const auto always = [](std::size_t, std::size_t) { return true; };
  const Graph graph = expect_same_outputs(chain(always, always, always));
  EXPECT_EQ(channels(graph, "conv1"), 1);
  EXPECT_EQ(channels(graph, "linear"), 5);
}

TEST(RemoveDeadChannels, PeGroupsGoOnlyInWholeBlocks) {
  Graph graph = chain(
      never, [](auto, auto c) { return c >= 3 && c != 7; }, never);
  // Inputs 3 to 6 are unread: of the blocks of two, only 4..5 is whole.
  ternarise(*graph.find("conv2"), {.outputs = 1, .inputs = 2});
  const Graph smaller = expect_same_outputs(graph);
  EXPECT_EQ(channels(smaller, "conv1"), 6);
  // Nothing may go where two blocks of four are both half alive.
  ternarise(*graph.find("conv2"), {.outputs = 1, .inputs = 4});
  EXPECT_EQ(channels(expect_same_outputs(graph), "conv1"), 8);
}

TEST(RemoveDeadChannels, OutputBlocksOfPeGroupsStayWholeToo) {
  Graph graph = chain(
      never, [](auto, auto c) { return c < 5; }, never);
  ternarise(*graph.find("conv1"), {.outputs = 4, .inputs = 1});
  EXPECT_EQ(channels(expect_same_outputs(graph), "conv1"), 4);
}

TEST(RemoveDeadChannels, FewerChannelsThanABlockAreNeverLeft) {
  // Five inputs in blocks of four: the ragged last block may not stay alone.
  Builder net("net", {4, 1, 1});
  ValueId x = net.conv("conv1", net.input(), {.outputs = 5}, false);
  Graph graph = net.finish({net.conv("conv2", x, {.outputs = 3}, false)});
  fill(*graph.find("conv1"), never);
  fill(*graph.find("conv2"), [](auto, auto c) { return c < 4; });
  ternarise(*graph.find("conv2"), {.outputs = 1, .inputs = 4});
  EXPECT_EQ(channels(expect_same_outputs(graph), "conv1"), 5);
}

TEST(RemoveDeadChannels, SharedValuesAndBatchNormArePutFirst) {
  Builder net("net", {4, 3, 3});
  const ValueId x = net.conv("conv1", net.input(), {.outputs = 4}, false);
  const ValueId norm = net.add("norm", BatchNorm{}, {x});
  const ValueId y = net.conv("conv2", norm, {.outputs = 4}, false);
  const ValueId z = net.conv("conv3", y, {.outputs = 4}, false);
  Graph graph = net.finish({net.add("add", Add{}, {y, z})});
  // All weights are zero, but y is shared and batch norm could move zeros of
  // conv1; its channels go for being unread, all but one.
  graph = remove_dead_channels(std::move(graph));
  ASSERT_NO_THROW(validate(graph));
  EXPECT_EQ(channels(graph, "conv1"), 1);
  EXPECT_EQ(channels(graph, "norm"), 1);
  EXPECT_EQ(channels(graph, "conv2"), 4);
}

TEST(RemoveDeadChannels, BatchNormHidesEmptyFilters) {
  Builder net("net", {4, 3, 3});
  ValueId x = net.conv("conv1", net.input(), {.outputs = 4}, false);
  x = net.add("norm", BatchNorm{}, {x});
  Graph graph = net.finish({net.conv("conv2", x, {.outputs = 2}, false)});
  fill(*graph.find("conv2"), never);
  EXPECT_EQ(channels(remove_dead_channels(graph), "conv1"), 4);
}

TEST(RemoveDeadChannels, FlattenedPicturesLoseAllPixelsOfAChannel) {
  Builder net("net", {4, 6, 6});
  ValueId x = net.conv("conv1", net.input(), {.outputs = 6}, true);
  x = net.add("pool", MaxPool{}, {x});
  x = net.add("flatten", Flatten{}, {x});
  x = net.add("norm", BatchNorm{}, {x});
  Graph graph = net.finish({net.linear("linear", x, 5)});
  fill(*graph.find("conv1"), never);
  // Of channel 1, 9 pixels each, all are unread; of channel 2, all but one.
  fill(*graph.find("linear"), [](auto, auto f) { return f >= 9 && f < 26; });
  graph = remove_dead_channels(std::move(graph));
  ASSERT_NO_THROW(validate(graph));
  EXPECT_EQ(channels(graph, "conv1"), 5);
  EXPECT_EQ(channels(graph, "norm"), 45);
  EXPECT_EQ(encoding::shape(graph.find("linear")->find("weight")->encoding),
            (Shape{5, 45}));
}

TEST(RemoveDeadChannels, RefusesSubnetsWithWidths) {
  Graph graph = chain(never, never, never);
  graph.subnets[0].width = {4, 8, 8, 6, 6, 6, 5};
  EXPECT_THROW(remove_dead_channels(graph), Error);
}

// Channels left of four before `ops`, where the first filter is empty and its
// bias is `bias`.
std::int64_t channels_left(const std::vector<Op>& ops, float bias) {
  Builder net("net", {2, 4, 4});
  ValueId x = net.conv("conv1", net.input(), {.outputs = 4}, true);
  for (std::size_t i = 0; i < ops.size(); ++i)
    x = net.add("op" + std::to_string(i), ops[i], {x});
  Graph graph = net.finish({net.conv("conv2", x, {.outputs = 3}, false)});
  fill(*graph.find("conv1"),
       [](std::size_t filter, auto) { return filter == 0; });
  fill(*graph.find("conv2"), never);
  std::vector<float> biases(4, 1.0f);
  biases[0] = bias;
  graph.find("conv1")->find("bias")->encoding =
      encoding::Dense{{4}, encoding::share(std::move(biases))};
  graph = remove_dead_channels(std::move(graph));
  validate(graph);
  return graph.value(graph.find("conv1")->output).shape[0];
}

TEST(RemoveDeadChannels, AsksWhatFunctionsMakeOfAConstant) {
  EXPECT_EQ(channels_left({LeakyRelu{}}, 0), 3);
  EXPECT_EQ(channels_left({LeakyRelu{}}, -1), 4);
  EXPECT_EQ(channels_left({Sigmoid{}}, 0), 4);
  EXPECT_EQ(channels_left({HardSigmoid{}}, -3.5f), 3);
  EXPECT_EQ(channels_left({HardSwish{}}, -3.5f), 3);
  EXPECT_EQ(channels_left({HardSwish{}}, -1), 4);
  EXPECT_EQ(channels_left({Clip{0, 6}, Resize{}}, -1), 3);
  EXPECT_EQ(channels_left({Clip{-1, 6}}, -1), 4);
  EXPECT_EQ(channels_left({Slice{.rows = {.stride = 2}}, Relu{}}, -1), 3);
  // Takes channels away: no chain.
  EXPECT_EQ(channels_left({Slice{.channels = {.start = 1}}, Relu{}}, -1), 4);
  // Padding that is averaged in makes the border another constant.
  const AveragePool padded{.kernel = {3, 3}, .padding = {1, 1, 1, 1}};
  EXPECT_EQ(channels_left({padded, HardSigmoid{}}, -3.5f), 4);
  EXPECT_EQ(channels_left({padded, Relu{}}, -3.5f), 3);
}

}  // namespace
}  // namespace triad::graph
