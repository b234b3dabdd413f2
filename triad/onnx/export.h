#pragma once
// Networks as ONNX files, for the tools that come after. A float file computes
// what reference::FloatExecutor does; an integer file says what a lowered
// network computes, in one of the dialects that tools have for it. Filters and
// channels that the graph has lost are not in the file either. Format:
// https://github.com/onnx/onnx/blob/main/docs/IR.md
//
// Input:  the network's input, [N, C, H, W] of floats after preprocessing,
//         (byte / 255 - mean[c]) / deviation[c]; metadata holds both.
// Output: [N, classes] of floats.
// Names are the graph's: tensors those of values, weights
// "<node>.<parameter>"; equal graphs and settings give equal bytes.

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "triad/graph/graph.h"

namespace triad::onnx {

// How an integer file says that numbers are integers.
enum class IntegerDialect {
  qdq,    // QuantizeLinear and DequantizeLinear: engines run it in int8
  qcdq,   // as QDQ, but a Clip between the two for weights below 8 bits
  qonnx,  // Quant nodes of domain qonnx.custom_op.general, for FPGA tools
  int2,   // as QDQ, but ternary codes as INT2 tensors, four to a byte
};

std::string_view to_string(IntegerDialect dialect);  // "qcdq"
// Throws Error naming the choices.
IntegerDialect integer_dialect_from_string(std::string_view name);

struct ExportSettings {
  // 11..21; QDQ and QCDQ from 13, with 16-bit values 21; INT2 is of 25.
  // 0: 17, or 11 for QONNX, whose readers know no newer one.
  int opset = 0;
  std::int64_t batch = 0;  // pictures at once; 0: any number
  // All but QONNX, for comparing engines layer by layer: the integers of
  // each value come from outside, "<value>.integers", and what its node makes
  // of its inputs is an output "<value>.computed". No error adds up.
  bool layers_alone = false;
  std::string producer_version = {};  // of the program that writes
  // Provenance, kept as metadata_props beside the network's own entries.
  std::map<std::string, std::string> metadata = {};
};

// Weights as floats, whatever their encoding; a lowered network is turned back
// (quantise/to_float.h). Dropout is left out. Throws Error for an opset out of
// range, several subnets, or a file of 2 GiB or more.
std::vector<std::byte> float_model(const graph::Graph& graph,
                                   const ExportSettings& settings = {});

// A lowered network: weights int8 with one scale per filter (ternary codes as
// they are; QCDQ below 8 bits and QONNX: floats that the file rounds to those
// codes), biases int32 (QONNX: floats), values uint8 or int8 (int16 for 16-bit
// ones) at the graph's scales. An engine's result differs from
// reference::IntegerExecutor by at most one step of a value's last bit per
// layer: ONNX rounds once where docs/integer_arithmetic.md rounds twice. Throws
// Error unless the graph is lowered, and as above.
std::vector<std::byte> integer_model(
    const graph::Graph& lowered, const ExportSettings& settings = {},
    IntegerDialect dialect = IntegerDialect::qdq);

}  // namespace triad::onnx
