#pragma once
// The one contract of everything that runs a graph: the reference, the CPU
// runtime, the crossbar simulator, the RTL simulation. All take pictures of
// bytes and give floats, and face one shared test.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "triad/base/shape.h"
#include "triad/graph/graph.h"

namespace triad::graph {

// A batch of pictures as they come from a data set; the memory stays the
// caller's.
struct Pictures {
  Shape shape;                          // [N, C, H, W]
  std::span<const std::uint8_t> bytes;  // [N, C, H, W], row-major
};

// A batch of floats, an executor's own.
struct Tensor {
  Shape shape;                // [N, ...]: [N, classes] for logits
  std::vector<float> values;  // [shape], row-major
};

// "Yes", or "no, because ...".
struct Support {
  bool yes = true;
  std::string because;  // one line that names the op or setting; empty if yes
};

class Executor {
 public:
  virtual ~Executor() = default;

  // Whether this executor can run `node`; looks at nothing but the node.
  virtual Support supports(const Node& node) const = 0;

  // Takes a validated graph and plans everything, so that run only computes.
  // Throws Error naming the first node it does not support.
  virtual void load(Graph graph) = 0;

  // Runs the loaded graph in subnet `subnet` and returns its outputs in order,
  // each [N, ...]; the first of a classifier is [N, classes]. Outputs that a
  // lowered graph holds as integers come as the real numbers these mean. The
  // bytes become the input by the graph's preprocessing, or by its input table
  // once lowered. The answer of a picture does not depend on the others of the
  // batch. Throws Error if no graph is loaded, the shape is
  // not [N, C, H, W] of the graph's input with N >= 1, the bytes do not fit the
  // shape, or there is no such subnet.
  virtual std::vector<Tensor> run(const Pictures& batch,
                                  std::size_t subnet = 0) = 0;
};

// Throws Error unless an executor of `graph` may run `batch` in `subnet`: the
// checks of `run`.
void require_runnable(const Graph& graph, const Pictures& batch,
                      std::size_t subnet);

// For each output of `graph`, zeros for `count` pictures.
std::vector<Tensor> make_outputs(const Graph& graph, std::int64_t count);

}  // namespace triad::graph
