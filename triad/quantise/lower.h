#pragma once
// Lowering: a float graph, its weights encoded or not, becomes a graph of
// integers that every integer executor runs to the same bits
// (encoding/integer.h, docs/integer_arithmetic.md).

#include "triad/graph/executor.h"
#include "triad/quantise/choose_quantization.h"

namespace triad::quantise {

struct LowerSettings {
  int activation_bits = 8;  // 8, or 16 for nearly float accuracy
  ScaleSettings scale;
};

// Folds batch norm, measures every value over the calibration pictures
// (training pictures; 256 suffice), chooses scales, fuses each Relu into the
// layer before it (a Clip to 0..6 into one of weights), and writes weights,
// biases, input table and the tables of other functions as integers:
//   ternary and levels weights keep their codes; dense ones become 8-bit
//   levels, sums of several ternary terms levels as exact (merge_terms.h)
//   u8 after a Relu, s8 elsewhere; the last values before float, outputs
//   among them, are 16-bit
//   a Linear whose output nobody but a Softmax reads gives logits
// Preprocessing stays, for to_float.h. Throws Error naming the node for a batch
// norm that no layer takes, accumulators that could overflow, several subnets,
// or a graph that is lowered already.
graph::Graph lower(const graph::Graph& float_graph,
                   const graph::Pictures& calibration,
                   const LowerSettings& settings = {});

}  // namespace triad::quantise
