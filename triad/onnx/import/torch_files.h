#pragma once
// Small networks as PyTorch's exporters write them.

#include "triad/onnx/import/test_file.h"

namespace triad::onnx {

inline void add_norm_weights(TestFile& file, const std::string& name,
                             std::int64_t channels) {
  file.weights(name + ".weight", {channels}, 1.5);
  file.weights(name + ".bias", {channels});
  file.weights(name + ".running_mean", {channels});
  file.floats(name + ".running_var", {channels},
              std::vector<float>(std::size_t(channels), 0.8f));
}

// PyTorch's TorchScript exporter: numbers as names, Shape-Gather-Concat-Reshape
// for a view, a fixed Conv-BatchNorm-Relu order.
inline TestFile torchscript_file() {
  TestFile file(11, 6);
  file.input("input.1", {-1, 3, 16, 16});
  file.output("20", {-1, 5});
  file.weights("conv1.weight", {8, 3, 3, 3});
  add_norm_weights(file, "bn1", 8);
  file.weights("fc.weight", {5, 8 * 4 * 4});
  file.weights("fc.bias", {5});
  file.node("Conv", {"input.1", "conv1.weight"}, {"8"},
            {{"dilations", Ints{1, 1}},
             {"group", std::int64_t(1)},
             {"kernel_shape", Ints{3, 3}},
             {"pads", Ints{1, 1, 1, 1}},
             {"strides", Ints{2, 2}}});
  file.node(
      "BatchNormalization",
      {"8", "bn1.weight", "bn1.bias", "bn1.running_mean", "bn1.running_var"},
      {"9"}, {{"epsilon", 1e-5f}, {"momentum", 0.9f}});
  file.node("Relu", {"9"}, {"10"});
  file.node("MaxPool", {"10"}, {"11"},
            {{"kernel_shape", Ints{2, 2}}, {"strides", Ints{2, 2}}});
  file.node("Shape", {"11"}, {"12"});
  file.constant("13", {0}, {});
  file.node("Gather", {"12", "13"}, {"14"}, {{"axis", std::int64_t(0)}});
  file.constant("15", {-1}, {});
  file.node("Unsqueeze", {"14"}, {"16"}, {{"axes", Ints{0}}});
  file.node("Unsqueeze", {"15"}, {"17"}, {{"axes", Ints{0}}});
  file.node("Concat", {"16", "17"}, {"18"}, {{"axis", std::int64_t(0)}});
  file.node("Reshape", {"11", "18"}, {"19"});
  file.node("Gemm", {"19", "fc.weight", "fc.bias"}, {"20"},
            {{"alpha", 1.0f}, {"beta", 1.0f}, {"transB", std::int64_t(1)}});
  return file;
}

// PyTorch's dynamo exporter: functions, axes as inputs, hard swish written out.
inline TestFile dynamo_file() {
  TestFile file(18, 8);
  file.import("pkg.torch", 1);
  file.input("x", {1, 3, 12, 12});
  file.output("linear", {1, 4});
  file.weights("conv.weight", {6, 3, 3, 3});
  file.weights("conv.bias", {6});
  file.weights("fc.weight", {4, 6});
  file.weights("fc.bias", {4});
  auto& function = *file.model.add_functions();
  function.set_name("hardswish");
  function.set_domain("pkg.torch");
  function.add_input("self");
  function.add_output("result");
  function.add_attribute("shift");
  auto& opset = *function.add_opset_import();
  opset.set_domain("");
  opset.set_version(18);
  auto& shift = *function.add_node();
  TestFile::fill_node(shift, "Constant", {}, {"three"}, {});
  shift.mutable_attribute()->Add()->set_name("value_float");
  shift.mutable_attribute(0)->set_type(::onnx::AttributeProto::FLOAT);
  shift.mutable_attribute(0)->set_ref_attr_name("shift");
  TestFile::fill_node(*function.add_node(), "Constant", {}, {"zero"},
                      {{"value_float", 0.0f}});
  TestFile::fill_node(*function.add_node(), "Constant", {}, {"six"},
                      {{"value_float", 6.0f}});
  TestFile::fill_node(*function.add_node(), "Add", {"self", "three"}, {"a"},
                      {});
  TestFile::fill_node(*function.add_node(), "Clip", {"a", "zero", "six"}, {"b"},
                      {});
  TestFile::fill_node(*function.add_node(), "Mul", {"self", "b"}, {"c"}, {});
  TestFile::fill_node(*function.add_node(), "Div", {"c", "six"}, {"result"},
                      {});
  file.node("Conv", {"x", "conv.weight", "conv.bias"}, {"convolution"},
            {{"auto_pad", std::string("NOTSET")}, {"pads", Ints{1, 1, 1, 1}}});
  file.node("hardswish", {"convolution"}, {"hardswish"}, {{"shift", 3.0f}})
      .set_domain("pkg.torch");
  file.integers("axes", {2}, {-1, -2});
  file.node("ReduceMean", {"hardswish", "axes"}, {"mean"},
            {{"keepdims", std::int64_t(1)}});
  file.integers("size", {2}, {1, 6});
  file.node("Reshape", {"mean", "size"}, {"view"},
            {{"allowzero", std::int64_t(1)}});
  file.node("Gemm", {"view", "fc.weight", "fc.bias"}, {"linear"},
            {{"transB", std::int64_t(1)}});
  return file;
}

}  // namespace triad::onnx
