#pragma once
// A lowered graph made ready to run: operations in order, their weights packed,
// every value with its place in memory. Immutable; many runs may share it.

#include <memory>
#include <string>
#include <vector>

#include "triad/graph/graph.h"
#include "triad/runtime/kernels/kernel.h"
#include "triad/runtime/layout.h"
#include "triad/runtime/memory_plan.h"
#include "triad/runtime/operation.h"

namespace triad::runtime {

struct Step {
  std::string node;  // its name
  std::string op;    // "conv2d"; "gather" for the copy before one
  std::unique_ptr<Operation> operation;
  // Worth sharing between threads.
  bool is_parallel = false;
};

class Plan {
 public:
  // Checks and packs the layers on `threads` threads; the plan or the error is
  // the same for any. Throws Error naming the first node that breaks a rule of
  // graph/integer_rules.h or needs too much memory; std::bad_alloc.
  Plan(const graph::Graph& graph, const Kernels& kernels, int threads = 1);
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;

  const std::vector<Step>& steps() const { return steps_; }
  const MemoryPlan& memory() const { return memory_; }
  const Kernels& kernels() const { return kernels_; }
  std::int64_t picture_bytes() const { return picture_bytes_; }
  // Of all outputs of a picture, one after the other.
  std::int64_t result_floats() const { return result_floats_; }
  std::int64_t weight_bytes() const;

 private:
  friend class Planner;

  const Kernels& kernels_;
  std::vector<Storage> values_;  // by ValueId; operations point into it
  std::vector<Step> steps_;
  MemoryPlan memory_;
  std::int64_t picture_bytes_ = 0, result_floats_ = 0;
};

}  // namespace triad::runtime
