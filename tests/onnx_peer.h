#pragma once
// ONNX Runtime as a judge: runs ONNX models through the package that
// scripts/setup-peer installs.

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "triad/base/shape.h"

namespace triad {

// A tensor with its batch dimension; bytes row-major, little-endian.
struct PeerTensor {
  std::string type;  // "float32", "uint8", "int8", "int16"
  Shape shape;
  std::vector<std::byte> bytes;

  std::vector<double> numbers() const;
};

template <typename T>
PeerTensor to_peer_tensor(std::string type, Shape shape,
                          std::span<const T> values) {
  const auto bytes = std::as_bytes(values);
  return {std::move(type), std::move(shape), {bytes.begin(), bytes.end()}};
}

using PeerTensors = std::map<std::string, PeerTensor>;

// Why ONNX Runtime cannot run here; empty if it can.
std::string peer_missing();

// Outputs of the model; one thread, graph optimisations "all" or "basic".
// Throws Error with what ONNX Runtime said.
PeerTensors run_peer(std::span<const std::byte> model,
                     const PeerTensors& inputs,
                     const std::string& optimisations = "all");

}  // namespace triad
