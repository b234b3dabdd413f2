#pragma once
// What passes over graphs share.

#include <vector>

#include "triad/graph/graph.h"

namespace triad::graph {

// How many nodes read each value, [values]; a graph output counts as a reader.
std::vector<int> count_readers(const Graph& graph);

// The node that produces each value, [values].
std::vector<std::size_t> find_producers(const Graph& graph);

// Removes the nodes marked, [nodes], and the values nobody produces any more;
// renumbers the rest. No living node may read the output of a removed one.
Graph remove_nodes(Graph graph, const std::vector<bool>& removed);

}  // namespace triad::graph
