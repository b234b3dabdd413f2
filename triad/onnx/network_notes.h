#pragma once
// What a file says about the network beyond its nodes.

#include <map>
#include <string>

#include "triad/encoding/encoding.h"
#include "triad/graph/graph.h"
#include "triad/onnx/export.h"

namespace triad::onnx {

// settings.metadata, and "triad.network", "triad.mean", "triad.deviation",
// "triad.classes" where the graph names them (numbers and names separated by
// commas).
std::map<std::string, std::string> network_metadata(
    const graph::Graph& graph, const ExportSettings& settings);

// "resnet20: 20 layers with weights, 272474 parameters".
std::string network_doc(const graph::Graph& graph);

// "ternary weights, 1234 of 2304 not zero".
std::string weight_doc(const encoding::Encoding& weight);

// Bits of the codes of a Ternary or Levels weight: 2 for ternary.
int weight_bits(const encoding::Encoding& weight);

// Throws Error unless the graph is one network rather than several.
void require_one_subnet(const graph::Graph& graph);

}  // namespace triad::onnx
