#pragma once
// Which nodes of a file matter, and in which order they can be lowered.

#include <vector>

#include "triad/onnx/import/messages.h"

namespace triad::onnx {

// Indices of the nodes that outputs depend on, each behind those it reads; the
// file's order where it is one. Throws Error for cycles and for tensors that
// two nodes make.
std::vector<std::size_t> order_nodes(const ModelMessage& model);

}  // namespace triad::onnx
