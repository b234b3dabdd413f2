#include "triad/reference/integer_executor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "triad/base/error.h"
#include "triad/reference/test_networks.h"

namespace triad::reference {
namespace {

using encoding::Quantization;
using graph::Builder;
using graph::Graph;
using graph::Node;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr Quantization kU8{8, false, 0.5f, 0};
constexpr Quantization kU8Centred{8, false, 0.5f, 114};
constexpr Quantization kS8{8, true, 0.25f, 0};
constexpr Quantization kS16{16, true, 0.001f, 0};
constexpr Quantization kU16{16, false, 0.001f, 0};

// An input table of random integers of `input`.
std::vector<std::int16_t> random_table(Random& random, std::int64_t channels,
                                       const Quantization& input) {
  std::vector<std::int16_t> table;
  const int range = input.bits == 8 ? 256 : 2048;
  for (std::int64_t i = 0; i < channels * 256; ++i)
    table.push_back(std::int16_t(
        std::clamp<int>(input.lowest() / (input.bits == 8 ? 1 : 32) +
                            int(random.below(std::uint32_t(range))),
                        input.lowest(), input.highest())));
  return table;
}

// Real arithmetic with floor: the primitive once more, in double.
std::int32_t requantise_in_double(double accumulator, int shift, int multiplier,
                                  const Quantization& to) {
  double term =
      std::floor(accumulator / std::exp2(shift) + (shift > 0 ? 0.5 : 0.0));
  term = std::clamp(term, -32768.0, 32767.0);
  const double high = std::floor((term * multiplier + 16384) / 32768);
  return std::int32_t(std::clamp(high + to.zero_point, double(to.lowest()),
                                 double(to.highest())));
}

encoding::Encoding random_weight(Random& random, const Shape& shape,
                                 bool ternary) {
  std::vector<std::int8_t> codes(std::size_t(element_count(shape)));
  for (auto& code : codes)
    code =
        std::int8_t(int(random.below(ternary ? 3 : 255)) - (ternary ? 1 : 127));
  if (!ternary)
    return encoding::Levels{
        shape, 8, encoding::share(std::move(codes)), {1.0f}};
  // Groups of one filter and two channels, a third dead.
  const encoding::PeGeometry geometry{
      1, int(std::min<std::int64_t>(shape[1], 2)), 1};
  const auto structure = encoding::Structure::pe_group;
  const encoding::Grouping grouping(encoding::weight_shape(shape), structure,
                                    geometry);
  for (std::int64_t group = 0; group < grouping.count(); group += 3)
    grouping.for_each(group,
                      [&](std::int64_t i) { codes[std::size_t(i)] = 0; });
  auto pattern = find_pattern(codes, grouping, structure, geometry);
  return encoding::Ternary{
      shape, pattern, {{encoding::share(std::move(codes)), {1.0f}}}};
}

// A lowered convolution with random codes, biases and multipliers of any sign.
Graph random_convolution(Random& random, const graph::Conv2d& op,
                         const Quantization& from, const Quantization& to,
                         bool ternary) {
  Builder builder("test", {4, 9, 8});
  const auto output = builder.conv("op", builder.input(), op, false);
  Graph graph = builder.finish({output});
  graph.values[0].quantization = from;
  graph.values[1].quantization = to;
  graph.input_table = random_table(random, 4, from);
  Node& node = graph.nodes[1];
  graph::Parameter& weight = *node.find("weight");
  weight.encoding =
      random_weight(random, encoding::shape(weight.encoding), ternary);
  graph::Requantization integers{.shift =
                                     int(random.below(4)) + (ternary ? 0 : 6)};
  for (std::int64_t k = 0; k < op.outputs; ++k) {
    integers.bias.push_back(std::int32_t(random.below(4000)) - 2000);
    integers.multiplier.push_back(
        std::int16_t(int(random.below(65535)) - 32767));
  }
  node.requantization = {integers};
  validate(graph);
  return graph;
}

// One output element from the definition, padding included, in 64 bits.
std::int64_t literal_sum(const Graph& graph, const graph::Conv2d& op,
                         const std::vector<std::int16_t>& q,
                         const std::array<std::int64_t, 3>& at) {
  const auto [k, y, x] = at;
  const Shape& in = graph.values[0].shape;
  const auto weight =
      encoding::decode(graph.nodes[1].find("weight")->encoding);  // scale 1
  const std::int64_t inputs = in[0] / op.groups;
  const std::int64_t group = k / (op.outputs / op.groups);
  std::int64_t sum = graph.nodes[1].requantization[0].bias[std::size_t(k)];
  for (std::int64_t row = 0; row < in[1]; ++row)
    for (std::int64_t column = 0; column < in[2]; ++column) {
      // Which tap of the filter, if any, meets this pixel?
      const std::int64_t r = row + op.padding[0] - y * op.stride[0];
      const std::int64_t s = column + op.padding[1] - x * op.stride[1];
      if (r < 0 || s < 0 || r % op.dilation[0] || s % op.dilation[1] ||
          r / op.dilation[0] >= op.kernel[0] ||
          s / op.dilation[1] >= op.kernel[1])
        continue;
      for (std::int64_t c = 0; c < inputs; ++c) {
        const std::int64_t tap =
            ((k * inputs + c) * op.kernel[0] + r / op.dilation[0]) *
                op.kernel[1] +
            s / op.dilation[1];
        const std::int64_t pixel =
            ((group * inputs + c) * in[1] + row) * in[2] + column;
        sum +=
            std::int64_t(weight[std::size_t(tap)]) *
            (q[std::size_t(pixel)] - graph.values[0].quantization->zero_point);
      }
    }
  return sum;
}

void expect_literal(const Graph& graph, const graph::Conv2d& op,
                    const std::vector<std::uint8_t>& picture) {
  IntegerExecutor executor;
  executor.load(graph);
  const auto values = executor.values(picture);
  const Shape& out = graph.values[1].shape;
  const graph::Requantization& integers = graph.nodes[1].requantization[0];
  std::size_t i = 0;
  for (std::int64_t k = 0; k < out[0]; ++k)
    for (std::int64_t y = 0; y < out[1]; ++y)
      for (std::int64_t x = 0; x < out[2]; ++x, ++i)
        ASSERT_EQ(
            values[1].integers[i],
            requantise_in_double(
                double(literal_sum(graph, op, values[0].integers, {k, y, x})),
                integers.shift, integers.multiplier[std::size_t(k)],
                *graph.values[1].quantization))
            << k << ' ' << y << ' ' << x;
}

TEST(IntegerConvolution, EqualsItsDefinitionBitForBit) {
  Random random(3);
  const std::vector<Quantization> inputs = {kU8, kU8Centred, kS8, kS16};
  const std::vector<Quantization> outputs = {kU8, kU8Centred, kS8, kU16, kS16};
  int round = 0;
  for (const graph::Conv2d& op : many_convolutions())
    for (const Quantization& from : inputs)
      for (const bool ternary : {true, false}) {
        const Quantization& to = outputs[std::size_t(round++ % 5)];
        const Graph graph = random_convolution(random, op, from, to, ternary);
        expect_literal(graph, op, random_bytes(random, 4 * 9 * 8));
      }
}

// A lowered network around one op without weights.
Graph one_op(const Shape& shape, graph::Op op, const Quantization& from,
             const Quantization& to, std::vector<std::int16_t> multipliers,
             int shift) {
  Builder builder("test", shape);
  const std::vector<graph::ValueId> inputs(
      std::max<std::size_t>(multipliers.size(), 1), builder.input());
  const auto output = builder.add("op", std::move(op), inputs);
  Graph graph = builder.finish({output});
  graph.values[0].quantization = from;
  graph.values[1].quantization = to;
  for (std::int64_t c = 0; c < shape[0]; ++c)
    for (int byte = 0; byte < 256; ++byte)
      graph.input_table.push_back(std::int16_t(byte + from.lowest()));
  if (!multipliers.empty())
    graph.nodes[1].requantization = {
        {.shift = shift, .multiplier = std::move(multipliers)}};
  validate(graph);
  return graph;
}

std::vector<std::int16_t> integers(const Graph& graph,
                                   const std::vector<std::uint8_t>& picture) {
  IntegerExecutor executor;
  executor.load(graph);
  return executor.values(picture).back().integers;
}

TEST(IntegerAdd, AddsAlignedTerms) {
  // Multiplier 8192 at shift 6: 2^-15 * 2^7 * 8192 / 2^6 = 1/2 of each input.
  const Graph graph =
      one_op({1, 1, 4}, graph::Add{}, kU8, kS8, {8192, 8192}, 6);
  EXPECT_THAT(integers(graph, {0, 1, 127, 255}), ElementsAre(0, 1, 127, 127));
}

TEST(IntegerAdd, TakesNegativeMultipliersAndZeroPoints) {
  const Graph graph = one_op({1, 1, 3}, graph::Add{}, kU8Centred, kU8Centred,
                             {-16384, 8192}, 6);
  // real: -d + d / 2 around 114
  EXPECT_THAT(integers(graph, {114, 116, 110}), ElementsAre(114, 113, 116));
}

TEST(IntegerConcat, BringsInputsToOneScale) {
  const Graph graph =
      one_op({1, 1, 2}, graph::Concat{}, kU8, kU8, {16384, 4096}, 6);
  EXPECT_THAT(integers(graph, {200, 6}), ElementsAre(200, 6, 50, 2));
}

TEST(IntegerPools, AverageInUnitsOfTheCommonDivisor) {
  graph::AveragePool op{
      .kernel = {2, 2}, .stride = {2, 2}, .padding = {1, 1, 0, 0}};
  op.count_padding = false;  // windows of 1, 2, 2 and 4 pixels: sums times 4/n
  const Graph graph = one_op({1, 3, 3}, op, kU8, kU8, {8192}, 0);
  EXPECT_THAT(integers(graph, {1, 2, 3, 4, 5, 6, 7, 8, 9}),
              ElementsAre(1, 3, 6, 7));
}

TEST(IntegerPools, TakeTheMaximumOfSignedValues) {
  const Graph graph = one_op({1, 2, 2}, graph::MaxPool{}, kS8, kS8, {}, 0);
  EXPECT_THAT(integers(graph, {0, 1, 3, 2}), ElementsAre(-125));
}

TEST(IntegerPad, FillsWithTheZeroPoint) {
  const Graph graph = one_op({1, 1, 1}, graph::Pad{.padding = {0, 1, 0, 1}},
                             kU8Centred, kU8Centred, {}, 0);
  EXPECT_THAT(integers(graph, {7}), ElementsAre(114, 7, 114));
}

TEST(IntegerRelu, CutsAtTheZeroPoint) {
  const Graph graph = one_op({1, 1, 3}, graph::Relu{}, kS8, kU8, {16384}, 6);
  EXPECT_THAT(integers(graph, {0, 128, 255}), ElementsAre(0, 0, 127));
}

// Two pixels through a Linear that gives logits, then a softmax.
Graph classifier() {
  Builder builder("test", {1, 1, 2});
  const auto flat = builder.add("flat", graph::Flatten{}, {builder.input()});
  const auto logits = builder.linear("fc", flat, 2, false);
  const auto odds = builder.add("odds", graph::Softmax{}, {logits});
  Graph graph = builder.finish({odds, logits});
  graph.values[0].quantization = graph.values[1].quantization = kU8;
  for (int byte = 0; byte < 256; ++byte)
    graph.input_table.push_back(std::int16_t(byte));
  Node& node = *graph.find("fc");
  node.find("weight")->encoding =
      encoding::Levels{{2, 2},
                       8,
                       encoding::share(std::vector<std::int8_t>{1, -1, 127, 0}),
                       {1.0f}};
  node.requantization = {{.bias = {3, -2}, .logit_scale = {0.5f, 0.01f}}};
  return graph;
}

TEST(IntegerLogits, AreAccumulatorsTimesTheirScale) {
  IntegerExecutor executor;
  executor.load(classifier());
  const std::vector<std::uint8_t> picture = {10, 4};
  const auto values = executor.values(picture);
  EXPECT_THAT(values[2].reals, ElementsAre(4.5f, 0.01f * 1268.0f));
  EXPECT_FLOAT_EQ(values[3].reals[0] + values[3].reals[1], 1.0f);
  EXPECT_EQ(executor.run({{1, 1, 1, 2}, picture})[0].values, values[3].reals);
}

void expect_refused(const Graph& graph, const char* why) {
  IntegerExecutor executor;
  try {
    executor.load(graph);
    FAIL() << "expected: " << why;
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr(why));
  }
}

TEST(IntegerExecutor, RefusesWhatBreaksTheRules) {
  Graph graph = classifier();
  graph.find("fc")->requantization[0].bias[1] = INT32_MAX - 300;
  expect_refused(graph, "linear 'fc': expected 32-bit accumulators, filter 1");
  graph = classifier();
  graph.values[1].quantization = kS8;
  expect_refused(graph, "flatten 'flat': expected equal quantization");
  graph = classifier();
  graph.values[0].quantization = graph.values[1].quantization =
      Quantization{16, true, 1.0f, 5};
  expect_refused(graph, "zero point 0 of 16-bit values");
  expect_refused(one_op({1, 1, 2}, graph::Add{}, kU8, kU8, {20000, 20000}, 0),
                 "sum 32767 at most, got 40000");
  Graph unlowered = classifier();
  unlowered.input_table.clear();
  expect_refused(unlowered, "expected a lowered graph");
}

}  // namespace
}  // namespace triad::reference
