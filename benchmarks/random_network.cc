// random_network NETWORK -o model.triad: a lowered network of the zoo with
// random weights, for timing where no trained one exists. Speed depends on
// shapes and zeros alone; such a network classifies nothing.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>

#include "triad/base/error.h"
#include "triad/base/random.h"
#include "triad/encoding/ternary.h"
#include "triad/format/writer.h"
#include "triad/quantise/lower.h"
#include "triad/zoo/zoo.h"

namespace {

using namespace triad;

// What the CPU's kernels skip: 8 outputs x 4 inputs x 1 tap.
constexpr encoding::PeGeometry kGroups{8, 4, 1};

// He's initialisation: values neither vanish nor explode. `share` of the
// weights are not zero.
std::vector<float> random_weights(Random& random, const Shape& shape,
                                  double share) {
  std::vector<float> weights(std::size_t(element_count(shape)));
  const double taps = double(weights.size()) / double(shape[0]) * share;
  for (float& weight : weights)
    weight = float(random.normal() * std::sqrt(2 / taps));
  return weights;
}

encoding::Encoding random_ternary(Random& random, const Shape& shape,
                                  double density) {
  encoding::Pattern pattern{encoding::Structure::pe_group, kGroups, {}};
  const auto groups = encoding::grouping_of(shape, pattern).count();
  for (std::int64_t group = 0; group < groups; ++group)
    pattern.alive.push_back(random.uniform() < density);
  return encoding::encode_ternary(random_weights(random, shape, density), shape,
                                  pattern, {});
}

bool has_weight(const graph::Node& node) {
  return std::holds_alternative<graph::Conv2d>(node.op) ||
         std::holds_alternative<graph::Linear>(node.op);
}

graph::Graph random_network(const std::string& name, double density,
                            std::uint64_t seed) {
  graph::Graph graph = zoo::make(name);
  std::vector<graph::Node*> layers;
  for (graph::Node& node : graph.nodes)
    if (has_weight(node)) layers.push_back(&node);
  Random random(seed);
  for (graph::Node* layer : layers) {
    encoding::Encoding& weight = layer->find("weight")->encoding;
    const Shape shape = encoding::shape(weight);
    // First and last stay dense, as in the papers: lowering gives them 8 bits.
    if (layer == layers.front() || layer == layers.back())
      weight = encoding::Dense{
          shape, encoding::share(random_weights(random, shape, 1))};
    else
      weight = random_ternary(random, shape, density);
  }
  return graph;
}

void run(const std::string& name, double density, std::uint64_t seed,
         const std::string& output) {
  const graph::Graph graph = random_network(name, density, seed);
  Shape shape = graph.value(graph.input()).shape;
  std::vector<std::uint8_t> picture(std::size_t(element_count(shape)));
  Random random(seed, 1);
  for (auto& byte : picture) byte = std::uint8_t(random.below(256));
  shape.insert(shape.begin(), 1);
  format::Model model{quantise::lower(graph, {shape, picture}),
                      {{"weights", fmt::format("random, seed {}", seed)},
                       {"density", fmt::format("{}", density)}}};
  format::write_model(model, output);
}

}  // namespace

int main(int argc, char** argv) {
  std::string network, output;
  double density = 1;
  std::uint64_t seed = 1;
  CLI::App app("Lowered network with random weights, for timing");
  app.add_option("network", network, "see triad zoo")->required();
  app.add_option("-o,--output", output, "The .triad file")->required();
  app.add_option("--density", density, "Share of 8x4x1 groups with weights")
      ->check(CLI::Range(0.001, 1.0));
  app.add_option("--seed", seed);
  CLI11_PARSE(app, argc, argv);
  try {
    run(network, density, seed, output);
  } catch (const triad::Error& error) {
    fmt::print(stderr, "random_network: {}\n", error.what());
    return 1;
  }
  return 0;
}
