#pragma once
// The way back from lowered integers: for evaluation in float and for export.

#include "triad/graph/graph.h"

namespace triad::quantise {

// A float graph of the same weights (their encodings stay: decoding gives
// exactly the real numbers of the integers), with float biases and with the
// Relus that lowering fused into saturation: a Clip to 0..6 where the highest
// integer is 6, else a Relu, named "<layer>.relu", after each computing node
// whose output is unsigned with zero point 0. What is lost is the rounding of
// activations alone. Throws Error unless the graph is lowered.
graph::Graph to_float(const graph::Graph& lowered);

}  // namespace triad::quantise
