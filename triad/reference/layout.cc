#include "triad/reference/layout.h"

#include <cmath>

#include "triad/base/parallel.h"

namespace triad::reference {

std::vector<float> softmax(std::span<const float> logits, std::int64_t row) {
  std::vector<float> result;
  for (std::size_t first = 0; first < logits.size();
       first += std::size_t(row)) {
    const auto inputs = logits.subspan(first, std::size_t(row));
    const float highest = *std::ranges::max_element(inputs);
    double sum = 0;
    for (const float x : inputs) sum += std::exp(double(x) - highest);
    for (const float x : inputs)
      result.push_back(float(std::exp(double(x) - highest) / sum));
  }
  return result;
}

std::vector<graph::Tensor> for_each_picture(
    const graph::Graph& graph, const graph::Pictures& batch,
    const std::function<
        std::vector<std::vector<float>>(std::span<const std::uint8_t>)>& run) {
  const std::int64_t count = batch.shape[0];
  const std::size_t size = batch.bytes.size() / std::size_t(count);
  std::vector<graph::Tensor> results = graph::make_outputs(graph, count);
  parallel_for(count, [&](std::int64_t n) {
    const auto outputs = run(batch.bytes.subspan(std::size_t(n) * size, size));
    for (std::size_t i = 0; i < outputs.size(); ++i)
      std::ranges::copy(outputs[i],
                        results[i].values.begin() + n * std::ssize(outputs[i]));
  });
  return results;
}

}  // namespace triad::reference
