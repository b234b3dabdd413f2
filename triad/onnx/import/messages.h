#pragma once
// An ONNX file as it stands: its messages, with names and weights as views into
// the file. Nothing is interpreted here.
// Format: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "triad/base/shape.h"
#include "triad/onnx/import/wire.h"

namespace triad::onnx {

// TensorProto.DataType.
enum class DataType : int {
  undefined = 0,
  float32 = 1,
  uint8 = 2,
  int8 = 3,
  uint16 = 4,
  int16 = 5,
  int32 = 6,
  int64 = 7,
  string = 8,
  boolean = 9,
  float16 = 10,
  float64 = 11,
  uint32 = 12,
  uint64 = 13,
  bfloat16 = 16,
  uint4 = 21,
  int4 = 22,
  uint2 = 25,
  int2 = 26,
};

using triad::to_string;
std::string to_string(DataType type);  // "float32", "data type 17"

using Text = std::pair<std::string_view, std::string_view>;  // key, value

struct TensorMessage {
  std::string_view name;
  Shape shape;
  DataType type = DataType::undefined;
  bool has_raw = false;
  Bytes raw;                    // little-endian
  std::vector<Bytes> elements;  // of the typed fields, where there is no raw
  int elements_field = 0;       // which: float_data is 4, int32_data 5, ...
  bool is_external = false;
  std::vector<Text> external;  // location, offset, length
};

struct AttributeMessage {
  std::string_view name;
  int type = 0;  // AttributeProto.AttributeType
  float f = 0;
  std::int64_t i = 0;
  std::string_view s;
  std::shared_ptr<const TensorMessage> t;
  bool has_graph = false;
  std::vector<float> floats;
  std::vector<std::int64_t> ints;
  std::string_view reference;  // of a function's own attribute
};

struct NodeMessage {
  std::string_view name, op, domain;
  std::vector<std::string_view> inputs, outputs;
  std::vector<AttributeMessage> attributes;
  std::int64_t opset = 0;  // version of the node's domain

  const AttributeMessage* find(std::string_view attribute) const;
};

// A dimension: a number, or -1 for any (a named one).
struct ValueMessage {
  std::string_view name;
  DataType type = DataType::undefined;
  bool has_shape = false;
  Shape shape;
};

struct FunctionMessage {
  std::string_view name, domain;
  std::vector<std::string_view> inputs, outputs, attributes;
  std::vector<AttributeMessage> defaults;
  std::vector<NodeMessage> nodes;
};

using Opsets = std::map<std::string_view, std::int64_t>;  // by domain

struct ModelMessage {
  std::int64_t ir_version = 0;
  std::string_view producer, producer_version, graph_name;
  Opsets opsets;
  std::vector<Text> metadata;
  std::vector<NodeMessage> nodes;
  std::vector<TensorMessage> initializers;
  std::vector<ValueMessage> inputs, outputs;
  std::vector<FunctionMessage> functions;
  std::deque<std::string> names = {};  // storage of names made later

  // A view of `name` that lives as long as the model.
  std::string_view keep(std::string name);
};

// Reads the messages of `file`, which must outlive the result. Throws Error for
// bytes that are no ONNX model and for sparse weights.
ModelMessage parse_model(Bytes file);

// One TensorProto, as ONNX's test data have them in files of their own.
TensorMessage parse_tensor(Bytes message);

}  // namespace triad::onnx
