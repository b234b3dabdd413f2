#pragma once
// Small networks with random weights that have every op and every odd setting.

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "triad/base/random.h"
#include "triad/encoding/encoding.h"
#include "triad/encoding/ternary.h"
#include "triad/graph/builder.h"
#include "triad/graph/executor.h"

namespace triad::onnx {

// Fills the dense parameters so that values neither vanish nor explode, however
// deep the network.
inline void fill_parameters(graph::Graph& graph, std::uint64_t seed) {
  Random random(seed);
  for (graph::Node& node : graph.nodes)
    for (graph::Parameter& parameter : node.parameters) {
      const Shape shape = encoding::shape(parameter.encoding);
      std::vector<float> values(std::size_t(element_count(shape)));
      const double taps = double(values.size()) / double(shape[0]);
      const bool is_gain =
          node.find("running_var") != nullptr &&
          (parameter.name == "weight" || parameter.name == "running_var");
      for (float& x : values)
        x = is_gain ? float(random.uniform(0.5, 1.5))
                    : float(random.normal() * std::sqrt(2 / (taps + 1)) * 0.7);
      parameter.encoding =
          encoding::Dense{shape, encoding::share(std::move(values))};
    }
}

inline std::vector<std::uint8_t> random_pictures(const graph::Graph& graph,
                                                 std::int64_t count,
                                                 std::uint64_t seed) {
  Random random(seed);
  const Shape& shape = graph.value(graph.input()).shape;
  std::vector<std::uint8_t> bytes(std::size_t(count * element_count(shape)));
  for (auto& byte : bytes) byte = std::uint8_t(random.below(256));
  return bytes;
}

// [N, C, H, W] of `count` pictures of the graph's input.
inline Shape batch_shape(const graph::Graph& graph, std::int64_t count) {
  Shape shape = graph.value(graph.input()).shape;
  shape.insert(shape.begin(), count);
  return shape;
}

// All ops that training graphs have. `for_integers` leaves out what lowering
// refuses: a batch norm that no layer takes.
inline graph::Graph every_op(bool for_integers) {
  using namespace graph;
  Builder net("every_op", {3, 21, 19});
  ValueId x = net.conv("stem", net.input(),
                       {.outputs = 8,
                        .kernel = {3, 5},
                        .stride = {1, 2},
                        .padding = {1, 2, 0, 1}},
                       true);
  x = net.add("norm", BatchNorm{}, {x});
  x = net.add("relu6", Clip{0, 6}, {x});
  if (!for_integers) x = net.add("lone_norm", BatchNorm{}, {x});
  x = net.add("maximum", MaxPool{{3, 2}, {2, 2}, {1, 0, 0, 1}, true}, {x});
  const ValueId a = net.conv("depthwise", x,
                             {.outputs = 8,
                              .kernel = {3, 3},
                              .dilation = {2, 1},
                              .padding = {2, 1, 2, 1},
                              .groups = 8},
                             true);
  const ValueId b = net.conv(
      "grouped", x, {.outputs = 8, .kernel = {1, 1}, .groups = 4}, false);
  const ValueId sum = net.add("sum", Add{}, {a, b, x});
  const ValueId joined = net.add("joined", Concat{}, {sum, x});
  const ValueId lone = net.add("lone_relu", Relu{}, {joined});
  const ValueId slice = net.add(
      "slice", Slice{{1, 16, 2}, {.stride = 2}, {1, Range::kEnd, 1}}, {lone});
  const ValueId pad = net.add("pad", Pad{{1, 0, 0, 1}, 1, 3}, {slice});
  ValueId y = net.add(
      "average", AveragePool{{3, 2}, {2, 2}, {1, 1, 1, 0}, true, true}, {pad});
  y = net.add("real_average",
              AveragePool{{2, 2}, {1, 1}, {1, 0, 1, 1}, false, false}, {y});
  const ValueId flat = net.add("flat", Flatten{}, {y});
  const ValueId hidden = net.linear("hidden", flat, 12);
  const ValueId active = net.add("active", Relu{}, {hidden});
  const ValueId dropped = net.add("dropout", Dropout{}, {active});
  const ValueId logits = net.linear("logits", dropped, 7, false);
  Graph graph = net.finish({net.add("softmax", Softmax{}, {logits})});
  graph.preprocessing = {{0.4f, 0.5f, 0.6f}, {0.2f, 0.3f, 0.25f}};
  fill_parameters(graph, 5);
  return graph;
}

// The same with ternary weights in most layers, and gains of both signs before
// a batch norm, so that lowered filters have scales of both.
inline graph::Graph every_op_ternary() {
  graph::Graph graph = every_op(true);
  for (const std::string name : {"stem", "depthwise", "grouped", "hidden"}) {
    graph::Parameter& weight = *graph.find(name)->find("weight");
    const Shape shape = encoding::shape(weight.encoding);
    weight.encoding =
        encoding::encode_ternary(encoding::decode(weight.encoding), shape, {},
                                 {.threshold_of = encoding::ThresholdOf::mean,
                                  .threshold_share = 0.7f,
                                  .scale_per = encoding::ScalePer::filter});
  }
  graph::Parameter& gains = *graph.find("norm")->find("weight");
  std::vector<float> values = encoding::decode(gains.encoding);
  for (std::size_t i = 0; i < values.size(); i += 2) values[i] = -values[i];
  gains.encoding = encoding::Dense{encoding::shape(gains.encoding),
                                   encoding::share(std::move(values))};
  return graph;
}

// What imported detectors and mobile networks have: functions of elements,
// squeeze and excitation, features of two sizes, heads of rows, three outputs.
inline graph::Graph detector() {
  using namespace graph;
  Builder net("detector", {3, 16, 20});
  const Conv2d same{.outputs = 8, .kernel = {3, 3}, .padding = {1, 1, 1, 1}};
  const auto layer = [&](const std::string& name, ValueId x, const Op& op) {
    return net.add(name + ".act", op, {net.conv(name, x, same, true)});
  };
  ValueId x = layer("leaky", net.input(), LeakyRelu{.slope = 0.1f});
  x = layer("swish", x, HardSwish{});
  ValueId gate = net.add("squeeze", GlobalAveragePool{}, {x});
  gate = net.conv("excite", gate, {.outputs = 8}, true);
  gate = net.add("gate", HardSigmoid{}, {gate});
  x = net.add("scaled", Mul{}, {x, gate});
  ValueId y = net.conv("silu", x, same, true);
  y = net.add("silu.act", Mul{}, {y, net.add("silu.gate", Sigmoid{}, {y})});
  y = net.add("clipped", Clip{-1, 2}, {y});
  const ValueId half = net.add("half", MaxPool{}, {y});
  y = net.add("doubled", Resize{}, {layer("deep", half, Relu{})});
  x = net.add("joined", Concat{}, {x, y});
  x = net.add("last", Slice{.channels = {2, 14, 1}, .rows = {1, 15, 1}}, {x});
  std::vector<ValueId> odds, boxes;
  for (const ValueId features : {x, half}) {
    const std::string name = net.shape(features)[1] > 8 ? "large" : "small";
    const auto head = [&](const std::string& kind, std::int64_t columns) {
      const ValueId maps =
          net.conv(name + "." + kind, features, {.outputs = 2 * columns}, true);
      return net.add(name + "." + kind + ".rows", ChannelsLast{columns},
                     {maps});
    };
    odds.push_back(head("odds", 3));
    boxes.push_back(head("boxes", 4));
  }
  const ValueId logits = net.add("logits", Concat{}, odds);
  const ValueId places = net.add("places", Concat{}, boxes);
  Graph graph = net.finish({net.add("odds", Softmax{}, {logits}), places,
                            net.add("inside", Sigmoid{}, {places})});
  graph.preprocessing = {{0.4f, 0.5f, 0.6f}, {0.2f, 0.3f, 0.25f}};
  fill_parameters(graph, 6);
  return graph;
}

}  // namespace triad::onnx
