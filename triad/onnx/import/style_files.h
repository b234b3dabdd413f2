#pragma once
// Small networks as the usual exporters write them.

#include <string>
#include <vector>

#include "triad/onnx/import/test_file.h"

namespace triad::onnx {

using Ints = std::vector<std::int64_t>;

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

// tf2onnx: NHWC at the borders, transposes around each convolution, biases as
// Adds, a flatten in NHWC order; the picture is normalised in the graph.
inline TestFile tf2onnx_file() {
  TestFile file(13, 7);
  file.input("image:0", {-1, 10, 12, 3});
  file.output("probabilities", {-1, 7});
  file.floats("mean", {3}, {0.4f, 0.5f, 0.6f});
  file.floats("deviation", {3}, {0.2f, 0.25f, 0.3f});
  file.weights("kernel", {4, 3, 3, 3});
  file.weights("bias", {4});
  file.weights("dense/kernel", {5 * 6 * 4, 7});
  file.weights("dense/bias", {7});
  file.node("Sub", {"image:0", "mean"}, {"centred"});
  file.node("Div", {"centred", "deviation"}, {"scaled"});
  file.node("Transpose", {"scaled"}, {"nchw"}, {{"perm", Ints{0, 3, 1, 2}}});
  file.node("Conv", {"nchw", "kernel"}, {"conv"},
            {{"auto_pad", std::string("SAME_UPPER")},
             {"strides", Ints{1, 1}},
             {"kernel_shape", Ints{3, 3}}});
  file.node("Transpose", {"conv"}, {"nhwc"}, {{"perm", Ints{0, 2, 3, 1}}});
  file.node("Add", {"nhwc", "bias"}, {"biased"});
  file.node("Relu", {"biased"}, {"relu"});
  file.node("Transpose", {"relu"}, {"nchw2"}, {{"perm", Ints{0, 3, 1, 2}}});
  file.node("MaxPool", {"nchw2"}, {"pool"},
            {{"kernel_shape", Ints{2, 2}}, {"strides", Ints{2, 2}}});
  file.node("Transpose", {"pool"}, {"nhwc2"}, {{"perm", Ints{0, 2, 3, 1}}});
  file.integers("flat", {2}, {-1, 5 * 6 * 4});
  file.node("Reshape", {"nhwc2", "flat"}, {"flatten"});
  file.node("MatMul", {"flatten", "dense/kernel"}, {"matmul"});
  file.node("Add", {"matmul", "dense/bias"}, {"logits"});
  file.node("Softmax", {"logits"}, {"probabilities"});
  return file;
}

// Keras by way of tf2onnx: depthwise convolution, ReLU6, squeeze and
// excitation, global average as ReduceMean over rows and columns in NHWC.
inline TestFile keras_file() {
  TestFile file(13, 7);
  file.input("input", {-1, 9, 9, 4});
  file.output("dense", {-1, 3});
  file.weights("depthwise", {4, 1, 3, 3});
  file.weights("squeeze", {2, 4, 1, 1});
  file.weights("excite", {4, 2, 1, 1});
  file.weights("top", {4, 3});
  add_norm_weights(file, "bn", 4);
  file.floats("zero", {}, {0.0f});
  file.floats("six", {}, {6.0f});
  file.node("Transpose", {"input"}, {"x"}, {{"perm", Ints{0, 3, 1, 2}}});
  file.node("Conv", {"x", "depthwise"}, {"conv"},
            {{"group", std::int64_t(4)},
             {"auto_pad", std::string("SAME_LOWER")},
             {"strides", Ints{2, 2}},
             {"kernel_shape", Ints{3, 3}}});
  file.node(
      "BatchNormalization",
      {"conv", "bn.weight", "bn.bias", "bn.running_mean", "bn.running_var"},
      {"norm"}, {{"epsilon", 1e-3f}});
  file.node("Clip", {"norm", "zero", "six"}, {"relu6"});
  file.node("GlobalAveragePool", {"relu6"}, {"pooled"});
  file.node("Conv", {"pooled", "squeeze"}, {"squeezed"});
  file.node("Relu", {"squeezed"}, {"active"});
  file.node("Conv", {"active", "excite"}, {"excited"});
  file.node("Sigmoid", {"excited"}, {"gate"});
  file.node("Mul", {"relu6", "gate"}, {"gated"});
  file.node("Transpose", {"gated"}, {"nhwc"}, {{"perm", Ints{0, 2, 3, 1}}});
  file.node("ReduceMean", {"nhwc"}, {"mean"},
            {{"axes", Ints{1, 2}}, {"keepdims", std::int64_t(0)}});
  file.node("MatMul", {"mean", "top"}, {"dense"});
  return file;
}

// Caffe2 and its like: opset 7, initialisers listed as inputs, scales and
// shifts of a batch norm as Mul and Add, weights reshaped in the graph.
inline TestFile caffe2_file() {
  TestFile file(7, 3);
  file.input("data", {1, 2, 8, 8});
  file.weights("w", {6, 2, 3, 3});
  file.weights("scale", {6, 1, 1}, 1.0);
  file.weights("shift", {6, 1, 1});
  file.weights("fc", {6, 4, 4, 5});
  file.integers("fc_shape", {2}, {96, 5});
  file.integers("flat_shape", {2}, {0, -1});
  for (const auto& tensor : file.graph().initializer())
    file.input(tensor.name(), {tensor.dims().begin(), tensor.dims().end()},
               TestFile::Type(tensor.data_type()));
  file.output("scores", {1, 5});
  file.node("Pad", {"data"}, {"padded"},
            {{"pads", Ints{0, 0, 1, 1, 0, 0, 1, 1}},
             {"mode", std::string("constant")},
             {"value", 0.0f}});
  file.node("Conv", {"padded", "w"}, {"conv"}, {{"kernel_shape", Ints{3, 3}}});
  file.node("Mul", {"conv", "scale"}, {"scaled"});
  file.node("Add", {"scaled", "shift"}, {"shifted"});
  file.node("LeakyRelu", {"shifted"}, {"leaky"}, {{"alpha", 0.1f}});
  file.node("AveragePool", {"leaky"}, {"pool"},
            {{"kernel_shape", Ints{3, 3}},
             {"strides", Ints{2, 2}},
             {"pads", Ints{0, 0, 1, 1}}});
  file.node("Reshape", {"pool", "flat_shape"}, {"flat"});
  file.node("Reshape", {"fc", "fc_shape"}, {"fc_matrix"});
  file.node("Dropout", {"flat"}, {"dropped"}, {{"ratio", 0.5f}});
  file.node("MatMul", {"dropped", "fc_matrix"}, {"product"});
  file.node("Softmax", {"product"}, {"scores"});
  return file;
}

// A detector's head: two maps, channels last, joined, normalised; an upsampled
// branch beside them; two outputs.
inline TestFile detector_file() {
  TestFile file(12, 7);
  file.input("image", {1, 3, 8, 8});
  file.output("scores", {1, 160, 2});
  file.output("map", {1, 10, 8, 8});
  file.weights("a", {4, 3, 3, 3});
  file.weights("b", {8, 4, 3, 3});
  const TestFile::Attributes same = {{"pads", Ints{1, 1, 1, 1}},
                                     {"kernel_shape", Ints{3, 3}}};
  TestFile::Attributes halved = same;
  halved.push_back({"strides", Ints{2, 2}});
  file.node("Conv", {"image", "a"}, {"large"}, same);
  file.node("Conv", {"large", "b"}, {"small"}, halved);
  file.integers("rows", {3}, {1, -1, 2});
  for (const std::string map : {"large", "small"}) {
    file.node("Transpose", {map}, {map + "_last"},
              {{"perm", Ints{0, 2, 3, 1}}});
    file.node("Reshape", {map + "_last", "rows"}, {map + "_rows"});
  }
  file.node("Concat", {"large_rows", "small_rows"}, {"all"},
            {{"axis", std::int64_t(1)}});
  file.node("Softmax", {"all"}, {"scores"}, {{"axis", std::int64_t(2)}});
  file.floats("no_roi", {0}, {});
  file.floats("twice", {4}, {1, 1, 2, 2});
  file.node("Resize", {"small", "no_roi", "twice"}, {"up"},
            {{"mode", std::string("nearest")},
             {"coordinate_transformation_mode", std::string("asymmetric")},
             {"nearest_mode", std::string("floor")}});
  file.node("Split", {"large"}, {"first", "second"},
            {{"axis", std::int64_t(1)}, {"split", Ints{2, 2}}});
  file.node("Concat", {"up", "second"}, {"map"}, {{"axis", std::int64_t(1)}});
  return file;
}

// The weight of the quantised files, [2, 4].
inline const std::vector<std::int8_t>& quantised_codes() {
  static const std::vector<std::int8_t> codes = {1, -127, 64, 0, 5, -6, 7, 127};
  return codes;
}

// As ONNX Runtime's quantiser writes: int8 weights with a scale for each
// filter, uint8 values whose saturation at 0 is the Relu.
inline TestFile qdq_file() {
  TestFile file(13);
  file.input("x", {-1, 4, 1, 1});
  file.output("y");
  file.floats("x_scale", {}, {0.01f});
  file.numbers<std::uint8_t>("x_zero", {}, ::onnx::TensorProto::UINT8, {128});
  file.numbers("w", {2, 4, 1, 1}, ::onnx::TensorProto::INT8, quantised_codes());
  file.floats("w_scale", {2}, {0.5f, 0.25f});
  file.numbers<std::int8_t>("w_zero", {2}, ::onnx::TensorProto::INT8, {0, 0});
  file.numbers<std::int32_t>("b", {2}, ::onnx::TensorProto::INT32, {100, -200});
  file.floats("b_scale", {2}, {0.005f, 0.0025f});
  file.floats("y_scale", {}, {0.02f});
  file.numbers<std::uint8_t>("y_zero", {}, ::onnx::TensorProto::UINT8, {0});
  file.node("QuantizeLinear", {"x", "x_scale", "x_zero"}, {"xq"});
  file.node("DequantizeLinear", {"xq", "x_scale", "x_zero"}, {"xr"});
  file.node("DequantizeLinear", {"w", "w_scale", "w_zero"}, {"wr"},
            {{"axis", std::int64_t(0)}});
  file.node("DequantizeLinear", {"b", "b_scale"}, {"br"},
            {{"axis", std::int64_t(0)}});
  file.node("Conv", {"xr", "wr", "br"}, {"c"});
  file.node("QuantizeLinear", {"c", "y_scale", "y_zero"}, {"yq"});
  file.node("DequantizeLinear", {"yq", "y_scale", "y_zero"}, {"y"});
  return file;
}

// QONNX: a matrix in front of whose use stands its ternary quantiser.
inline TestFile qonnx_file() {
  TestFile file(11);
  file.import("qonnx.custom_op.general", 1);
  file.input("x", {1, 3});
  file.output("y");
  file.floats("w", {3, 2}, {0.4f, -0.1f, -0.4f, 0.4f, 0.0f, -0.5f});
  file.floats("scale", {1, 2}, {0.4f, 0.3f});
  file.floats("zero", {}, {0});
  file.floats("bits", {}, {2});
  file.node("Quant", {"w", "scale", "zero", "bits"}, {"wq"},
            {{"signed", std::int64_t(1)},
             {"narrow", std::int64_t(1)},
             {"rounding_mode", std::string("ROUND")}})
      .set_domain("qonnx.custom_op.general");
  file.node("MatMul", {"x", "wq"}, {"y"});
  return file;
}

}  // namespace triad::onnx
