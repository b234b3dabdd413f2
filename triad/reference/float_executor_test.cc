#include "triad/reference/float_executor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "triad/base/error.h"
#include "triad/base/parallel.h"
#include "triad/reference/test_networks.h"

namespace triad::reference {
namespace {

using graph::Builder;
using graph::Graph;
using ::testing::HasSubstr;

// A network of one op behind a [C, H, W] input whose bytes are real numbers.
Graph one_op(const Shape& input, graph::Op op) {
  Builder builder("test", input);
  const auto output = builder.add("op", std::move(op), {builder.input()});
  Graph graph = builder.finish({output});
  graph.preprocessing.deviation.assign(std::size_t(input[0]), 1.0f / 255.0f);
  return graph;
}

// Each element up to float rounding.
template <typename... Numbers>
auto near(Numbers... expected) {
  return ::testing::Pointwise(::testing::FloatNear(1e-5f),
                              std::vector<float>{float(expected)...});
}

std::vector<float> run(const Graph& graph,
                       const std::vector<std::uint8_t>& picture) {
  FloatExecutor executor;
  return run_one(executor, graph, picture);
}

// Each output pixel on its own, in double, from the definition.
std::vector<double> convolve_in_double(const graph::Conv2d& op,
                                       const std::vector<float>& x,
                                       const Shape& in,
                                       const std::vector<float>& w,
                                       const Shape& out) {
  std::vector<double> result;
  const std::int64_t per_group = in[0] / op.groups;
  for (std::int64_t k = 0; k < out[0]; ++k)
    for (std::int64_t y = 0; y < out[1]; ++y)
      for (std::int64_t i = 0; i < out[2]; ++i) {
        double sum = 0;
        for (std::int64_t tap = 0;
             tap < per_group * op.kernel[0] * op.kernel[1]; ++tap) {
          const std::int64_t s = tap % op.kernel[1];
          const std::int64_t r = tap / op.kernel[1] % op.kernel[0];
          const std::int64_t c = tap / op.kernel[1] / op.kernel[0] +
                                 k / (op.outputs / op.groups) * per_group;
          const std::int64_t row =
              y * op.stride[0] + r * op.dilation[0] - op.padding[0];
          const std::int64_t column =
              i * op.stride[1] + s * op.dilation[1] - op.padding[1];
          if (row < 0 || row >= in[1] || column < 0 || column >= in[2])
            continue;
          sum +=
              double(x[std::size_t((c * in[1] + row) * in[2] + column)]) *
              w[std::size_t(k * per_group * op.kernel[0] * op.kernel[1] + tap)];
        }
        result.push_back(sum);
      }
  return result;
}

TEST(FloatConvolution, AgreesWithItsDefinitionInDouble) {
  Random random(1);
  for (const graph::Conv2d& op : many_convolutions()) {
    Graph graph = one_op({4, 9, 8}, op);
    fill_parameters(graph, random);
    graph.find("op")->parameters.pop_back();  // the bias
    const auto picture = random_bytes(random, 4 * 9 * 8);
    const auto output = run(graph, picture);
    const auto expected = convolve_in_double(
        op, std::vector<float>(picture.begin(), picture.end()), {4, 9, 8},
        encoding::decode(graph.find("op")->find("weight")->encoding),
        graph.values.back().shape);
    ASSERT_EQ(output.size(), expected.size());
    for (std::size_t i = 0; i < output.size(); ++i)
      ASSERT_NEAR(output[i], expected[i], 2e-2);  // of sums up to 50,000
  }
}

TEST(FloatConvolution, AddsItsBiasOncePerPixel) {
  Graph graph = one_op({1, 2, 2}, graph::Conv2d{.outputs = 2});
  graph.find("op")->find("bias")->encoding =
      encoding::Dense{{2}, encoding::share(std::vector{1.5f, -2.0f})};
  EXPECT_THAT(run(graph, {9, 9, 9, 9}),
              near(1.5, 1.5, 1.5, 1.5, -2, -2, -2, -2));
}

TEST(FloatExecutor, IsTheSameForAnyThreadCountAndBatch) {
  Random random(2);
  Graph graph = one_op({4, 9, 8}, many_convolutions()[1]);
  fill_parameters(graph, random);
  const auto pictures = random_bytes(random, 5 * 4 * 9 * 8);
  FloatExecutor executor;
  executor.load(graph);
  set_thread_count(1);
  const auto alone = executor.run({{5, 4, 9, 8}, pictures})[0];
  set_thread_count(3);
  EXPECT_EQ(executor.run({{5, 4, 9, 8}, pictures})[0].values, alone.values);
  const std::vector<std::uint8_t> last(pictures.end() - 4 * 9 * 8,
                                       pictures.end());
  const auto single = executor.run({{1, 4, 9, 8}, last})[0].values;
  EXPECT_TRUE(std::equal(single.begin(), single.end(),
                         alone.values.end() - std::ptrdiff_t(single.size())));
}

TEST(FloatExecutor, PreprocessesBytesByMeanAndDeviation) {
  Graph graph = one_op({2, 1, 1}, graph::Dropout{});
  graph.preprocessing = {{0.5f, 0.0f}, {0.25f, 1.0f}};
  EXPECT_THAT(run(graph, {255, 51}), near(2, 0.2));
}

TEST(FloatExecutor, NormalisesByRunningStatistics) {
  Graph graph = one_op({1, 1, 2}, graph::BatchNorm{.epsilon = 0.25f});
  const auto set = [&](const char* name, float value) {
    graph.find("op")->find(name)->encoding =
        encoding::Dense{{1}, encoding::share(std::vector{value})};
  };
  set("running_mean", 10), set("running_var", 2), set("weight", 3),
      set("bias", 1);
  EXPECT_THAT(run(graph, {10, 13}), near(1, 7));
}

TEST(FloatPools, KnowPaddingAndCeilMode) {
  const std::vector<std::uint8_t> x = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  const Shape shape{1, 3, 3};
  EXPECT_THAT(run(one_op(shape, graph::MaxPool{}), x), near(5));
  EXPECT_THAT(run(one_op(shape, graph::MaxPool{.ceil_mode = true}), x),
              near(5, 6, 8, 9));
  EXPECT_THAT(run(one_op(shape, graph::AveragePool{.ceil_mode = true}), x),
              near(3, 4.5, 7.5, 9));
  graph::AveragePool padded{
      .kernel = {2, 2}, .stride = {2, 2}, .padding = {1, 1, 0, 0}};
  EXPECT_THAT(run(one_op(shape, padded), x), near(0.25, 1.25, 2.75, 7));
  padded.count_padding = false;
  EXPECT_THAT(run(one_op(shape, padded), x), near(1, 2.5, 5.5, 7));
  EXPECT_THAT(run(one_op(shape, graph::GlobalAveragePool{}), x), near(5));
}

TEST(FloatExecutor, MovesElementsWhereTheyBelong) {
  EXPECT_THAT(run(one_op({1, 2, 2}, graph::Pad{.padding = {1, 0, 0, 1},
                                               .channels_after = 1}),
                  {1, 2, 3, 4}),
              near(0, 0, 0, 1, 2, 0, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
  EXPECT_THAT(run(one_op({1, 3, 3}, graph::Slice{.rows = {.stride = 2},
                                                 .columns = {.stride = 2}}),
                  {1, 2, 3, 4, 5, 6, 7, 8, 9}),
              near(1, 3, 7, 9));
}

TEST(FloatExecutor, AppliesFunctionsToEachElement) {
  const auto apply = [](graph::Op op) {
    Graph graph = one_op({1, 1, 4}, std::move(op));
    graph.preprocessing.mean[0] = 4.0f / 255;  // bytes less 4
    return run(graph, {0, 3, 6, 13});          // -4, -1, 2, 9
  };
  EXPECT_THAT(apply(graph::Relu{}), near(0, 0, 2, 9));
  EXPECT_THAT(apply(graph::LeakyRelu{.slope = 0.5f}), near(-2, -0.5, 2, 9));
  EXPECT_THAT(apply(graph::Clip{.low = -2, .high = 6}), near(-2, -1, 2, 6));
  EXPECT_THAT(apply(graph::HardSigmoid{.alpha = 0.2f, .beta = 0.5f}),
              near(0, 0.3, 0.9, 1));
  EXPECT_THAT(apply(graph::HardSwish{}), near(0, -1.0 / 3, 5.0 / 3, 9));
  EXPECT_THAT(apply(graph::Sigmoid{}),
              near(0.0179862, 0.2689414, 0.8807971, 0.9998766));
}

TEST(FloatExecutor, MultipliesByFactorsOfChannels) {
  Builder builder("test", {2, 1, 3});
  const auto x = builder.input();
  const auto mean = builder.add("mean", graph::GlobalAveragePool{}, {x});
  const auto square = builder.add("square", graph::Mul{}, {x, x});
  const auto after = builder.add("after", graph::Mul{}, {x, mean});
  const auto before = builder.add("before", graph::Mul{}, {mean, x});
  Graph graph = builder.finish({square, after, before});
  graph.preprocessing.deviation.assign(2, 1.0f / 255);
  FloatExecutor executor;
  executor.load(graph);
  const std::vector<std::uint8_t> picture = {1, 2, 3, 4, 5, 9};
  const auto outputs = executor.run({{1, 2, 1, 3}, picture});
  ASSERT_EQ(outputs.size(), 3u);
  EXPECT_THAT(outputs[0].values, near(1, 4, 9, 16, 25, 81));
  EXPECT_THAT(outputs[1].values, near(2, 4, 6, 24, 30, 54));
  EXPECT_EQ(outputs[2].values, outputs[1].values);
}

// Bytes that tell every element of a [C, H, W] apart.
std::vector<std::uint8_t> numbered(const Shape& shape) {
  std::vector<std::uint8_t> bytes(std::size_t(element_count(shape)));
  std::iota(bytes.begin(), bytes.end(), std::uint8_t(0));
  return bytes;
}

TEST(FloatExecutor, SlicesAndResizesAsIndicesSay) {
  const Shape in = {4, 5, 6};
  const graph::Slice slice{{1, 4, 2}, {2, 99, 1}, {0, 5, 3}};
  const auto sliced = run(one_op(in, slice), numbered(in));
  std::vector<float> expected;
  for (const int c : {1, 3})
    for (const int y : {2, 3, 4})
      for (const int x : {0, 3}) expected.push_back(float(c * 30 + y * 6 + x));
  EXPECT_THAT(sliced,
              ::testing::Pointwise(::testing::FloatNear(1e-4f), expected));
  const auto resized =
      run(one_op(in, graph::Resize{.factor = {2, 3}}), numbered(in));
  ASSERT_EQ(resized.size(), 4u * 10 * 18);
  for (int i = 0; i < 4 * 10 * 18; ++i)
    ASSERT_NEAR(resized[std::size_t(i)],
                i / 180 * 30 + i % 180 / 18 / 2 * 6 + i % 18 / 3, 1e-4);
}

TEST(FloatExecutor, TurnsHeadsIntoRowsPixelAfterPixel) {
  const Shape in = {6, 2, 3};
  const Graph graph = one_op(in, graph::ChannelsLast{.columns = 2});
  EXPECT_EQ(graph.values.back().shape, (Shape{18, 2}));
  const auto rows = run(graph, numbered(in));
  for (int i = 0; i < 36; ++i)  // transpose to [H, W, C], then count on
    ASSERT_NEAR(rows[std::size_t(i)], i % 6 * 6 + i / 6, 1e-4);
}

TEST(FloatExecutor, GivesOddsRowByRow) {
  Builder builder("test", {2, 1, 3});
  auto x =
      builder.add("rows", graph::ChannelsLast{.columns = 2}, {builder.input()});
  const auto y = builder.add("both", graph::Concat{}, {x, x});
  x = builder.add("odds", graph::Softmax{}, {y});
  FloatExecutor executor;
  executor.load(builder.finish({x, y}));
  const std::vector<std::uint8_t> picture = {0, 255, 0, 255, 255, 0};
  const auto outputs = executor.run({{1, 2, 1, 3}, picture});
  EXPECT_EQ(outputs[0].shape, (Shape{1, 6, 2}));
  EXPECT_THAT(outputs[1].values, near(0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0));
  EXPECT_THAT(outputs[0].values,
              near(0.2689414, 0.7310586, 0.5, 0.5, 0.5, 0.5, 0.2689414,
                   0.7310586, 0.5, 0.5, 0.5, 0.5));
}

TEST(FloatExecutor, JoinsBranches) {
  Builder builder("test", {1, 1, 2});
  const auto x = builder.input();
  const auto sum = builder.add("sum", graph::Add{}, {x, x, x});
  const auto both = builder.add("both", graph::Concat{}, {sum, x});
  const auto flat = builder.add("flat", graph::Flatten{}, {both});
  const auto odds = builder.add("odds", graph::Softmax{}, {flat});
  Graph graph = builder.finish({odds});
  FloatExecutor executor;
  executor.load(graph);
  const std::vector<std::uint8_t> picture = {0, 255};
  const auto values = executor.values(picture);
  EXPECT_THAT(values[std::size_t(both)], near(0, 3, 0, 1));
  float total = 0;
  for (const float p : values[std::size_t(odds)]) total += p;
  EXPECT_FLOAT_EQ(total, 1);
  EXPECT_FLOAT_EQ(values[std::size_t(odds)][1] / values[std::size_t(odds)][3],
                  std::exp(2.0f));
}

TEST(FloatExecutor, RefusesALoweredGraph) {
  Graph graph = one_op({1, 2, 2}, graph::Dropout{});
  graph.input_table.assign(256, 0);
  FloatExecutor executor;
  try {
    executor.load(graph);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("lowered"));
  }
}

}  // namespace
}  // namespace triad::reference
