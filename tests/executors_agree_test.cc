// The CPU runtime against the integer reference, bit for bit: every layer of
// weights, shape, kernel, batch size and number of threads.

#include <filesystem>

#include "tests/agreement.h"
#include "triad/base/error.h"
#include "triad/format/reader.h"

namespace triad {
namespace {

namespace fs = std::filesystem;

graph::Conv2d random_conv(Random& random, const Shape& input) {
  graph::Conv2d op;
  const int groups[] = {1, 1, 1, 2, int(input[0])};
  op.groups = groups[random.below(5)];
  if (input[0] % op.groups != 0) op.groups = 1;
  op.outputs = op.groups * pick(random, 1, 40 / int(op.groups) + 1);
  for (std::size_t axis = 0; axis < 2; ++axis) {
    op.kernel[axis] = pick(random, 1, 4);
    op.stride[axis] = pick(random, 1, 3) % 3 + 1;
    op.dilation[axis] = pick(random, 1, 5) == 5 ? 2 : 1;
    for (const std::size_t side : {axis, axis + 2})
      op.padding[side] = pick(random, 0, 4);
    const std::int64_t reach = op.dilation[axis] * (op.kernel[axis] - 1) + 1;
    op.padding[axis] = std::max(op.padding[axis], reach - input[axis + 1]);
  }
  return op;
}

constexpr double kDensities[] = {0, 0.05, 0.5, 1};

TEST(RuntimeConvolution, AgreesOnRandomShapes) {
  Random random(11);
  for (int round = 0; round < 250; ++round) {
    const Shape input = {pick(random, 1, 20), pick(random, 1, 18),
                         pick(random, 1, 40)};
    Builder builder("test", input);
    const bool bytes_only = round % 4 != 0;
    const auto output =
        builder.conv("op", builder.input(), random_conv(random, input), false);
    Graph graph = builder.finish({output});
    for (graph::Value& value : graph.values)
      value.quantization = random_quantization(random, bytes_only);
    make_integers(
        graph, random,
        {.is_ternary = round % 3 != 0, .density = kDensities[round % 4]});
    expect_agreement(graph, random, {.batch = 1, .threads = 1 + round % 2});
    if (HasFatalFailure()) return;
  }
}

TEST(RuntimeConvolution, AgreesOnChains) {
  Random random(12);
  for (int round = 0; round < 60; ++round) {
    Builder builder(
        "test", {pick(random, 1, 9), pick(random, 3, 20), pick(random, 3, 40)});
    graph::ValueId x = builder.input();
    for (int layer = 0; layer < 3; ++layer)
      x = builder.conv("op" + std::to_string(layer), x,
                       random_conv(random, builder.shape(x)), false);
    Graph graph = builder.finish({x});
    for (graph::Value& value : graph.values)
      value.quantization = random_quantization(random, true);
    make_integers(graph, random,
                  {.is_ternary = true, .density = kDensities[1 + round % 3]});
    expect_agreement(graph, random);
    if (HasFatalFailure()) return;
  }
}

TEST(RuntimeConvolution, AgreesOnLargeLayersAndManyThreads) {
  Random random(13);
  for (const std::int64_t size : {7, 8, 14, 33})
    for (const double density : kDensities) {
      Builder builder("test", {3, size, size});
      const graph::Conv2d op{
          .outputs = 64, .kernel = {3, 3}, .padding = {1, 1, 1, 1}};
      auto x = builder.conv("a", builder.input(), op, false);
      x = builder.conv("b", x, op, false);
      Graph graph = builder.finish({x});
      for (graph::Value& value : graph.values) value.quantization = kU8;
      make_integers(graph, random, {.density = density});
      expect_agreement(graph, random, {.batch = 1, .threads = 3});
      if (HasFatalFailure()) return;
    }
}

TEST(RuntimeLinear, AgreesOnRandomSizes) {
  Random random(14);
  for (int round = 0; round < 80; ++round) {
    const int inputs = round < 40 ? pick(random, 1, 70) : 16 * round;
    Builder builder("test", {inputs, 1, 1});
    auto x = builder.add("flat", graph::Flatten{}, {builder.input()});
    x = builder.linear("hidden", x, pick(random, 1, 60), false);
    x = builder.linear("logits", x, pick(random, 1, 40), false);
    if (round % 2 == 0) x = builder.add("odds", graph::Softmax{}, {x});
    Graph graph = builder.finish({x});
    graph.values[0].quantization = graph.values[1].quantization =
        random_quantization(random, round % 5 != 0);
    graph.values[2].quantization = random_quantization(random, round % 5 != 0);
    make_integers(
        graph, random,
        {.is_ternary = round % 3 != 0, .density = kDensities[round % 4]});
    expect_agreement(graph, random, {.batch = 3, .threads = 1 + round % 3});
    if (HasFatalFailure()) return;
  }
}

// A small residual network with everything in it.
Graph residual_network(Random& random, double density) {
  Builder builder("test", {3, 23, 31});
  auto x = builder.conv("stem", builder.input(),
                        {.outputs = 16,
                         .kernel = {7, 7},
                         .stride = {2, 2},
                         .padding = {3, 3, 3, 3}},
                        false);
  x = builder.add(
      "pool",
      graph::MaxPool{
          .kernel = {3, 3}, .stride = {2, 2}, .padding = {1, 1, 1, 1}},
      {x});
  auto y = builder.conv(
      "a", x, {.outputs = 16, .kernel = {3, 3}, .padding = {1, 1, 1, 1}},
      false);
  y = builder.conv("b", y,
                   {.outputs = 16, .kernel = {3, 3}, .padding = {1, 1, 1, 1}},
                   false);
  x = builder.add("sum", graph::Add{}, {x, y});
  auto z = builder.add(
      "slice", graph::Slice{.rows = {.stride = 2}, .columns = {.stride = 2}},
      {x});
  z = builder.add("pad", graph::Pad{.channels_before = 8, .channels_after = 8},
                  {z});
  y = builder.conv("c", x,
                   {.outputs = 32,
                    .kernel = {3, 3},
                    .stride = {2, 2},
                    .padding = {1, 1, 1, 1}},
                   false);
  x = builder.add("sum2", graph::Add{}, {y, z});
  x = builder.add("average", graph::GlobalAveragePool{}, {x});
  x = builder.add("flat", graph::Flatten{}, {x});
  x = builder.add("drop", graph::Dropout{}, {x});
  x = builder.linear("fc", x, 10, false);
  Graph graph = builder.finish({x});
  for (graph::Value& value : graph.values)
    if (value.name != "fc") value.quantization = kU8;
  make_integers(graph, random, {.density = density});
  return graph;
}

TEST(RuntimeNetwork, AgreesAtAnyBatchAndThreads) {
  Random random(18);
  for (const double density : kDensities) {
    const Graph graph = residual_network(random, density);
    for (const std::int64_t batch : {1, 3, 8})
      for (const int threads : {1, 2, 3})
        expect_agreement(graph, random, {batch, threads});
  }
}

TEST(RuntimeNetwork, AgreesOnTheModelsOfTheRepository) {
  Random random(19);
  int lowered = 0;
  for (const fs::path& folder :
       {fs::path(TRIAD_GOLDEN) / "good", fs::path(TRIAD_MODELS)})
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (entry.path().extension() != ".triad") continue;
      const format::Model model = format::read_model(entry.path());
      if (!model.graph.is_lowered()) continue;
      ++lowered;
      expect_agreement(model.graph, random, {.batch = 3, .threads = 2});
      EXPECT_FALSE(HasFatalFailure()) << entry.path();
    }
  EXPECT_GE(lowered, 2);
}

TEST(RuntimeExecutor, RefusesWhatItCannotRun) {
  runtime::Executor executor;
  EXPECT_THROW(executor.run({{1, 1, 1, 1}, {}}), Error);
  Builder builder("test", {1, 2, 2});
  Graph graph = builder.finish({builder.conv("a", builder.input(), {}, false)});
  EXPECT_THROW(executor.load(graph), Error);  // not lowered
  Random random(20);
  EXPECT_THROW(
      runtime::Executor({.threads = -1}).load(residual_network(random, 1)),
      Error);
  EXPECT_THROW(runtime::Executor({.kernels = "abacus"})
                   .load(residual_network(random, 1)),
               Error);
  executor.load(residual_network(random, 1));
  EXPECT_THROW(executor.run({{1, 3, 8, 8}, {}}), Error);
}

}  // namespace
}  // namespace triad
