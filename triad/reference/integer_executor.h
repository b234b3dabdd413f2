#pragma once
// Runs a lowered graph literally: exactly the functions of encoding/integer.h,
// op after op. docs/integer_arithmetic.md says the same in prose. Every other
// integer executor gives the same bits.

#include <cstdint>
#include <span>
#include <vector>

#include "triad/graph/executor.h"
#include "triad/reference/convolution.h"

namespace triad::reference {

// One value of one picture: integers where the value has a quantization, else
// floats (logits and what follows them).
struct IntegerValue {
  std::vector<std::int16_t> integers;
  std::vector<float> reals;
};

class IntegerExecutor : public graph::Executor {
 public:
  graph::Support supports(const graph::Node& node) const override;

  // Throws Error naming the node that breaks a rule of graph/integer_rules.h.
  void load(graph::Graph graph) override;

  // Logits; or real numbers, scale * (q - zero_point), of an output that is
  // quantized. Pictures run in parallel (base/parallel.h).
  std::vector<graph::Tensor> run(const graph::Pictures& batch,
                                 std::size_t subnet = 0) override;

  // Every value of the graph for one picture [C, H, W], by ValueId; for
  // comparing executors layer by layer. Thread-safe.
  std::vector<IntegerValue> values(std::span<const std::uint8_t> picture) const;

  const graph::Graph& graph() const { return graph_; }

 private:
  graph::Graph graph_;
  // Codes of the Conv2d and Linear nodes, empty for others: [nodes].
  std::vector<std::vector<Filter<std::int8_t>>> filters_;
};

}  // namespace triad::reference
