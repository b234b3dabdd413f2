// Speed of each convolution kernel on layers of ResNets, VGG and a linear
// layer, in multiplications of the dense layer and in those computed.
//   runtime_kernels_bench --benchmark_filter=avx512vnni

#include <benchmark/benchmark.h>

#include "triad/base/error.h"
#include "triad/base/random.h"
#include "triad/graph/builder.h"
#include "triad/runtime/executor.h"
#include "triad/runtime/kernels/table.h"

namespace triad::runtime {
namespace {

struct LayerShape {
  std::int64_t channels, size, kernel;
};
constexpr LayerShape kLayers[] = {{64, 56, 3},  {128, 28, 3}, {256, 14, 3},
                                  {512, 7, 3},  {16, 32, 3},  {32, 16, 3},
                                  {64, 8, 3},   {256, 14, 1}, {512, 7, 1},
                                  {2048, 1, 1}, {4096, 1, 1}};
constexpr int kAlivePercent[] = {100, 50, 25, 10, 5};

// A lowered network of one layer whose groups of 8 outputs x 4 inputs x 1 tap
// are alive with the given probability.
graph::Graph one_layer(const LayerShape& layer, int alive_percent) {
  Random random(1);
  graph::Builder builder("layer", {layer.channels, layer.size, layer.size});
  const std::int64_t side = layer.kernel / 2;
  const auto output = builder.conv("layer", builder.input(),
                                   {.outputs = layer.channels,
                                    .kernel = {layer.kernel, layer.kernel},
                                    .padding = {side, side, side, side}},
                                   false);
  graph::Graph graph = builder.finish({output});
  for (graph::Value& value : graph.values)
    value.quantization = encoding::Quantization{};
  for (std::int64_t i = 0; i < layer.channels * 256; ++i)
    graph.input_table.push_back(std::int16_t(i % 256));
  graph::Node& node = graph.nodes[1];
  encoding::Encoding& weight = node.find("weight")->encoding;
  const Shape shape = encoding::shape(weight);
  const encoding::PeGeometry geometry{8, 4, 1};
  const auto structure = encoding::Structure::pe_group;
  const encoding::Grouping grouping(encoding::weight_shape(shape), structure,
                                    geometry);
  std::vector<std::int8_t> codes(std::size_t(element_count(shape)));
  for (std::int64_t group = 0; group < grouping.count(); ++group)
    if (int(random.below(100)) < alive_percent)
      grouping.for_each(group, [&](std::int64_t i) {
        codes[std::size_t(i)] = std::int8_t(int(random.below(3)) - 1);
      });
  auto pattern = find_pattern(codes, grouping, structure, geometry);
  weight = encoding::Ternary{
      shape, pattern, {{encoding::share(std::move(codes)), {1.0f}}}};
  const auto outputs = std::size_t(layer.channels);
  node.requantization = {
      {.shift = 4,
       .bias = std::vector<std::int32_t>(outputs),
       .multiplier = std::vector<std::int16_t>(outputs, 1024)}};
  return graph;
}

void run_layer(benchmark::State& state, const Kernels& kernels,
               const LayerShape& layer, int alive_percent) {
  const Plan plan(one_layer(layer, alive_percent), kernels);
  Session session(plan, 1);
  const std::vector<std::uint8_t> picture(std::size_t(plan.picture_bytes()), 9);
  std::vector<float> result(std::size_t(plan.result_floats()));
  session.run(picture.data(), 1, result.data());
  std::int64_t convolution = 0;
  std::vector<std::int64_t> times(plan.steps().size());
  for (auto _ : state) {
    std::fill(times.begin(), times.end(), 0);
    session.profile(picture.data(), result.data(), times);
    convolution += times[1];
    state.SetIterationTime(double(times[1]) * 1e-9);
  }
  const Operation& operation = *plan.steps()[1].operation;
  const double seconds = double(convolution) * 1e-9;
  const double runs = double(state.iterations());
  state.counters["dense_GMAC/s"] =
      double(operation.macs()) * runs / seconds / 1e9;
  state.counters["computed_GMAC/s"] =
      double(operation.computed_macs()) * runs / seconds / 1e9;
  state.SetLabel(operation.kernel());
}

const bool registered = [] {
  for (const Kernels* kernels : all_kernels()) {
    if (!kernels->is_supported()) continue;
    for (const LayerShape& layer : kLayers)
      for (const int alive : kAlivePercent)
        benchmark::RegisterBenchmark(
            fmt::format("{}/{}x{}x{}/kernel{}/alive{}", kernels->name,
                        layer.channels, layer.size, layer.size, layer.kernel,
                        alive)
                .c_str(),
            [=](benchmark::State& state) {
              run_layer(state, *kernels, layer, alive);
            })
            ->UseManualTime();
  }
  return true;
}();

}  // namespace
}  // namespace triad::runtime
