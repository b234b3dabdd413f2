#include "triad/reference/layout.h"

#include <cmath>

#include "triad/base/parallel.h"

namespace triad::reference {

std::vector<float> softmax(std::span<const float> logits) {
  const float highest = *std::ranges::max_element(logits);
  double sum = 0;
  for (const float x : logits) sum += std::exp(double(x) - highest);
  std::vector<float> result;
  for (const float x : logits)
    result.push_back(float(std::exp(double(x) - highest) / sum));
  return result;
}

graph::Tensor for_each_picture(
    const graph::Graph& graph, const graph::Pictures& batch,
    const std::function<std::vector<float>(std::span<const std::uint8_t>)>&
        run) {
  const std::int64_t count = batch.shape[0];
  const std::size_t size = batch.bytes.size() / std::size_t(count);
  const std::int64_t outputs =
      element_count(graph.value(graph.outputs.front()).shape);
  graph::Tensor result{{count, outputs},
                       std::vector<float>(std::size_t(count * outputs))};
  parallel_for(count, [&](std::int64_t n) {
    const auto output = run(batch.bytes.subspan(std::size_t(n) * size, size));
    std::ranges::copy(output, result.values.begin() + n * outputs);
  });
  return result;
}

}  // namespace triad::reference
