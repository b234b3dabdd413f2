#include "triad/graph/fold_batch_norm.h"

#include <gtest/gtest.h>

#include <cmath>

#include "triad/base/error.h"
#include "triad/base/random.h"
#include "triad/encoding/levels.h"
#include "triad/encoding/ternary.h"
#include "triad/graph/builder.h"

namespace triad::graph {
namespace {

std::vector<float> random_values(std::size_t size, std::uint64_t stream,
                                 double low, double high) {
  Random random(1, stream);
  std::vector<float> values(size);
  for (float& value : values) value = float(random.uniform(low, high));
  return values;
}

void set(Node& node, std::string_view parameter, std::vector<float> values) {
  encoding::Encoding& encoding = node.find(parameter)->encoding;
  encoding = encoding::Dense{encoding::shape(encoding),
                             encoding::share(std::move(values))};
}

std::vector<float> decode(const Node& node, std::string_view parameter) {
  return encoding::decode(node.find(parameter)->encoding);
}

// conv (4 filters of 3x3x3) and norm with random parameters.
Graph conv_and_norm(bool bias) {
  Builder net("net", {3, 8, 8});
  const ValueId x =
      net.conv("conv", net.input(), {.outputs = 4, .kernel = {3, 3}}, bias);
  Graph graph = net.finish({net.add("norm", BatchNorm{}, {x})});
  Node& conv = *graph.find("conv");
  Node& norm = *graph.find("norm");
  set(conv, "weight", random_values(108, 1, -1, 1));
  if (bias) set(conv, "bias", random_values(4, 2, -1, 1));
  set(norm, "weight", random_values(4, 3, -2, 2));
  set(norm, "bias", random_values(4, 4, -1, 1));
  set(norm, "running_mean", random_values(4, 5, -1, 1));
  set(norm, "running_var", random_values(4, 6, 0.1, 2));
  return graph;
}

// Batch norm applied to the output of filter k for an input of ones.
double expected_output(const Graph& graph, std::size_t k) {
  const Node& conv = *graph.find("conv");
  const Node& norm = *graph.find("norm");
  double sum = conv.find("bias") ? decode(conv, "bias")[k] : 0.0;
  const std::vector<float> weight = decode(conv, "weight");
  for (std::size_t i = 0; i < 27; ++i) sum += weight[k * 27 + i];
  return (sum - decode(norm, "running_mean")[k]) /
             std::sqrt(decode(norm, "running_var")[k] + 1e-5) *
             decode(norm, "weight")[k] +
         decode(norm, "bias")[k];
}

void expect_same_function(const Graph& before, const Graph& after) {
  ASSERT_NO_THROW(validate(after));
  ASSERT_EQ(after.nodes.size(), 2u);
  const Node& conv = after.nodes[1];
  const std::vector<float> weight = decode(conv, "weight");
  for (std::size_t k = 0; k < 4; ++k) {
    double sum = decode(conv, "bias")[k];
    for (std::size_t i = 0; i < 27; ++i) sum += weight[k * 27 + i];
    EXPECT_NEAR(sum, expected_output(before, k), 1e-5);
  }
}

TEST(FoldBatchNorm, KeepsTheFunctionOfDenseWeights) {
  for (const bool bias : {false, true}) {
    const Graph graph = conv_and_norm(bias);
    expect_same_function(graph, fold_batch_norm(graph));
  }
}

TEST(FoldBatchNorm, KeepsTernaryCodesAndPattern) {
  Graph graph = conv_and_norm(false);
  encoding::Encoding& weight = graph.find("conv")->find("weight")->encoding;
  const encoding::Ternary before = encoding::encode_ternary(
      encoding::decode(weight), {4, 3, 3, 3}, {}, {.threshold_share = 0.3f});
  weight = before;
  const Graph folded = fold_batch_norm(graph);
  expect_same_function(graph, folded);
  const auto& after = std::get<encoding::Ternary>(
      folded.find("conv")->find("weight")->encoding);
  EXPECT_EQ(after.terms[0].codes, before.terms[0].codes);
  EXPECT_EQ(after.pattern, before.pattern);
  EXPECT_EQ(after.terms[0].scales.size(), 4u);
}

TEST(FoldBatchNorm, KeepsLevelCodes) {
  Graph graph = conv_and_norm(true);
  encoding::Encoding& weight = graph.find("conv")->find("weight")->encoding;
  const encoding::Levels before =
      encoding::encode_levels(encoding::decode(weight), {4, 3, 3, 3}, {});
  weight = before;
  const Graph folded = fold_batch_norm(graph);
  expect_same_function(graph, folded);
  EXPECT_EQ(
      std::get<encoding::Levels>(folded.find("conv")->find("weight")->encoding)
          .codes,
      before.codes);
}

TEST(FoldBatchNorm, LeavesWhatOthersRead) {
  Builder net("net", {3, 8, 8});
  const ValueId conv = net.conv("conv", net.input(), {.outputs = 3}, false);
  const ValueId norm = net.add("norm", BatchNorm{}, {conv});
  const ValueId add = net.add("add", Add{}, {conv, norm});
  const ValueId last = net.add("last", BatchNorm{}, {add});
  const Graph graph = fold_batch_norm(net.finish({last}));
  EXPECT_NE(graph.find("norm"), nullptr);
  EXPECT_NE(graph.find("last"), nullptr);
  EXPECT_EQ(graph.find("conv")->find("bias"), nullptr);
}

TEST(FoldBatchNorm, FoldsLinearAndChainsAndRenumbers) {
  Builder net("net", {3, 2, 2});
  ValueId x = net.add("flatten", Flatten{}, {net.input()});
  x = net.linear("linear", x, 4, false);
  x = net.add("first", BatchNorm{}, {x});
  x = net.add("second", BatchNorm{}, {x});
  x = net.add("relu", Relu{}, {x});
  Graph graph = net.finish({x});
  graph.subnets[0].width = {3, 12, 4, 4, 4, 2};
  graph = fold_batch_norm(std::move(graph));
  ASSERT_NO_THROW(validate(graph));
  EXPECT_EQ(dump(graph),
            "input = input() [3, 2, 2]\n"
            "flatten = flatten(input) [12]\n"
            "linear = linear(flatten) [4] dense [4, 12]\n"
            "relu = relu(second) [4]\n");
  EXPECT_EQ(graph.subnets[0].width, (std::vector<std::int64_t>{3, 12, 4, 2}));
}

TEST(FoldBatchNorm, RefusesNumbersThatOverflowAFloat) {
  Graph graph = conv_and_norm(false);
  set(*graph.find("conv"), "weight", std::vector<float>(108, 3e38f));
  set(*graph.find("norm"), "weight", std::vector<float>(4, 3e38f));
  EXPECT_THROW(fold_batch_norm(graph), Error);
}

}  // namespace
}  // namespace triad::graph
