#pragma once
// What a file says about the network beyond its nodes.

#include <map>
#include <string>

#include "triad/encoding/encoding.h"
#include "triad/graph/graph.h"
#include "triad/onnx/export.h"

namespace triad::onnx {

// settings.metadata, and "triad.network", "triad.mean" and "triad.deviation"
// (numbers separated by commas), "triad.classes" where the graph names them
// (one a line). "triad.inputs" comes from import: the file's inputs where they
// were several, one a line, its channels before its name.
std::map<std::string, std::string> network_metadata(
    const graph::Graph& graph, const ExportSettings& settings);

// Takes all of that but the inputs from a file's metadata, where it fits the
// graph; else leaves the graph as it is. Classes may stand between commas, as
// files before had them.
void apply_network_metadata(graph::Graph& graph,
                            const std::map<std::string, std::string>& metadata);

// "resnet20: 20 layers with weights, 272474 parameters".
std::string network_doc(const graph::Graph& graph);

// "ternary weights, 1234 of 2304 not zero".
std::string weight_doc(const encoding::Encoding& weight);

// Bits of the codes of a Ternary or Levels weight: 2 for ternary.
int weight_bits(const encoding::Encoding& weight);

// Throws Error unless the graph is one network rather than several.
void require_one_subnet(const graph::Graph& graph);

}  // namespace triad::onnx
