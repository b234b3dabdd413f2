#include "triad/runtime/executor.h"

#include <algorithm>
#include <thread>

#include "triad/base/error.h"
#include "triad/runtime/kernels/table.h"

namespace triad::runtime {

Executor::Executor(RuntimeSettings settings) : settings_(std::move(settings)) {}

graph::Support Executor::supports(const graph::Node& node) const {
  if (std::holds_alternative<graph::BatchNorm>(node.op))
    return {false, "a batch norm must be folded before integers"};
  if (node.find("weight") != nullptr && node.requantization.empty())
    return {false, "it is not lowered to integers"};
  return {};
}

void Executor::load(graph::Graph graph) {
  const int threads =
      settings_.threads != 0
          ? settings_.threads
          : std::clamp(int(std::thread::hardware_concurrency()), 1, 256);
  auto plan = std::make_unique<const Plan>(
      graph, choose_kernels(settings_.kernels), threads);
  session_ = std::make_unique<Session>(*plan, threads);
  plan_ = std::move(plan);
  for (graph::Node& node : graph.nodes) node.parameters.clear();
  graph_ = std::move(graph);
}

std::vector<graph::Tensor> Executor::run(const graph::Pictures& batch,
                                         std::size_t subnet) {
  require_runnable(graph_, batch, subnet);
  const std::int64_t count = batch.shape[0];
  std::vector<float> all(std::size_t(count * plan_->result_floats()));
  session_->run(batch.bytes.data(), count, all.data());
  std::vector<graph::Tensor> results = graph::make_outputs(graph_, count);
  auto next = all.begin();
  for (std::int64_t picture = 0; picture < count; ++picture)
    for (graph::Tensor& result : results) {
      const auto size = std::ssize(result.values) / count;
      std::copy_n(next, size, result.values.begin() + picture * size);
      next += size;
    }
  return results;
}

}  // namespace triad::runtime
