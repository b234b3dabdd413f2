#pragma once
// Two executors side by side: one answers, the other judges.

#include <memory>

#include "triad/graph/executor.h"

namespace triad::tools {

// How the answers compare, over all runs.
struct Agreement {
  std::int64_t numbers = 0, different = 0;  // elements of outputs, bit for bit
};

class CheckedExecutor : public graph::Executor {
 public:
  // Both have loaded the same graph.
  CheckedExecutor(std::unique_ptr<graph::Executor> executor,
                  std::unique_ptr<graph::Executor> judge);

  graph::Support supports(const graph::Node& node) const override;
  void load(graph::Graph graph) override;  // by both
  std::vector<graph::Tensor> run(const graph::Pictures& batch,
                                 std::size_t subnet = 0) override;

  const graph::Executor& executor() const { return *executor_; }
  const Agreement& agreement() const { return agreement_; }

 private:
  std::unique_ptr<graph::Executor> executor_, judge_;
  Agreement agreement_;
};

}  // namespace triad::tools
