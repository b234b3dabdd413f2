#pragma once
// Small lowered networks for tests, integers made by hand.

#include "triad/base/random.h"
#include "triad/format/test_weights.h"
#include "triad/graph/builder.h"
#include "triad/graph/derived_scales.h"

namespace triad::format {

// A lowered network of ops with tables and products: a Sigmoid of 16 bits, a
// Mul, a LeakyRelu of 8 bits.
inline graph::Graph lowered_functions(std::uint64_t seed) {
  Random random(seed);
  graph::Builder b("functions", {3, 8, 8});
  const auto leaky = b.add("leaky", graph::LeakyRelu{}, {b.input()});
  const auto wide = b.add("wide", graph::HardSwish{}, {leaky});
  const auto gate = b.add("gate", graph::Sigmoid{}, {wide});
  graph::Graph graph =
      b.finish({b.add("mul", graph::Mul{}, {leaky, gate}), gate});
  for (graph::Value& value : graph.values)
    value.quantization = {{.bits = 8, .scale = float(random.uniform(0.01, 1))}};
  graph.values[2].quantization->bits = 16;
  for (int i = 0; i < 3 * 256; ++i)
    graph.input_table.push_back(std::int16_t(i % 256));
  for (const auto* name : {"leaky", "wide", "gate"}) {
    graph::Node& node = *graph.find(name);
    const bool is_wide = graph.value(node.inputs[0]).quantization->bits == 16;
    node.requantization.emplace_back();
    for (int i = 0; i < (is_wide ? 1025 : 256); ++i)
      node.requantization[0].table.push_back(std::int16_t(random.below(256)));
  }
  graph.find("mul")->requantization = {{.shift = 3, .multiplier = {-77}}};
  return graph;
}

// A lowered chain: pictures of [3, 8, 8], a ternary convolution, a pool, logits
// of levels. The scales of both weights are those their integers tell.
inline graph::Graph lowered_graph(std::uint64_t seed) {
  Random random(seed);
  graph::Builder b("lowered", {3, 8, 8});
  auto x = b.conv("conv", b.input(), {.outputs = 12, .kernel = {3, 3}}, false);
  x = b.add("pool", graph::MaxPool{}, {x});
  x = b.add("flat", graph::Flatten{}, {x});
  graph::Graph graph = b.finish({b.linear("fc", x, 10, false)});
  for (graph::Value& value : graph.values)
    value.quantization = {{.bits = 8, .scale = float(random.uniform(0.01, 1))}};
  for (const std::size_t i : {2, 3})
    graph.values[i].quantization = graph.values[1].quantization;
  graph.values[4].quantization.reset();
  const bool is_signed = random.below(2);
  graph.values[0].quantization->is_signed = is_signed;
  for (int i = 0; i < 3 * 256; ++i)
    graph.input_table.push_back(std::int16_t(i % 256 - (is_signed ? 128 : 0)));

  graph::Node& conv = *graph.find("conv");
  graph::Node& fc = *graph.find("fc");
  conv.parameters[0].encoding =
      random_ternary({12, 3, 3, 3}, encoding::Structure::pe_group, 1, random);
  fc.parameters[0].encoding = random_levels({10, 108}, 8, random);
  conv.requantization = {{.shift = int(random.below(12)),
                          .bias = {},
                          .multiplier = {},
                          .logit_scale = {}}};
  fc.requantization.emplace_back();
  for (int k = 0; k < 12; ++k) {
    conv.requantization[0].bias.push_back(int(random.below(20000)) - 10000);
    conv.requantization[0].multiplier.push_back(
        std::int16_t(int(random.below(65535)) - 32767));
  }
  for (int k = 0; k < 10; ++k) {
    fc.requantization[0].bias.push_back(int(random.below(20000)) - 10000);
    fc.requantization[0].logit_scale.push_back(float(random.normal()));
  }
  std::get<encoding::Ternary>(conv.parameters[0].encoding).terms[0].scales =
      graph::derived_scales(conv, graph);
  std::get<encoding::Levels>(fc.parameters[0].encoding).scales =
      graph::derived_scales(fc, graph);
  return graph;
}

}  // namespace triad::format
