#pragma once
// Random networks for tests: every op, encoding and structure within some
// dozens of seeds.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "triad/base/random.h"
#include "triad/format/test_weights.h"
#include "triad/graph/builder.h"

namespace triad::format {

// Renumbers the values of a graph at random.
inline void shuffle_values(graph::Graph& graph, std::uint64_t seed) {
  const auto order = permutation(std::int64_t(graph.values.size()), seed);
  const auto renumber = [&](graph::ValueId& id) {
    id = graph::ValueId(order[std::size_t(id)]);
  };
  std::vector<graph::Value> values(graph.values.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    values[std::size_t(order[i])] = graph.values[i];
  graph.values = std::move(values);
  for (graph::Node& node : graph.nodes) {
    std::ranges::for_each(node.inputs, renumber);
    renumber(node.output);
  }
  std::ranges::for_each(graph.outputs, renumber);
}

// A float or encoded network through all ops.
inline graph::Graph random_graph(std::uint64_t seed) {
  Random random(seed);
  const auto some = [&](std::uint32_t low, std::uint32_t high) {
    return std::int64_t(low + random.below(high - low + 1));
  };
  const std::int64_t channels = 2 * some(1, 4);
  graph::Builder b("random", {channels, some(9, 14), some(9, 14)});
  const bool odd_names = random.below(2);
  auto x = b.conv(odd_names ? "first layer \xc3\xa9" : "conv", b.input(),
                  {.outputs = 2 * some(1, 9),
                   .kernel = {some(1, 3), 3},
                   .stride = {1, some(1, 2)},
                   .dilation = {some(1, 2), 1},
                   .padding = {some(0, 3), 1, 2, some(0, 1)},
                   .groups = 2},
                  random.below(2));
  x = b.add("bn", graph::BatchNorm{.epsilon = float(random.uniform(1e-6, 1))},
            {x});
  const auto left = b.add("left", graph::Relu{}, {x});
  x = b.add("leaky", graph::LeakyRelu{float(random.uniform(-1, 1))}, {x});
  auto right = b.add("right", graph::Clip{float(-some(0, 2)), 6}, {x});
  auto gate = b.add("squeeze", graph::GlobalAveragePool{}, {x});
  gate = b.add("hard", graph::HardSigmoid{0.2f, float(random.uniform(0, 1))},
               {gate});
  gate = b.add("sigmoid", graph::Sigmoid{}, {gate});
  right = b.add("scaled", graph::Mul{}, {right, gate});
  x = b.add("sum", graph::Add{}, {left, right, left});
  x = b.add("max",
            graph::MaxPool{.kernel = {2, some(1, 2)},
                           .stride = {1, 1},
                           .padding = {1, 0, some(0, 1), 0},
                           .ceil_mode = random.below(2) == 0},
            {x});
  x = b.add("average",
            graph::AveragePool{.kernel = {2, 2},
                               .stride = {some(1, 2), 1},
                               .ceil_mode = random.below(2) == 0,
                               .count_padding = random.below(2) == 0},
            {x});
  x = b.add("slice",
            graph::Slice{.channels = {some(0, 1), some(2, 99), 1},
                         .rows = {.stride = some(1, 2)},
                         .columns = {some(0, 1), graph::Range::kEnd, 2}},
            {x});
  x = b.add("resize", graph::Resize{.factor = {some(1, 2), 2}}, {x});
  const auto rows = b.add("rows", graph::ChannelsLast{b.shape(x)[0]},
                          {b.add("swish", graph::HardSwish{}, {x})});
  x = b.add("pad",
            graph::Pad{.padding = {0, some(0, 2), 1, 0},
                       .channels_before = some(0, 2),
                       .channels_after = some(0, 2)},
            {x});
  x = b.add("both", graph::Concat{}, {x, x});
  const auto pooled = b.add("global", graph::GlobalAveragePool{}, {x});
  x = b.add("flat", graph::Flatten{}, {pooled});
  x = b.linear("hidden", x, some(1, 40), random.below(2));
  x = b.add("drop", graph::Dropout{float(random.uniform(0, 0.9))}, {x});
  x = b.linear("fc", x, 3);
  x = b.add("soft", graph::Softmax{}, {x});
  graph::Graph graph = b.finish({x, pooled, rows});

  for (graph::Node& node : graph.nodes)
    for (graph::Parameter& parameter : node.parameters) {
      const Shape shape = encoding::shape(parameter.encoding);
      if (parameter.name == "running_var") continue;
      if (shape.size() > 1)
        parameter.encoding = random_weight(shape, random);
      else
        parameter.encoding = encoding::Dense{
            shape,
            encoding::share(random_floats(std::size_t(shape[0]), random))};
    }
  if (random.below(2)) graph.classes = {"plane", "car", "a bird"};
  graph.preprocessing.mean = random_floats(std::size_t(channels), random);
  if (odd_names) graph.values[2].name = "a value of another name";
  if (random.below(2)) shuffle_values(graph, seed);
  if (random.below(2)) {
    graph.subnets = {{"whole", {}}, {"half", {}}};
    for (const graph::Value& value : graph.values)
      graph.subnets[1].width.push_back((value.shape[0] + 1) / 2);
  }
  return graph;
}

}  // namespace triad::format
