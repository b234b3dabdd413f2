#pragma once
// Networks as ONNX files, for the tools that come after. A float file computes
// what reference::FloatExecutor does; an integer file says in QuantizeLinear
// and DequantizeLinear ("QDQ") what a lowered network computes, so that engines
// run it in int8. Filters and channels that the graph has lost are not in the
// file either. Format: https://github.com/onnx/onnx/blob/main/docs/IR.md
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
#include <vector>

#include "triad/graph/graph.h"

namespace triad::onnx {

struct ExportSettings {
  int opset = 17;          // 11..21; QDQ from 13, 16-bit values from 21
  std::int64_t batch = 0;  // pictures at once; 0: any number
  // Integer files only, for comparing engines layer by layer: the integers of
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
// they are), biases int32, values uint8 or int8 (int16 for 16-bit ones) at the
// graph's scales. An engine's result differs from reference::IntegerExecutor by
// at most one step of a value's last bit per layer: ONNX rounds once where
// docs/integer_arithmetic.md rounds twice. Throws Error unless the graph is
// lowered, and as above.
std::vector<std::byte> integer_model(const graph::Graph& lowered,
                                     const ExportSettings& settings = {});

}  // namespace triad::onnx
