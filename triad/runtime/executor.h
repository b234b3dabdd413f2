#pragma once
// The CPU runtime behind the one contract of everything that runs a graph:
// lowered graphs, to the bits of reference::IntegerExecutor.

#include <memory>
#include <string>

#include "triad/graph/executor.h"
#include "triad/runtime/session.h"

namespace triad::runtime {

struct RuntimeSettings {
  int threads = 0;           // 0: one for each processor
  std::string kernels = {};  // see kernels/table.h; empty: the best
};

class Executor : public graph::Executor {
 public:
  explicit Executor(RuntimeSettings settings = {});

  graph::Support supports(const graph::Node& node) const override;

  // Throws Error naming the node that breaks a rule of graph/integer_rules.h,
  // and for settings out of range; std::bad_alloc.
  void load(graph::Graph graph) override;

  // One caller at a time.
  std::vector<graph::Tensor> run(const graph::Pictures& batch,
                                 std::size_t subnet = 0) override;

  // Of the loaded graph.
  const Plan& plan() const { return *plan_; }
  Session& session() { return *session_; }

 private:
  const RuntimeSettings settings_;
  graph::Graph graph_;  // without weights
  std::unique_ptr<const Plan> plan_;
  std::unique_ptr<Session> session_;
};

}  // namespace triad::runtime
