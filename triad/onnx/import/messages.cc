#include "triad/onnx/import/messages.h"

#include <algorithm>

#include "triad/base/error.h"
#include "triad/format/reader.h"

namespace triad::onnx {
namespace {

Text parse_text(Bytes message) {
  Text text;
  for (WireFields fields(message); fields.next();) {
    if (fields.number() == 1) text.first = fields.text();
    if (fields.number() == 2) text.second = fields.text();
  }
  return text;
}

AttributeMessage parse_attribute(Bytes message) {
  AttributeMessage attribute;
  for (WireFields fields(message); fields.next();) switch (fields.number()) {
      case 1:
        attribute.name = fields.text();
        break;
      case 2:
        attribute.f = fields.fixed_float();
        break;
      case 3:
        attribute.i = fields.integer();
        break;
      case 4:
        attribute.s = fields.text();
        break;
      case 5:
        attribute.t =
            std::make_shared<TensorMessage>(parse_tensor(fields.bytes()));
        break;
      case 6:
      case 11:
        attribute.has_graph = true;
        break;
      case 7:
        fields.append_to(attribute.floats);
        break;
      case 8:
        fields.append_to(attribute.ints);
        break;
      case 20:
        attribute.type = int(fields.integer());
        break;
      case 21:
        attribute.reference = fields.text();
        break;
    }
  return attribute;
}

NodeMessage parse_node(Bytes message) {
  NodeMessage node;
  for (WireFields fields(message); fields.next();) switch (fields.number()) {
      case 1:
        node.inputs.push_back(fields.text());
        break;
      case 2:
        node.outputs.push_back(fields.text());
        break;
      case 3:
        node.name = fields.text();
        break;
      case 4:
        node.op = fields.text();
        break;
      case 5:
        node.attributes.push_back(parse_attribute(fields.bytes()));
        break;
      case 7:
        node.domain = fields.text();
        break;
    }
  if (node.domain == "ai.onnx") node.domain = "";
  return node;
}

std::int64_t parse_dimension(Bytes message) {
  std::int64_t size = -1;
  for (WireFields fields(message); fields.next();)
    if (fields.number() == 1) size = fields.integer();
  return size;
}

void parse_tensor_type(Bytes message, ValueMessage& value) {
  for (WireFields fields(message); fields.next();) {
    if (fields.number() == 1) value.type = DataType(fields.integer());
    if (fields.number() != 2) continue;
    value.has_shape = true;
    for (WireFields shape(fields.bytes()); shape.next();)
      if (shape.number() == 1)
        value.shape.push_back(parse_dimension(shape.bytes()));
  }
}

ValueMessage parse_value(Bytes message) {
  ValueMessage value;
  for (WireFields fields(message); fields.next();) {
    if (fields.number() == 1) value.name = fields.text();
    if (fields.number() != 2) continue;
    for (WireFields type(fields.bytes()); type.next();)
      if (type.number() == 1) parse_tensor_type(type.bytes(), value);
  }
  return value;
}

void parse_graph(Bytes message, ModelMessage& model) {
  for (WireFields fields(message); fields.next();) switch (fields.number()) {
      case 1:
        model.nodes.push_back(parse_node(fields.bytes()));
        break;
      case 2:
        model.graph_name = fields.text();
        break;
      case 5:
        model.initializers.push_back(parse_tensor(fields.bytes()));
        break;
      case 11:
        model.inputs.push_back(parse_value(fields.bytes()));
        break;
      case 12:
        model.outputs.push_back(parse_value(fields.bytes()));
        break;
      case 15:
        fail("sparse initializers are not imported: write them as dense ones");
    }
}

void parse_opset(Bytes message, Opsets& opsets) {
  std::string_view domain;
  std::int64_t version = 0;
  for (WireFields fields(message); fields.next();) {
    if (fields.number() == 1) domain = fields.text();
    if (fields.number() == 2) version = fields.integer();
  }
  opsets[domain == "ai.onnx" ? "" : domain] = version;
}

void set_opsets(std::vector<NodeMessage>& nodes, const Opsets& opsets) {
  for (NodeMessage& node : nodes) {
    const auto found = opsets.find(node.domain);
    node.opset = found == opsets.end() ? 1 : found->second;
  }
}

FunctionMessage parse_function(Bytes message) {
  FunctionMessage function;
  Opsets opsets;
  for (WireFields fields(message); fields.next();) switch (fields.number()) {
      case 1:
        function.name = fields.text();
        break;
      case 4:
        function.inputs.push_back(fields.text());
        break;
      case 5:
        function.outputs.push_back(fields.text());
        break;
      case 6:
        function.attributes.push_back(fields.text());
        break;
      case 7:
        function.nodes.push_back(parse_node(fields.bytes()));
        break;
      case 9:
        parse_opset(fields.bytes(), opsets);
        break;
      case 10:
        function.domain = fields.text();
        break;
      case 11:
        function.defaults.push_back(parse_attribute(fields.bytes()));
        break;
    }
  set_opsets(function.nodes, opsets);
  return function;
}

}  // namespace

std::string to_string(DataType type) {
  switch (type) {
    case DataType::undefined:
      return "undefined";
    case DataType::float32:
      return "float32";
    case DataType::uint8:
      return "uint8";
    case DataType::int8:
      return "int8";
    case DataType::uint16:
      return "uint16";
    case DataType::int16:
      return "int16";
    case DataType::int32:
      return "int32";
    case DataType::int64:
      return "int64";
    case DataType::string:
      return "string";
    case DataType::boolean:
      return "bool";
    case DataType::float16:
      return "float16";
    case DataType::float64:
      return "float64";
    case DataType::uint32:
      return "uint32";
    case DataType::uint64:
      return "uint64";
    case DataType::bfloat16:
      return "bfloat16";
    case DataType::uint4:
      return "uint4";
    case DataType::int4:
      return "int4";
    case DataType::uint2:
      return "uint2";
    case DataType::int2:
      return "int2";
  }
  return fmt::format("data type {}", int(type));
}

const AttributeMessage* NodeMessage::find(std::string_view attribute) const {
  const auto found =
      std::ranges::find(attributes, attribute, &AttributeMessage::name);
  return found == attributes.end() ? nullptr : &*found;
}

std::string_view ModelMessage::keep(std::string name) {
  return names.emplace_back(std::move(name));
}

TensorMessage parse_tensor(Bytes message) {
  TensorMessage tensor;
  for (WireFields fields(message); fields.next();) switch (fields.number()) {
      case 1:
        fields.append_to(tensor.shape);
        break;
      case 2:
        tensor.type = DataType(fields.integer());
        break;
      case 4:
      case 5:
      case 7:
      case 10:
      case 11:
        tensor.elements_field = fields.number();
        tensor.elements.push_back(fields.elements());
        break;
      case 8:
        tensor.name = fields.text();
        break;
      case 9:
        tensor.has_raw = true;
        tensor.raw = fields.bytes();
        break;
      case 13:
        tensor.external.push_back(parse_text(fields.bytes()));
        break;
      case 14:
        tensor.is_external = fields.integer() == 1;
        break;
    }
  return tensor;
}

ModelMessage parse_model(Bytes file) {
  require(!format::is_triad_file(file),
          "is a .triad file by its bytes: give it a name that ends so");
  ModelMessage model;
  bool has_graph = false;
  for (WireFields fields(file); fields.next();) switch (fields.number()) {
      case 1:
        model.ir_version = fields.integer();
        break;
      case 2:
        model.producer = fields.text();
        break;
      case 3:
        model.producer_version = fields.text();
        break;
      case 7:
        has_graph = true;
        parse_graph(fields.bytes(), model);
        break;
      case 8:
        parse_opset(fields.bytes(), model.opsets);
        break;
      case 14:
        model.metadata.push_back(parse_text(fields.bytes()));
        break;
      case 25:
        model.functions.push_back(parse_function(fields.bytes()));
        break;
    }
  require(has_graph && model.ir_version > 0, "no ONNX model");
  set_opsets(model.nodes, model.opsets);
  return model;
}

}  // namespace triad::onnx
