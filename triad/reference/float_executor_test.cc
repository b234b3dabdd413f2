#include "triad/reference/float_executor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
  const auto alone = executor.run({{5, 4, 9, 8}, pictures});
  set_thread_count(3);
  EXPECT_EQ(executor.run({{5, 4, 9, 8}, pictures}).values, alone.values);
  const std::vector<std::uint8_t> last(pictures.end() - 4 * 9 * 8,
                                       pictures.end());
  const auto single = executor.run({{1, 4, 9, 8}, last}).values;
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
  EXPECT_THAT(run(one_op({1, 3, 3}, graph::StridedSlice{}),
                  {1, 2, 3, 4, 5, 6, 7, 8, 9}),
              near(1, 3, 7, 9));
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
