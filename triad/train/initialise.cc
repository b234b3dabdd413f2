#include "triad/train/initialise.h"

#include <algorithm>
#include <cmath>

#include "triad/base/random.h"

namespace triad::train {

void initialise(graph::Graph& graph, std::uint64_t seed) {
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    graph::Node& node = graph.nodes[i];
    const bool convolution = std::holds_alternative<graph::Conv2d>(node.op);
    if (!convolution && !std::holds_alternative<graph::Linear>(node.op))
      continue;
    graph::Parameter& weight = *node.find("weight");
    const auto* dense = std::get_if<encoding::Dense>(&weight.encoding);
    if (dense == nullptr ||
        std::ranges::any_of(*dense->values, [](float w) { return w != 0; }))
      continue;
    const Shape shape = dense->shape;
    const std::int64_t fan =
        convolution ? shape[0] * shape[2] * shape[3] : shape[1];
    Random random(seed, i);
    std::vector<float> values(dense->values->size());
    for (float& w : values)
      w = float(random.normal() * std::sqrt(2.0 / double(fan)));
    weight.encoding =
        encoding::Dense{shape, encoding::share(std::move(values))};
  }
}

}  // namespace triad::train
