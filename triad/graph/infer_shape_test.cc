#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "triad/base/error.h"
#include "triad/graph/builder.h"
#include "triad/graph/element_function.h"

namespace triad::graph {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

Shape infer(Op op, std::vector<Shape> inputs) {
  return infer_shape({.name = "node", .op = std::move(op)}, inputs);
}

void expect_refused(Op op, std::vector<Shape> inputs, const char* because) {
  std::string shape = inputs.empty() ? "no inputs" : to_string(inputs[0]);
  EXPECT_THAT([&] { infer(op, inputs); },
              ThrowsMessage<Error>(AllOf(HasSubstr("'node'"), HasSubstr(shape),
                                         HasSubstr(because))));
}

TEST(InferShape, ConvolutionFollowsPyTorch) {
  EXPECT_EQ(infer(Conv2d{.outputs = 64,
                         .kernel = {7, 7},
                         .stride = {2, 2},
                         .padding = {3, 3, 3, 3}},
                  {{3, 224, 224}}),
            (Shape{64, 112, 112}));
  EXPECT_EQ(infer(Conv2d{.outputs = 4,
                         .kernel = {3, 1},
                         .stride = {2, 3},
                         .dilation = {2, 1},
                         .padding = {1, 0, 2, 4},
                         .groups = 2},
                  {{6, 9, 10}}),
            (Shape{4, 4, 5}));
}

TEST(InferShape, PoolingRoundsAsPyTorchDoes) {
  const MaxPool down{.kernel = {3, 3}, .stride = {2, 2}};
  MaxPool up = down;
  up.ceil_mode = true;
  EXPECT_EQ(infer(down, {{8, 32, 32}}), (Shape{8, 15, 15}));
  EXPECT_EQ(infer(up, {{8, 32, 32}}), (Shape{8, 16, 16}));
  // A last window that would lie wholly in the right padding is dropped.
  EXPECT_EQ(infer(AveragePool{.kernel = {2, 2},
                              .stride = {2, 2},
                              .padding = {1, 1, 1, 1},
                              .ceil_mode = true},
                  {{1, 3, 3}}),
            (Shape{1, 2, 2}));
}

TEST(InferShape, ChannelsAddUpInConcatAndPad) {
  EXPECT_EQ(infer(Concat{}, {{3, 4, 5}, {7, 4, 5}}), (Shape{10, 4, 5}));
  EXPECT_EQ(infer(Pad{.padding = {1, 2, 3, 4},
                      .channels_before = 8,
                      .channels_after = 9},
                  {{16, 5, 5}}),
            (Shape{33, 9, 11}));
  EXPECT_EQ(infer(Concat{}, {{3, 4}, {5, 4}}), (Shape{8, 4}));
}

TEST(InferShape, SlicesAndResizesPictures) {
  EXPECT_EQ(infer(Slice{.rows = {.stride = 2}, .columns = {.stride = 2}},
                  {{16, 7, 8}}),
            (Shape{16, 4, 4}));
  EXPECT_EQ(infer(Slice{.channels = {.start = 3, .stop = 7},
                        .rows = {.start = 6, .stop = 99},
                        .columns = {.start = 1, .stop = 8, .stride = 3}},
                  {{16, 7, 8}}),
            (Shape{4, 1, 3}));
  EXPECT_EQ(infer(Resize{.factor = {2, 3}}, {{5, 7, 8}}), (Shape{5, 14, 24}));
}

TEST(InferShape, MultipliesByAFactorAChannel) {
  EXPECT_EQ(infer(Mul{}, {{3, 4, 5}, {3, 4, 5}}), (Shape{3, 4, 5}));
  EXPECT_EQ(infer(Mul{}, {{3, 4, 5}, {3, 1, 1}}), (Shape{3, 4, 5}));
  EXPECT_EQ(infer(Mul{}, {{3, 1, 1}, {3, 4, 5}}), (Shape{3, 4, 5}));
  EXPECT_EQ(infer(Mul{}, {{7, 4}, {7, 4}}), (Shape{7, 4}));
}

TEST(InferShape, DetectorHeadsAreRows) {
  EXPECT_EQ(infer(ChannelsLast{.columns = 4}, {{12, 5, 7}}), (Shape{105, 4}));
  EXPECT_EQ(infer(Softmax{}, {{105, 4}}), (Shape{105, 4}));
  EXPECT_EQ(infer(Flatten{}, {{105, 4}}), (Shape{420}));
}

TEST(InferShape, HeadGoesFromPicturesToFeatures) {
  EXPECT_EQ(infer(GlobalAveragePool{}, {{64, 8, 8}}), (Shape{64, 1, 1}));
  EXPECT_EQ(infer(Flatten{}, {{64, 2, 3}}), (Shape{384}));
  EXPECT_EQ(infer(Linear{.outputs = 10}, {{384}}), (Shape{10}));
  EXPECT_EQ(infer(BatchNorm{}, {{384}}), (Shape{384}));
}

TEST(InferShape, ErrorsNameNodeAndShapes) {
  expect_refused(Conv2d{.outputs = 4, .groups = 2}, {{3, 8, 8}}, "groups");
  expect_refused(Conv2d{.kernel = {9, 1}}, {{3, 8, 8}}, "at most 8");
  expect_refused(Conv2d{}, {{64}}, "[C, H, W]");
  expect_refused(Conv2d{}, {}, "1 input");
  expect_refused(Linear{}, {{3, 8, 8}}, "Flatten");
  expect_refused(Add{}, {{3, 8, 8}, {3, 8, 4}}, "[3, 8, 4]");
  expect_refused(Add{}, {{3, 8, 8}}, "2 or more inputs");
  expect_refused(Concat{}, {{3, 8, 8}, {3}}, "equal but for");
  expect_refused(Softmax{}, {{3, 8, 8}}, "[R, F]");
  expect_refused(Mul{}, {{3, 8, 8}}, "2 inputs");
  expect_refused(Mul{}, {{3, 8, 8}, {3, 1, 8}}, "[C, 1, 1]");
  expect_refused(Mul{}, {{3, 8, 8}, {1, 1, 1}}, "[C, 1, 1]");
  expect_refused(ChannelsLast{.columns = 5}, {{3, 8, 8}}, "rows of 5");
  expect_refused(ChannelsLast{}, {{24, 8}}, "[C, H, W]");
  expect_refused(BatchNorm{}, {{24, 8}}, "[C, H, W] or [F]");
  expect_refused(Concat{}, {{3, 4}, {3, 5}}, "first axis");
}

TEST(InferShape, AbsurdAttributesAreRefusedWithoutOverflow) {
  const std::int64_t huge = INT64_MAX;
  const Shape in = {3, 8, 8};
  expect_refused(Conv2d{.outputs = 0}, {in}, "outputs");
  expect_refused(Conv2d{.stride = {0, 1}}, {in}, "stride");
  expect_refused(Conv2d{.stride = {1, -1}}, {in}, "stride");
  expect_refused(Conv2d{.kernel = {huge, huge}}, {in}, "kernel");
  expect_refused(Conv2d{.dilation = {huge, 1}}, {in}, "dilation");
  expect_refused(Conv2d{.padding = {0, -1, 0, 0}}, {in}, "padding");
  expect_refused(Conv2d{.padding = {0, huge, 0, 0}}, {in}, "padding");
  expect_refused(Conv2d{.groups = 0}, {in}, "groups");
  expect_refused(MaxPool{.padding = {2, 0, 0, 0}}, {in}, "smaller than");
  expect_refused(Pad{.channels_after = -1}, {in}, "channels_after");
  expect_refused(Slice{.rows = {.stride = 0}}, {in}, "stride");
  expect_refused(Slice{.rows = {.start = 8}}, {in}, "not empty");
  expect_refused(Slice{.rows = {.start = 5, .stop = 5}}, {in}, "not empty");
  expect_refused(Slice{.channels = {.start = -1}}, {in}, "not empty");
  expect_refused(Slice{.channels = {.stop = -1}}, {in}, "not empty");
  expect_refused(Slice{.columns = {huge, huge, huge}}, {in}, "stride");
  expect_refused(Resize{.factor = {huge, 1}}, {in}, "factor");
  expect_refused(Resize{.factor = {1 << 20, 1 << 20}}, {in}, "elements");
  expect_refused(ChannelsLast{.columns = 0}, {in}, "columns");
  expect_refused(Clip{.low = 6, .high = 6}, {in}, "low < high");
  expect_refused(Clip{.low = NAN}, {in}, "finite");
  expect_refused(LeakyRelu{.slope = INFINITY}, {in}, "slope");
  expect_refused(HardSigmoid{.alpha = NAN}, {in}, "alpha");
  expect_refused(Dropout{.probability = 1.0f}, {in}, "probability");
  expect_refused(BatchNorm{.epsilon = 0.0f}, {in}, "epsilon");
  expect_refused(Pad{.padding = {1 << 20, 1 << 20, 0, 0}}, {in}, "elements");
  expect_refused(Relu{}, {{3, 0, 8}}, "positive");
  expect_refused(Relu{}, {{1 << 30, 1 << 30, 1 << 30}}, "elements");
  expect_refused(Relu{}, {{}}, "[F]");
}

TEST(ElementFunction, HasOneDefinition) {
  EXPECT_EQ(infer(LeakyRelu{}, {{3, 4, 5}}), (Shape{3, 4, 5}));
  EXPECT_EQ(infer(Sigmoid{}, {{3, 4}}), (Shape{3, 4}));
  EXPECT_EQ(element_function(Relu{}, -2), 0);
  EXPECT_EQ(element_function(Relu{}, 2), 2);
  EXPECT_EQ(element_function(LeakyRelu{.slope = 0.25f}, -2), -0.5);
  EXPECT_EQ(element_function(LeakyRelu{.slope = 0.25f}, 2), 2);
  EXPECT_EQ(element_function(Clip{.low = -1, .high = 3}, -2), -1);
  EXPECT_EQ(element_function(Clip{.low = -1, .high = 3}, 2), 2);
  EXPECT_EQ(element_function(Clip{.low = -1, .high = 3}, 4), 3);
  const HardSigmoid hard{.alpha = 0.25f, .beta = 0.5f};
  EXPECT_EQ(element_function(hard, 1), 0.75);
  EXPECT_EQ(element_function(hard, 9), 1);
  EXPECT_EQ(element_function(hard, -9), 0);
  EXPECT_EQ(element_function(HardSwish{}, -3), 0);
  EXPECT_EQ(element_function(HardSwish{}, 4), 4);
  EXPECT_NEAR(element_function(HardSwish{}, -1.5), -0.375, 1e-12);
  EXPECT_EQ(element_function(Sigmoid{}, 0), 0.5);
  EXPECT_EQ(element_function(Sigmoid{}, -1000), 0);
  EXPECT_NEAR(element_function(Sigmoid{}, 1) + element_function(Sigmoid{}, -1),
              1, 1e-15);
  EXPECT_FALSE(is_element_function(Softmax{}));
}

TEST(Builder, MakesTheParametersOfEachOp) {
  Builder net("net", {3, 8, 8});
  ValueId x = net.conv("conv", net.input(), {.outputs = 6, .groups = 3}, false);
  x = net.add("norm", BatchNorm{}, {x});
  x = net.add("flatten", Flatten{}, {x});
  x = net.linear("linear", x, 10);
  const Graph graph = net.finish({x});
  EXPECT_EQ(encoding::shape(graph.find("conv")->find("weight")->encoding),
            (Shape{6, 1, 1, 1}));
  EXPECT_EQ(graph.find("conv")->find("bias"), nullptr);
  EXPECT_EQ(encoding::decode(graph.find("norm")->find("running_var")->encoding),
            std::vector<float>(6, 1.0f));
  EXPECT_EQ(encoding::shape(graph.find("linear")->find("bias")->encoding),
            (Shape{10}));
  EXPECT_EQ(graph.find("nobody"), nullptr);
}

TEST(Builder, RefusesValuesThatDoNotExist) {
  Builder net("net", {3, 8, 8});
  EXPECT_THAT(
      [&] { net.add("relu", Relu{}, {7}); },
      ThrowsMessage<Error>(AllOf(HasSubstr("'relu'"), HasSubstr("value 7"))));
  EXPECT_THROW(Builder("net", {3, 8}), Error);
}

TEST(Count, AddsWeightsAndTheirUses) {
  Builder net("net", {4, 8, 8});
  ValueId x = net.conv("conv", net.input(),
                       {.outputs = 6, .kernel = {3, 3}, .groups = 2}, true);
  x = net.add("norm", BatchNorm{}, {x});
  const Graph graph = net.finish({x});
  const Cost conv = count(*graph.find("conv"), graph);
  EXPECT_EQ(conv.parameters, 6 * 2 * 9 + 6);
  EXPECT_EQ(conv.macs, 6 * 2 * 9 * 36);
  EXPECT_EQ(count(graph).parameters, conv.parameters + 12);
  EXPECT_EQ(count(graph).macs, conv.macs);
}

TEST(Dump, HasOneLineANode) {
  Builder net("net", {3, 8, 8});
  ValueId x = net.conv("conv", net.input(), {.outputs = 6}, false);
  x = net.add("relu", Relu{}, {x});
  EXPECT_EQ(dump(net.finish({x})),
            "input = input() [3, 8, 8]\n"
            "conv = conv2d(input) 1x1 / 1x1 [6, 8, 8] dense [6, 3, 1, 1]\n"
            "relu = relu(conv) [6, 8, 8]\n");
}

TEST(Dump, ShowsWhatTellsOpsApart) {
  Builder net("net", {3, 8, 8});
  ValueId x = net.add("leaky", LeakyRelu{.slope = 0.25f}, {net.input()});
  x = net.add("clip", Clip{.low = -1}, {x});
  x = net.add("hard", HardSigmoid{.alpha = 0.25f}, {x});
  x = net.add("slice", Slice{.channels = {.start = 1}, .rows = {0, 6, 2}}, {x});
  x = net.add("resize", Resize{.factor = {2, 3}}, {x});
  x = net.add("rows", ChannelsLast{.columns = 4}, {x});
  EXPECT_EQ(dump(net.finish({x})),
            "input = input() [3, 8, 8]\n"
            "leaky = leaky_relu(input) slope 0.25 [3, 8, 8]\n"
            "clip = clip(leaky) -1..6 [3, 8, 8]\n"
            "hard = hard_sigmoid(clip) 0.25 x + 0.5 [3, 8, 8]\n"
            "slice = slice(hard) 1:, :6:2, : [2, 3, 8]\n"
            "resize = resize(slice) x2x3 [2, 6, 24]\n"
            "rows = channels_last(resize) [72, 4]\n");
}

}  // namespace
}  // namespace triad::graph
