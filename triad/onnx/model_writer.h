#pragma once
// Puts an ONNX model together piece by piece: the one place that knows how
// protobuf messages are filled. Knows no network.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "triad/base/shape.h"

namespace triad::onnx {

enum class Element { float32, uint8, int8, int16, int32, int64 };

using Numbers =
    std::variant<std::span<const float>, std::span<const std::uint8_t>,
                 std::span<const std::int8_t>, std::span<const std::int16_t>,
                 std::span<const std::int32_t>, std::span<const std::int64_t>>;

struct Attribute {
  std::string name;
  std::variant<std::int64_t, float, std::string, std::vector<std::int64_t>>
      value;
};

// One node of one output.
struct Operation {
  std::string op;    // ONNX's name: "Conv"
  std::string name;  // unique among nodes
  std::vector<std::string> inputs;
  std::string output;
  std::vector<Attribute> attributes = {};
  std::string doc = {};
  std::string domain = {};  // of ops that are not ONNX's own, version 1
};

class ModelWriter {
 public:
  // Values have `batch` as first dimension, 0 for any number. Throws Error for
  // an opset outside 11..21 that is not 25.
  ModelWriter(const std::string& graph_name, int opset, std::int64_t batch);
  ~ModelWriter();
  ModelWriter(const ModelWriter&) = delete;
  ModelWriter& operator=(const ModelWriter&) = delete;

  // `name`, with a number behind it where another tensor has it already.
  std::string unique(const std::string& name);

  // Shapes leave out the batch, as in a graph.
  void add_input(const std::string& name, Element element, const Shape& shape);
  void add_output(const std::string& name, Element element, const Shape& shape);
  // The shape of a tensor between nodes, for readers without shape inference.
  void add_shape(const std::string& name, const Shape& shape);

  // A constant; an empty shape is a scalar. Returns its unique name.
  std::string add_constant(const std::string& name, const Shape& shape,
                           Numbers numbers);
  // The same of two-bit integers in [-2, 1], packed four to a byte.
  std::string add_int2_constant(const std::string& name, const Shape& shape,
                                std::span<const std::int8_t> numbers);
  // Nodes stand in the file in this order, which must be topological.
  void add(const Operation& operation);

  // The file. Throws Error if it reaches 2 GiB.
  std::vector<std::byte> finish(
      const std::string& producer_version, const std::string& doc,
      const std::map<std::string, std::string>& metadata) const;

 private:
  struct Message;
  std::string add_tensor(const std::string& name, int type, const Shape& shape,
                         std::span<const std::byte> bytes);

  std::unique_ptr<Message> message_;
};

}  // namespace triad::onnx
