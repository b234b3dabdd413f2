#pragma once
// Small networks as older exporters write them, and a detector.

#include "triad/onnx/import/test_file.h"

namespace triad::onnx {

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

}  // namespace triad::onnx
