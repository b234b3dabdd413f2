#include "triad/graph/integer_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "triad/base/error.h"
#include "triad/graph/builder.h"

namespace triad::graph {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

encoding::Levels levels(Shape shape, std::int8_t code) {
  const auto size = std::size_t(element_count(shape));
  return {.shape = std::move(shape),
          .codes = encoding::share(std::vector<std::int8_t>(size, code)),
          .scales = {0.5f}};
}

// input, conv, pool, average, add, flatten, linear, softmax, lowered by hand.
Graph lowered_graph() {
  Builder net("net", {2, 4, 4});
  ValueId x = net.conv("conv", net.input(), {.outputs = 3}, false);
  x = net.add("pool", MaxPool{}, {x});
  ValueId y = net.add("average", GlobalAveragePool{}, {x});
  y = net.add("add", Add{}, {y, y});
  y = net.add("flatten", Flatten{}, {y});
  y = net.linear("linear", y, 5, false);
  Graph graph = net.finish({net.add("softmax", Softmax{}, {y})});
  for (std::size_t id = 0; id < 6; ++id)
    graph.values[id].quantization = encoding::Quantization{};
  graph.input_table.assign(512, 7);
  graph.find("conv")->find("weight")->encoding = levels({3, 2, 1, 1}, 1);
  graph.find("linear")->find("weight")->encoding = levels({5, 3}, 1);
  graph.find("conv")->requantization = {
      {.shift = 3, .bias = {1, 2, 3}, .multiplier = {4, -5, 6}}};
  graph.find("average")->requantization = {{.shift = 3, .multiplier = {9}}};
  graph.find("add")->requantization = {{.multiplier = {9, 9}}};
  graph.find("linear")->requantization = {
      {.bias = {1, 2, 3, 4, 5}, .logit_scale = {1, 2, 3, 4, 5}}};
  return graph;
}

void expect_refused(const std::function<void(Graph&)>& damage,
                    const char* because) {
  Graph graph = lowered_graph();
  ASSERT_NO_THROW(check_integer_rules(graph));
  damage(graph);
  EXPECT_THAT([&] { check_integer_rules(graph); },
              ThrowsMessage<Error>(HasSubstr(because)));
}

TEST(IntegerRules, RefuseAccumulatorsThatCouldOverflow) {
  expect_refused(
      [](Graph& g) { g.find("conv")->requantization[0].bias[1] = INT32_MAX; },
      "conv2d 'conv': expected 32-bit accumulators, filter 1");
  expect_refused(
      [](Graph& g) { g.find("linear")->requantization[0].bias[4] = INT32_MIN; },
      "'linear'");
}

TEST(IntegerRules, RefuseSumsOfTermsThatLeaveSixteenBits) {
  expect_refused(
      [](Graph& g) {
        g.find("add")->requantization[0].multiplier = {30000, 2768};
      },
      "multipliers of sum 32767");
  expect_refused(
      [](Graph& g) { g.find("add")->requantization[0].multiplier = {9}; },
      "one multiplier an input");
}

TEST(IntegerRules, RefuseWhatMovesAndChanges) {
  expect_refused([](Graph& g) { g.values[2].quantization->scale = 2; },
                 "'pool': expected equal quantization");
  expect_refused([](Graph& g) { g.values[5].quantization->is_signed = true; },
                 "'flatten'");
}

TEST(IntegerRules, RefuseAZeroPointOfSixteenBits) {
  expect_refused(
      [](Graph& g) {
        g.values[0].quantization = {.bits = 16, .zero_point = 3};
      },
      "zero point 0 of 16-bit");
}

TEST(IntegerRules, RefuseFunctionsWithoutTablesAndProductsThatOverflow) {
  Builder net("net", {2, 4, 4});
  const ValueId x = net.add("sigmoid", Sigmoid{}, {net.input()});
  Graph graph = net.finish({net.add("mul", Mul{}, {x, x})});
  for (Value& value : graph.values)
    value.quantization = encoding::Quantization{.bits = 16, .is_signed = true};
  graph.input_table.assign(512, 7);
  const auto refuses = [&](const char* because) {
    validate(graph);
    EXPECT_THAT([&] { check_integer_rules(graph); },
                ThrowsMessage<Error>(HasSubstr(because)));
  };
  refuses("'sigmoid': expected a table");
  graph.find("sigmoid")->requantization = {
      {.table = std::vector<std::int16_t>(1025, 9)}};
  refuses("'mul': expected one multiplier");
  graph.find("mul")->requantization = {{.shift = 31, .multiplier = {9}}};
  refuses("'mul': expected 32-bit products");
  graph.find("mul")->requantization[0].shift = 15;
  EXPECT_NO_THROW(check_integer_rules(graph));
}

TEST(IntegerRules, RefuseFloatGraphsAndFloatWeights) {
  EXPECT_THROW(check_integer_rules(Graph{}), Error);
  expect_refused(
      [](Graph& g) {
        g.find("conv")->find("weight")->encoding = encoding::Dense{
            {3, 2, 1, 1}, encoding::share(std::vector<float>(6, 1.0f))};
      },
      "integer codes");
}

}  // namespace
}  // namespace triad::graph
