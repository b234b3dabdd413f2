#pragma once
// ONNX files put together by hand, for tests: what exporters write, and what
// they should not.

#include <onnx/onnx_pb.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "triad/base/shape.h"
#include "triad/onnx/import/test_values.h"

namespace triad::onnx {

class TestFile {
 public:
  using Type = ::onnx::TensorProto_DataType;
  using Attributes = std::vector<std::pair<std::string, AttributeValue>>;

  explicit TestFile(int opset, int ir = 8) {
    model.set_ir_version(ir);
    model.set_producer_name("test");
    model.mutable_graph()->set_name("net");
    import("", opset);
  }

  void import(const std::string& domain, int version) {
    auto& opset = *model.add_opset_import();
    opset.set_domain(domain);
    opset.set_version(version);
  }
  // -1: any number.
  void input(const std::string& name, const Shape& shape,
             Type type = ::onnx::TensorProto::FLOAT) {
    describe(*graph().add_input(), name, shape, type);
  }
  void output(const std::string& name, const Shape& shape = {},
              Type type = ::onnx::TensorProto::FLOAT) {
    describe(*graph().add_output(), name, shape, type);
  }

  ::onnx::TensorProto& floats(const std::string& name, const Shape& shape,
                              const std::vector<float>& values) {
    return fill(*graph().add_initializer(), name, shape,
                ::onnx::TensorProto::FLOAT, values);
  }
  // Random numbers that keep values in range; the same for equal names.
  ::onnx::TensorProto& weights(const std::string& name, const Shape& shape,
                               double offset = 0) {
    return floats(name, shape, random_weights(name, shape, offset));
  }
  ::onnx::TensorProto& integers(const std::string& name, const Shape& shape,
                                const std::vector<std::int64_t>& values) {
    return fill(*graph().add_initializer(), name, shape,
                ::onnx::TensorProto::INT64, values);
  }
  template <typename T>
  ::onnx::TensorProto& numbers(const std::string& name, const Shape& shape,
                               Type type, const std::vector<T>& values) {
    return fill(*graph().add_initializer(), name, shape, type, values);
  }

  ::onnx::NodeProto& node(const std::string& op,
                          const std::vector<std::string>& inputs,
                          const std::vector<std::string>& outputs,
                          const Attributes& attributes = {}) {
    ::onnx::NodeProto& node = *graph().add_node();
    fill_node(node, op, inputs, outputs, attributes);
    return node;
  }
  // A Constant node of integers, as PyTorch writes them.
  void constant(const std::string& name,
                const std::vector<std::int64_t>& values, const Shape& shape) {
    auto& made = node("Constant", {}, {name});
    auto& attribute = *made.add_attribute();
    attribute.set_name("value");
    attribute.set_type(::onnx::AttributeProto::TENSOR);
    fill(*attribute.mutable_t(), "", shape, ::onnx::TensorProto::INT64, values);
  }

  static void fill_node(::onnx::NodeProto& node, const std::string& op,
                        const std::vector<std::string>& inputs,
                        const std::vector<std::string>& outputs,
                        const Attributes& attributes) {
    node.set_op_type(op);
    node.set_name(op + "_" + (outputs.empty() ? "" : outputs[0]));
    for (const auto& input : inputs) node.add_input(input);
    for (const auto& output : outputs) node.add_output(output);
    for (const auto& [name, value] : attributes)
      set_attribute(*node.add_attribute(), name, value);
  }

  ::onnx::GraphProto& graph() { return *model.mutable_graph(); }
  std::vector<std::byte> bytes() const {
    std::vector<std::byte> bytes(model.ByteSizeLong());
    model.SerializeToArray(bytes.data(), int(bytes.size()));
    return bytes;
  }

  ::onnx::ModelProto model;

 private:
  static void describe(::onnx::ValueInfoProto& value, const std::string& name,
                       const Shape& shape, Type type) {
    value.set_name(name);
    auto& tensor = *value.mutable_type()->mutable_tensor_type();
    tensor.set_elem_type(type);
    if (shape.empty()) return;
    for (const std::int64_t size : shape) {
      auto& dimension = *tensor.mutable_shape()->add_dim();
      if (size < 0)
        dimension.set_dim_param("N");
      else
        dimension.set_dim_value(size);
    }
  }

  template <typename T>
  static ::onnx::TensorProto& fill(::onnx::TensorProto& tensor,
                                   const std::string& name, const Shape& shape,
                                   Type type, const std::vector<T>& values) {
    tensor.set_name(name);
    tensor.set_data_type(type);
    for (const std::int64_t size : shape) tensor.add_dims(size);
    tensor.set_raw_data(values.data(), values.size() * sizeof(T));
    return tensor;
  }
};

}  // namespace triad::onnx
