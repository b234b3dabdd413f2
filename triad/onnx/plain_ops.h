#pragma once
// The ops without weights as ONNX nodes on floats; float and integer files
// share them.

#include <string>
#include <vector>

#include "triad/graph/graph.h"
#include "triad/onnx/model_writer.h"

namespace triad::onnx {

// ONNX's pads attribute and those of its kernel.
std::vector<std::int64_t> to_list(const graph::Padding& padding);
std::vector<std::int64_t> to_list(const graph::Pair& pair);

// Zeros around height, width and channels of [N, C, H, W], as Pad takes them.
std::vector<std::int64_t> pad_sizes(const graph::Pad& pad);

// Adds what `node` of `graph` computes from the tensors `inputs` as tensor
// `output`. Throws Error for Input, Conv2d, Linear, BatchNorm and Dropout,
// which are their exporter's own.
void add_plain_op(ModelWriter& writer, const graph::Graph& graph,
                  const graph::Node& node,
                  const std::vector<std::string>& inputs,
                  const std::string& output);

}  // namespace triad::onnx
