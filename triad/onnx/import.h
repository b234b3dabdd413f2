#pragma once
// Networks of ONNX files as graphs. docs/onnx.md has the ops with their
// restrictions.
//
// A graph has one picture [C, H, W] as input and floats inside; what a file
// says otherwise is brought to that: several inputs are channels of one picture
// ("triad.inputs" in the metadata says whose), functions inlined, constants
// folded, layouts (NHWC, shape arithmetic, transposes) followed until they
// vanish, and scales and shifts by constants merged into biases, batch norms or
// the preprocessing. Quantised weights (QDQ, QLinearConv, QONNX) become Levels
// or Ternary with the file's codes; ranges of activations are not kept.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "triad/base/shape.h"
#include "triad/graph/graph.h"

namespace triad::onnx {

struct ImportSettings {
  // [C, H, W] where the file leaves sizes of the picture open; else empty.
  Shape input = {};
  // Serialized TensorProtos for inputs that are constants here, by name.
  std::map<std::string, std::vector<std::byte>> tensors = {};
  // A normalisation at the beginning of the file becomes the graph's
  // preprocessing; else it stays, and the input is the file's own.
  bool find_preprocessing = true;
};

struct Imported {
  graph::Graph graph;  // validated
  std::string producer;
  std::int64_t ir_version = 0, opset = 0;
  std::size_t file_nodes = 0;  // nodes in the file, before anything
  std::map<std::string, std::string> metadata = {};
  // What a user should know: one line each.
  std::vector<std::string> notes = {};
};

// Opset 7 to 22 and IR to 10 are known, others are tried. Reads nothing
// outside the file's folder. Throws Error of one line: the path, then the node,
// its op and what is expected instead.
Imported import_file(const std::filesystem::path& path,
                     const ImportSettings& settings = {});
// The same from memory, without external data; `name` names the bytes in
// errors.
Imported import_bytes(std::span<const std::byte> bytes, std::string_view name,
                      const ImportSettings& settings = {});

// The graph alone.
graph::Graph read_onnx(const std::filesystem::path& path);

// Ops of ONNX's own domain that become nodes or layouts of a graph, in
// alphabetical order; others are only evaluated on constants.
std::vector<std::string> imported_ops();

}  // namespace triad::onnx
