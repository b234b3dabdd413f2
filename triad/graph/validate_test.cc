#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "triad/base/error.h"
#include "triad/graph/builder.h"
#include "triad/graph/executor.h"

namespace triad::graph {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

encoding::Dense zeros(Shape shape) {
  const auto size = std::size_t(element_count(shape));
  return {std::move(shape), encoding::share(std::vector<float>(size))};
}

encoding::Levels levels(Shape shape) {
  const auto size = std::size_t(element_count(shape));
  return {.shape = std::move(shape),
          .codes = encoding::share(std::vector<std::int8_t>(size, 1)),
          .scales = {0.5f}};
}

// input, conv, norm, relu, add, flatten, linear; values numbered likewise.
Graph float_graph() {
  Builder net("net", {2, 4, 4});
  const ValueId x = net.conv("conv", net.input(), {.outputs = 3}, true);
  ValueId y = net.add("norm", BatchNorm{}, {x});
  y = net.add("relu", Relu{}, {y});
  y = net.add("add", Add{}, {x, y});
  y = net.add("flatten", Flatten{}, {y});
  return net.finish({net.linear("linear", y, 5)});
}

// input, conv, add, flatten, linear, softmax, lowered by hand.
Graph lowered_graph() {
  Builder net("net", {2, 4, 4});
  const ValueId x = net.conv("conv", net.input(), {.outputs = 3}, false);
  ValueId y = net.add("add", Add{}, {x, x});
  y = net.add("flatten", Flatten{}, {y});
  y = net.linear("linear", y, 5, false);
  Graph graph = net.finish({net.add("softmax", Softmax{}, {y})});
  for (const ValueId id : {0, 1, 2, 3})
    graph.values[std::size_t(id)].quantization = encoding::Quantization{};
  graph.input_table.assign(512, 7);
  graph.find("conv")->find("weight")->encoding = levels({3, 2, 1, 1});
  graph.find("linear")->find("weight")->encoding = levels({5, 48});
  graph.find("conv")->requantization = {
      {.shift = 3, .bias = {1, 2, 3}, .multiplier = {4, -5, 6}}};
  graph.find("add")->requantization = {{.multiplier = {9, 9}}};
  graph.find("linear")->requantization = {
      {.bias = {1, 2, 3, 4, 5}, .logit_scale = {1, 2, 3, 4, 5}}};
  return graph;
}

using Make = Graph (*)();
using Damage = std::function<void(Graph&)>;

void expect_refused(Make make, const Damage& damage, const char* because) {
  Graph graph = make();
  ASSERT_NO_THROW(validate(graph));
  damage(graph);
  EXPECT_THAT([&] { validate(graph); },
              ThrowsMessage<Error>(HasSubstr(because)));
}

TEST(Validate, AcceptsWhatTheBuilderMakes) {
  EXPECT_NO_THROW(validate(float_graph()));
  EXPECT_NO_THROW(validate(lowered_graph()));
}

TEST(Validate, RefusesAnEmptyGraph) {
  EXPECT_THROW(validate(Graph{}), Error);
  EXPECT_THROW(validate(Graph{.name = "net"}), Error);
}

TEST(Validate, RefusesIdsOutOfRangeOrOrder) {
  const auto broken = [](const Damage& damage, const char* because) {
    expect_refused(float_graph, damage, because);
  };
  broken([](Graph& g) { g.nodes[1].inputs = {99}; }, "'conv'");
  broken([](Graph& g) { g.nodes[1].inputs = {-1}; }, "'conv'");
  broken([](Graph& g) { g.nodes[1].output = 99; }, "'conv'");
  broken([](Graph& g) { g.nodes[1].output = -1; }, "'conv'");
  broken([](Graph& g) { g.nodes[2].output = 1; }, "output of its own");
  broken([](Graph& g) { g.nodes[1].inputs = {1}; }, "earlier nodes");
  broken([](Graph& g) { std::swap(g.nodes[1], g.nodes[2]); }, "earlier nodes");
  broken([](Graph& g) { g.nodes.erase(g.nodes.begin()); }, "input");
  broken([](Graph& g) { g.nodes[3].op = Input{}; }, "only one input");
  broken([](Graph& g) { g.nodes[0].inputs = {0}; }, "'input'");
  broken([](Graph& g) { g.values.push_back(g.values[0]); }, "one value a node");
  broken([](Graph& g) { g.outputs = {99}; }, "value 99");
  broken([](Graph& g) { g.outputs.clear(); }, "output");
}

TEST(Validate, RefusesBadNames) {
  const auto broken = [](const Damage& damage, const char* because) {
    expect_refused(float_graph, damage, because);
  };
  broken([](Graph& g) { g.nodes[2].name = "conv"; }, "no other node has");
  broken([](Graph& g) { g.nodes[2].name = ""; }, "batch_norm");
  broken([](Graph& g) { g.nodes[2].name = "two\nlines"; }, "printable");
  broken([](Graph& g) { g.values[2].name = std::string(999, 'x'); }, "256");
  broken([](Graph& g) { g.classes = {"cat"}; }, "5 class names");
}

TEST(Validate, RefusesShapesThatAreNotTheInferredOnes) {
  const auto broken = [](const Damage& damage, const char* because) {
    expect_refused(float_graph, damage, because);
  };
  broken([](Graph& g) { g.values[1].shape = {3, 4, 5}; }, "[3, 4, 4]");
  broken([](Graph& g) { g.values[0].shape = {2, 4}; }, "[C, H, W]");
  broken([](Graph& g) { g.values[0].shape = {2, 4, -4}; }, "positive");
  broken([](Graph& g) { g.values[6].shape = {}; }, "[5]");
  broken([](Graph& g) { std::get<Conv2d>(g.nodes[1].op).outputs = 4; },
         "output [4, 4, 4]");
}

TEST(Validate, RefusesWrongParameters) {
  const auto broken = [](const Damage& damage, const char* because) {
    expect_refused(float_graph, damage, because);
  };
  broken([](Graph& g) { g.nodes[1].parameters.clear(); }, "parameter weight");
  broken([](Graph& g) { g.nodes[2].parameters.pop_back(); }, "running_var");
  broken(
      [](Graph& g) {
        g.nodes[3].parameters = {{"slope", zeros({1})}};
      },
      "own names");
  broken([](Graph& g) { g.nodes[1].parameters[1].name = "weight"; },
         "own names");
  broken(
      [](Graph& g) {
        g.nodes[1].parameters[0].encoding = zeros({3, 2});
      },
      "[3, 2, 1, 1]");
  broken([](Graph& g) { g.nodes[1].parameters[1].encoding = levels({3}); },
         "bias dense");
  broken(
      [](Graph& g) {
        g.nodes[1].parameters[0].encoding =
            encoding::Dense{{3, 2, 1, 1}, nullptr};
      },
      "conv.weight");
  broken(
      [](Graph& g) {
        const float nan = std::numeric_limits<float>::quiet_NaN();
        g.nodes[1].parameters[1].encoding =
            encoding::Dense{{3}, encoding::share(std::vector(3, nan))};
      },
      "conv.bias");
  broken(
      [](Graph& g) {
        g.nodes[2].find("running_var")->encoding =
            encoding::Dense{{3}, encoding::share(std::vector(3, -1.0f))};
      },
      "not negative");
}

TEST(Validate, RefusesBadPreprocessingAndSubnets) {
  const auto broken = [](const Damage& damage, const char* because) {
    expect_refused(float_graph, damage, because);
  };
  broken([](Graph& g) { g.preprocessing.mean.pop_back(); }, "2 channels");
  broken([](Graph& g) { g.preprocessing.deviation[1] = 0; }, "deviations > 0");
  broken([](Graph& g) { g.preprocessing.mean[0] = INFINITY; }, "finite");
  broken([](Graph& g) { g.subnets.clear(); }, "subnet");
  broken([](Graph& g) { g.subnets[0].width = {1}; }, "7 widths");
  broken([](Graph& g) { g.subnets[0].width.assign(7, 4); }, "in 1..2");
}

TEST(Validate, RefusesBadIntegers) {
  const auto broken = [](const Damage& damage, const char* because) {
    expect_refused(lowered_graph, damage, because);
  };
  broken([](Graph& g) { g.values[1].quantization->bits = 7; }, "8 or 16");
  broken([](Graph& g) { g.values[1].quantization->scale = 0; }, "scale > 0");
  broken([](Graph& g) { g.values[1].quantization->scale = NAN; }, "scale > 0");
  broken([](Graph& g) { g.values[1].quantization->zero_point = 256; },
         "zero point");
  broken([](Graph& g) { g.values[1].quantization.reset(); }, "'conv'");
  broken([](Graph& g) { g.values[0].quantization.reset(); }, "'conv'");
  broken([](Graph& g) { g.values[5].quantization.emplace(); }, "'softmax'");
  broken([](Graph& g) { g.input_table.pop_back(); }, "input table of 512");
  broken([](Graph& g) { g.input_table[3] = 256; }, "0..255");
  broken([](Graph& g) { g.input_table.clear(); }, "without input table");
  broken(
      [](Graph& g) {
        g.find("conv")->find("weight")->encoding = zeros({3, 2, 1, 1});
      },
      "integer codes");
}

TEST(Validate, RefusesBadRequantization) {
  const auto broken = [](const char* node,
                         const std::function<void(Requantization&)>& damage,
                         const char* because) {
    expect_refused(
        lowered_graph,
        [&](Graph& g) { damage(g.find(node)->requantization[0]); }, because);
  };
  broken(
      "conv", [](auto& r) { r.shift = 32; }, "0..31");
  broken(
      "conv", [](auto& r) { r.shift = -1; }, "0..31");
  broken(
      "conv", [](auto& r) { r.bias.pop_back(); }, "3 requantization biases");
  broken(
      "conv", [](auto& r) { r.multiplier.pop_back(); }, "multipliers");
  broken(
      "conv", [](auto& r) { r.multiplier[0] = INT16_MIN; }, "-32768");
  broken(
      "conv", [](auto& r) { r.logit_scale = {1}; }, "logit scales");
  broken(
      "add", [](auto& r) { r.multiplier = {1}; }, "2 requantization");
  broken(
      "add", [](auto& r) { r.bias = {1}; }, "biases");
  broken(
      "linear", [](auto& r) { r.logit_scale.pop_back(); }, "logit scales");
  broken(
      "linear", [](auto& r) { r.logit_scale[0] = INFINITY; }, "finite");
  expect_refused(
      lowered_graph, [](Graph& g) { g.find("conv")->requantization.clear(); },
      "1 subnets");
  expect_refused(
      lowered_graph,
      [](Graph& g) { g.find("softmax")->requantization.resize(1); }, "floats");
}

// input, sigmoid, mul by it, softmax over rows, lowered by hand.
Graph lowered_functions() {
  Builder net("net", {2, 4, 4});
  const ValueId x = net.add("sigmoid", Sigmoid{}, {net.input()});
  const ValueId y = net.add("mul", Mul{}, {net.input(), x});
  const ValueId z = net.add("rows", ChannelsLast{2}, {y});
  Graph graph = net.finish({net.add("softmax", Softmax{}, {z}), x});
  for (const ValueId id : {0, 1, 2, 3})
    graph.values[std::size_t(id)].quantization = encoding::Quantization{};
  graph.input_table.assign(512, 7);
  graph.find("sigmoid")->requantization = {
      {.table = std::vector<std::int16_t>(256, 9)}};
  graph.find("mul")->requantization = {{.shift = 1, .multiplier = {9}}};
  return graph;
}

TEST(Validate, RefusesBadTables) {
  const auto broken = [](const Damage& damage, const char* because) {
    expect_refused(lowered_functions, damage, because);
  };
  broken(
      [](Graph& g) { g.find("sigmoid")->requantization[0].table.pop_back(); },
      "256 requantization entries, got 255");
  broken([](Graph& g) { g.find("sigmoid")->requantization[0].table[3] = 256; },
         "entries in 0..255, got 256");
  broken(
      [](Graph& g) { g.find("sigmoid")->requantization[0].multiplier = {1}; },
      "0 requantization multipliers");
  broken([](Graph& g) { g.find("mul")->requantization[0].table = {1}; },
         "0 requantization entries");
  broken(
      [](Graph& g) {
        g.find("mul")->requantization[0].multiplier = {1, 2};
      },
      "1 requantization multipliers");
  broken([](Graph& g) { g.values[0].quantization->bits = 16; }, "1025");
  broken([](Graph& g) { g.values[1].quantization.reset(); }, "'sigmoid'");
}

TEST(Executor, BatchMustFitTheInput) {
  const Graph graph = float_graph();
  const std::vector<std::uint8_t> bytes(64);
  const auto refuses = [&](Shape shape, std::size_t subnet) {
    EXPECT_THROW(require_runnable(graph, {shape, bytes}, subnet), Error);
  };
  EXPECT_NO_THROW(require_runnable(graph, {{2, 2, 4, 4}, bytes}, 0));
  refuses({2, 2, 4, 4}, 1);
  refuses({1, 2, 4, 4}, 0);
  refuses({2, 2, 4, 5}, 0);
  refuses({2, 4, 4}, 0);
  refuses({0, 2, 4, 4}, 0);
  refuses({}, 0);
  EXPECT_THROW(require_runnable(Graph{}, {{2, 2, 4, 4}, bytes}, 0), Error);
}

}  // namespace
}  // namespace triad::graph
