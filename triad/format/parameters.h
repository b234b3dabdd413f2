#pragma once
// Float parameters of a graph, in and out of safetensors under PyTorch's names:
// "<node>.<parameter>", "layer1.0.conv1.weight".

#include <filesystem>
#include <string_view>

#include "triad/format/safetensors.h"
#include "triad/graph/graph.h"

namespace triad::format {

// Replaces every parameter of `graph` by the tensor of its name; all parameters
// must be Dense. PyTorch's num_batches_tracked counters are ignored. The graph
// is unchanged on an error. Throws Error naming the file and the parameter that
// is missing, extra, not finite or of a wrong shape (with both shapes).
void load_parameters(graph::Graph& graph, const std::filesystem::path& path);
void load_parameters(graph::Graph& graph, const TensorFile& tensors,
                     std::string_view file);

// The parameters of `graph`; encoded ones are decoded, which is exact.
TensorFile parameter_tensors(const graph::Graph& graph);
void save_parameters(const graph::Graph& graph,
                     const std::filesystem::path& path);

}  // namespace triad::format
