#pragma once
// Integer networks for tools that know QONNX's Quant: floats throughout, which
// Quant nodes round. https://github.com/fastmachinelearning/qonnx

#include "triad/graph/graph.h"
#include "triad/onnx/model_writer.h"

namespace triad::onnx {

// Adds `lowered` (checked already): weights, values and biases as floats; after
// each weight and each value with integers a Quant of their scale, zero point
// and bits. Relus that lowering made saturation are there again, because
// readers look for them.
void add_quant_network(ModelWriter& writer, const graph::Graph& lowered);

}  // namespace triad::onnx
