#pragma once
// Runs a float graph literally: decoded weights, float sums in the order of the
// taps, batch norm by its running statistics, one op after the other. Agrees
// with libtorch to about 1e-5 of the largest logit.

#include <span>
#include <vector>

#include "triad/graph/executor.h"
#include "triad/reference/convolution.h"

namespace triad::reference {

class FloatExecutor : public graph::Executor {
 public:
  graph::Support supports(const graph::Node& node) const override;

  // Throws Error for a lowered graph (quantise/to_float.h turns it back) and
  // for more than one subnet.
  void load(graph::Graph graph) override;

  // Pictures run in parallel (base/parallel.h); the answer is the same for any
  // thread count.
  std::vector<graph::Tensor> run(const graph::Pictures& batch,
                                 std::size_t subnet = 0) override;

  // Every value of the graph for one picture [C, H, W], by ValueId; what
  // calibration and layer-by-layer comparisons look at. Thread-safe.
  std::vector<std::vector<float>> values(
      std::span<const std::uint8_t> picture) const;
  // The same for an input [C, H, W] of floats, after preprocessing.
  std::vector<std::vector<float>> values(std::vector<float> input) const;

  const graph::Graph& graph() const { return graph_; }

 private:
  graph::Graph graph_;
  // Weights of the Conv2d and Linear nodes, empty for others: [nodes].
  std::vector<std::vector<Filter<float>>> filters_;
};

}  // namespace triad::reference
