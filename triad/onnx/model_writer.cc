#include "triad/onnx/model_writer.h"

#include <onnx/onnx_pb.h>

#include <bit>
#include <climits>
#include <set>

#include "triad/base/error.h"

namespace triad::onnx {
namespace {

namespace proto = ::onnx;

constexpr int kOldestOpset = 11, kNewestOpset = 21, kOpsetOfInt2 = 25;
// TensorProto.DataType INT2 of ONNX 1.20; Debian's messages are older.
constexpr int kInt2 = 26;

// The oldest IR that knows the opset, so that the oldest readers take the file.
// Table: https://github.com/onnx/onnx/blob/main/docs/Versioning.md
int ir_version(int opset) {
  if (opset <= 11) return 6;
  if (opset <= 14) return 7;
  if (opset <= 18) return 8;
  if (opset <= 20) return 9;
  return opset <= 22 ? 10 : 13;
}

proto::TensorProto_DataType to_proto(Element element) {
  switch (element) {
    case Element::uint8:
      return proto::TensorProto::UINT8;
    case Element::int8:
      return proto::TensorProto::INT8;
    case Element::int16:
      return proto::TensorProto::INT16;
    case Element::int32:
      return proto::TensorProto::INT32;
    case Element::int64:
      return proto::TensorProto::INT64;
    default:
      return proto::TensorProto::FLOAT;
  }
}

Element element_of(const Numbers& numbers) {
  constexpr Element kInOrder[] = {Element::float32, Element::uint8,
                                  Element::int8,    Element::int16,
                                  Element::int32,   Element::int64};
  return kInOrder[numbers.index()];
}

void describe(proto::ValueInfoProto& info, const std::string& name,
              Element element, const Shape& shape, std::int64_t batch) {
  info.set_name(name);
  auto& type = *info.mutable_type()->mutable_tensor_type();
  type.set_elem_type(to_proto(element));
  auto& first = *type.mutable_shape()->add_dim();
  if (batch > 0)
    first.set_dim_value(batch);
  else
    first.set_dim_param("batch");
  for (const std::int64_t size : shape)
    type.mutable_shape()->add_dim()->set_dim_value(size);
}

struct SetAttribute {
  proto::AttributeProto& attribute;

  void operator()(std::int64_t value) const {
    attribute.set_type(proto::AttributeProto::INT);
    attribute.set_i(value);
  }
  void operator()(float value) const {
    attribute.set_type(proto::AttributeProto::FLOAT);
    attribute.set_f(value);
  }
  void operator()(const std::string& value) const {
    attribute.set_type(proto::AttributeProto::STRING);
    attribute.set_s(value);
  }
  void operator()(const std::vector<std::int64_t>& values) const {
    attribute.set_type(proto::AttributeProto::INTS);
    for (const std::int64_t value : values) attribute.add_ints(value);
  }
};

}  // namespace

struct ModelWriter::Message {
  proto::ModelProto model;
  std::set<std::string> names, domains;
  std::int64_t batch;
};

ModelWriter::ModelWriter(const std::string& graph_name, int opset,
                         std::int64_t batch)
    : message_(std::make_unique<Message>()) {
  require(
      (opset >= kOldestOpset && opset <= kNewestOpset) || opset == kOpsetOfInt2,
      "onnx export: expected an opset in {}..{}, got {}", kOldestOpset,
      kNewestOpset, opset);
  require(batch >= 0, "onnx export: expected a batch >= 0, got {}", batch);
  message_->batch = batch;
  message_->model.set_ir_version(ir_version(opset));
  message_->model.add_opset_import()->set_version(opset);
  message_->model.mutable_graph()->set_name(graph_name);
}

ModelWriter::~ModelWriter() = default;

std::string ModelWriter::unique(const std::string& name) {
  std::string tried = name;
  for (int i = 1; !message_->names.insert(tried).second; ++i)
    tried = fmt::format("{}.{}", name, i);
  return tried;
}

void ModelWriter::add_input(const std::string& name, Element element,
                            const Shape& shape) {
  describe(*message_->model.mutable_graph()->add_input(), name, element, shape,
           message_->batch);
}

void ModelWriter::add_output(const std::string& name, Element element,
                             const Shape& shape) {
  describe(*message_->model.mutable_graph()->add_output(), name, element, shape,
           message_->batch);
}

void ModelWriter::add_shape(const std::string& name, const Shape& shape) {
  describe(*message_->model.mutable_graph()->add_value_info(), name,
           Element::float32, shape, message_->batch);
}

std::string ModelWriter::add_constant(const std::string& name,
                                      const Shape& shape, Numbers numbers) {
  static_assert(std::endian::native == std::endian::little,
                "raw_data is little-endian");
  const int type = to_proto(element_of(numbers));
  return std::visit(
      [&](auto span) {
        return add_tensor(name, type, shape, std::as_bytes(span));
      },
      numbers);
}

std::string ModelWriter::add_int2_constant(
    const std::string& name, const Shape& shape,
    std::span<const std::int8_t> numbers) {
  std::vector<std::uint8_t> packed((numbers.size() + 3) / 4);
  for (std::size_t i = 0; i < numbers.size(); ++i)
    packed[i / 4] |= std::uint8_t((numbers[i] & 3) << i % 4 * 2);
  return add_tensor(name, kInt2, shape, std::as_bytes(std::span(packed)));
}

std::string ModelWriter::add_tensor(const std::string& name, int type,
                                    const Shape& shape,
                                    std::span<const std::byte> bytes) {
  proto::TensorProto& tensor =
      *message_->model.mutable_graph()->add_initializer();
  tensor.set_name(unique(name));
  tensor.set_data_type(type);
  for (const std::int64_t size : shape) tensor.add_dims(size);
  tensor.set_raw_data(bytes.data(), bytes.size());
  return tensor.name();
}

void ModelWriter::add(const Operation& operation) {
  proto::NodeProto& node = *message_->model.mutable_graph()->add_node();
  node.set_op_type(operation.op);
  node.set_name(operation.name);
  for (const std::string& input : operation.inputs) node.add_input(input);
  node.add_output(operation.output);
  for (const Attribute& attribute : operation.attributes) {
    proto::AttributeProto& added = *node.add_attribute();
    added.set_name(attribute.name);
    std::visit(SetAttribute{added}, attribute.value);
  }
  if (!operation.doc.empty()) node.set_doc_string(operation.doc);
  if (operation.domain.empty()) return;
  node.set_domain(operation.domain);
  if (!message_->domains.insert(operation.domain).second) return;
  auto& imported = *message_->model.add_opset_import();
  imported.set_domain(operation.domain);
  imported.set_version(1);
}

std::vector<std::byte> ModelWriter::finish(
    const std::string& producer_version, const std::string& doc,
    const std::map<std::string, std::string>& metadata) const {
  proto::ModelProto& model = message_->model;
  model.set_producer_name("triad");
  model.set_producer_version(producer_version);
  model.set_doc_string(doc);
  model.clear_metadata_props();
  for (const auto& [key, value] : metadata) {
    auto& entry = *model.add_metadata_props();
    entry.set_key(key);
    entry.set_value(value);
  }
  const std::size_t size = model.ByteSizeLong();
  require(size <= INT_MAX,
          "onnx export: expected a file below 2 GiB, the limit of protobuf, "
          "got {} bytes",
          size);
  std::vector<std::byte> bytes(size);
  model.SerializeWithCachedSizesToArray(
      reinterpret_cast<std::uint8_t*>(bytes.data()));
  return bytes;
}

}  // namespace triad::onnx
