#include "tools/checked_executor.h"

namespace triad::tools {

CheckedExecutor::CheckedExecutor(std::unique_ptr<graph::Executor> executor,
                                 std::unique_ptr<graph::Executor> judge)
    : executor_(std::move(executor)), judge_(std::move(judge)) {}

graph::Support CheckedExecutor::supports(const graph::Node& node) const {
  const graph::Support support = executor_->supports(node);
  return support.yes ? judge_->supports(node) : support;
}

void CheckedExecutor::load(graph::Graph graph) {
  judge_->load(graph);
  executor_->load(std::move(graph));
}

std::vector<graph::Tensor> CheckedExecutor::run(const graph::Pictures& batch,
                                                std::size_t subnet) {
  const auto expected = judge_->run(batch, subnet);
  auto outputs = executor_->run(batch, subnet);
  for (std::size_t i = 0; i < expected.size(); ++i)
    for (std::size_t j = 0; j < expected[i].values.size(); ++j) {
      ++agreement_.numbers;
      agreement_.different += outputs[i].values[j] != expected[i].values[j];
    }
  return outputs;
}

}  // namespace triad::tools
