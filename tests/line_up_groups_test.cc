// Lining groups up keeps every output and brings together what pruning in
// another geometry has scattered.

#include "triad/quantise/line_up_groups.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/random_networks.h"
#include "triad/base/error.h"
#include "triad/format/reader.h"
#include "triad/reference/integer_executor.h"

namespace triad {
namespace {

constexpr encoding::PeGeometry kCpu{8, 4, 1};

void expect_same_outputs(const Graph& graph, const Graph& other,
                         Random& random) {
  Shape shape = graph.value(graph.input()).shape;
  const auto pictures = random_pictures(random, 3 * element_count(shape));
  shape.insert(shape.begin(), 3);
  reference::IntegerExecutor first, second;
  first.load(graph);
  second.load(other);
  EXPECT_EQ(first.run({shape, pictures})[0].values,
            second.run({shape, pictures})[0].values);
}

// Two residual blocks, a depthwise layer, a flattened picture.
Graph network(Random& random) {
  Builder builder("test", {3, 8, 8});
  const auto conv = [&](std::string name, graph::ValueId x, int outputs) {
    return builder.conv(
        std::move(name), x,
        {.outputs = outputs, .kernel = {3, 3}, .padding = {1, 1, 1, 1}}, false);
  };
  auto x = conv("stem", builder.input(), 64);
  for (const char* block : {"a", "b"}) {
    auto y = conv(std::string(block) + ".conv1", x, 64);
    y = builder.add(std::string(block) + ".relu", graph::Relu{}, {y});
    y = conv(std::string(block) + ".conv2", y, 64);
    x = builder.add(std::string(block) + ".add", graph::Add{}, {x, y});
  }
  x = builder.conv(
      "depthwise", x,
      {.outputs = 64, .kernel = {3, 3}, .padding = {1, 1, 1, 1}, .groups = 64},
      false);
  x = builder.add("pool", graph::MaxPool{}, {x});
  x = builder.add("flat", graph::Flatten{}, {x});
  x = builder.linear("hidden", x, 40, false);
  x = builder.linear("logits", x, 10, false);
  Graph graph = builder.finish({x});
  for (graph::Value& value : graph.values)
    if (value.name != "logits") value.quantization = kU8;
  make_integers(graph, random, {});
  return graph;
}

// Zeros half of the groups of one output x 16 inputs x all taps.
void prune_for_fpga(graph::Node& node, Random& random) {
  auto& weight = std::get<encoding::Ternary>(node.find("weight")->encoding);
  const auto shape = encoding::weight_shape(weight.shape);
  if (shape.inputs < 16) return;
  const encoding::PeGeometry geometry{1, 16, 0};
  const auto structure = encoding::Structure::pe_group;
  const encoding::Grouping grouping(shape, structure, geometry);
  auto codes = *weight.terms[0].codes;
  for (std::int64_t group = 0; group < grouping.count(); ++group)
    if (random.below(2) == 0)
      grouping.for_each(group,
                        [&](std::int64_t i) { codes[std::size_t(i)] = 0; });
  weight.pattern = find_pattern(codes, grouping, structure, geometry);
  weight.terms[0].codes = encoding::share(std::move(codes));
}

double living_share(const Graph& graph, std::string_view node) {
  const auto& weight =
      std::get<encoding::Ternary>(graph.find(node)->find("weight")->encoding);
  return double(std::ranges::count(weight.pattern.alive, 1)) /
         double(weight.pattern.alive.size());
}

TEST(LineUpGroups, KeepsOutputsAndGathersWhatIsAlive) {
  Random random(21);
  Graph graph = network(random);
  for (graph::Node& node : graph.nodes)
    if (node.find("weight")) prune_for_fpga(node, random);
  validate(graph);
  const auto lined_up = quantise::line_up_groups(graph, kCpu);
  // Eight random outputs leave next to nothing dead: 1 - 2^-8 lives. Those of
  // one of the 16 patterns that four groups of inputs allow leave about half.
  EXPECT_GT(lined_up.living_before, 0.95 * double(lined_up.groups));
  EXPECT_LT(lined_up.living_after, lined_up.living_before);
  EXPECT_LT(living_share(lined_up.graph, "a.conv1"), 0.7);
  EXPECT_LT(living_share(lined_up.graph, "b.conv1"), 0.7);
  expect_same_outputs(graph, lined_up.graph, random);
}

TEST(LineUpGroups, NeverLosesWhatIsLinedUpAlready) {
  Random random(22);
  Graph graph = network(random);
  graph.input_table.clear();
  make_integers(graph, random, {.density = 0.3});
  const auto lined_up = quantise::line_up_groups(graph, kCpu);
  EXPECT_LE(lined_up.living_after, lined_up.living_before);
  expect_same_outputs(graph, lined_up.graph, random);
}

TEST(LineUpGroups, KeepsTheOutputsOfTheModelsOfTheRepository) {
  Random random(23);
  int models = 0;
  for (const auto& entry : std::filesystem::directory_iterator(TRIAD_MODELS)) {
    if (entry.path().extension() != ".triad") continue;
    const Graph graph = format::read_model(entry.path()).graph;
    const auto lined_up = quantise::line_up_groups(graph, kCpu);
    EXPECT_LE(lined_up.living_after, lined_up.living_before);
    expect_same_outputs(graph, lined_up.graph, random);
    ++models;
  }
  EXPECT_GT(models, 0);
}

TEST(LineUpGroups, RefusesFloatsAndEmptyGroups) {
  Random random(24);
  Builder builder("floats", {3, 8, 8});
  EXPECT_THROW(
      quantise::line_up_groups(builder.finish({builder.input()}), kCpu), Error);
  EXPECT_THROW(quantise::line_up_groups(network(random), {0, 4, 1}), Error);
}

}  // namespace
}  // namespace triad
