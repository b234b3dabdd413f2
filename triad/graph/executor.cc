#include "triad/graph/executor.h"

#include "triad/base/error.h"

namespace triad::graph {

void require_runnable(const Graph& graph, const Pictures& batch,
                      std::size_t subnet) {
  require(!graph.nodes.empty(), "run: expected a graph to be loaded first");
  Shape expected = graph.value(graph.input()).shape;
  expected.insert(expected.begin(), batch.shape.empty() ? 1 : batch.shape[0]);
  require(batch.shape == expected && expected[0] >= 1,
          "run: network '{}' expected pictures {} (any batch size), got {}",
          graph.name, to_string(expected), to_string(batch.shape));
  require(std::int64_t(batch.bytes.size()) == element_count(batch.shape),
          "run: expected {} bytes for pictures {}, got {}",
          element_count(batch.shape), to_string(batch.shape),
          batch.bytes.size());
  require(subnet < graph.subnets.size(),
          "run: expected a subnet below {}, got {}", graph.subnets.size(),
          subnet);
}

std::vector<Tensor> make_outputs(const Graph& graph, std::int64_t count) {
  std::vector<Tensor> outputs;
  for (const ValueId id : graph.outputs) {
    Shape shape = graph.value(id).shape;
    shape.insert(shape.begin(), count);
    const auto size = std::size_t(element_count(shape));
    outputs.push_back({std::move(shape), std::vector<float>(size)});
  }
  return outputs;
}

}  // namespace triad::graph
