#pragma once
// Small networks as tf2onnx writes them, from TensorFlow and from Keras.

#include "triad/onnx/import/torch_files.h"

namespace triad::onnx {

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

}  // namespace triad::onnx
