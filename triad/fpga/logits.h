#pragma once
// Where a design ends: at the logits, sums of the last linear layer. What a
// network does to them afterwards in real numbers, a softmax, changes no order
// and is left to who reads them.

#include <string>

#include "triad/graph/graph.h"

namespace triad::fpga {

// `graph` with the logits for its output: without the Softmax and Dropout nodes
// that end it. Unchanged if none does, or if it has several outputs.
graph::Graph end_at_logits(graph::Graph graph);

// A sentence that names the logits and what end_at_logits removes; empty if
// that is nothing.
std::string describe_ending(const graph::Graph& graph);

}  // namespace triad::fpga
