#pragma once
// Small networks of several inputs.

#include "triad/onnx/import/test_file.h"

namespace triad::onnx {

// A photograph and a mask, each normalised, then put together: channels of one
// picture.
inline TestFile masked_file() {
  TestFile file(13);
  file.input("photo", {-1, 3, 8, 8});
  file.input("mask", {1, 1, 8, 8});
  file.output("y");
  file.floats("mean", {1, 3, 1, 1}, {0.4f, 0.5f, 0.6f});
  file.floats("deviation", {1, 3, 1, 1}, {0.2f, 0.25f, 0.5f});
  file.floats("half", {}, {0.5f});
  file.weights("w", {4, 4, 3, 3});
  file.node("Sub", {"photo", "mean"}, {"centred"});
  file.node("Div", {"centred", "deviation"}, {"scaled"});
  file.node("Sub", {"mask", "half"}, {"signed"});
  file.node("Concat", {"scaled", "signed"}, {"both"},
            {{"axis", std::int64_t(1)}});
  file.node("Conv", {"both", "w"}, {"y"});
  return file;
}

// Two photographs, one of them with its channels last, through one layer: what
// differs between them.
inline TestFile siamese_file() {
  TestFile file(13);
  file.input("before", {-1, 3, 8, 8});
  file.input("after", {-1, 8, 8, 3});
  file.output("y", {-1, 5});
  file.weights("w", {6, 3, 3, 3});
  file.weights("fc.w", {6, 5});
  file.node("Transpose", {"after"}, {"turned"}, {{"perm", Ints{0, 3, 1, 2}}});
  file.node("Conv", {"before", "w"}, {"a"});
  file.node("Conv", {"turned", "w"}, {"b"});
  file.node("Relu", {"a"}, {"positive"});
  file.node("Relu", {"b"}, {"too"});
  file.node("Add", {"positive", "too"}, {"sum"});
  file.node("GlobalAveragePool", {"sum"}, {"mean"});
  file.node("Flatten", {"mean"}, {"flat"});
  file.node("MatMul", {"flat", "fc.w"}, {"y"});
  return file;
}

// Features of two kinds, each through a layer of its own.
inline TestFile two_features_file() {
  TestFile file(13);
  file.input("age", {-1, 4});
  file.input("shape", {-1, 7});
  file.output("y", {-1, 3});
  file.weights("w", {11, 3});
  file.weights("v", {7, 3});
  file.node("Concat", {"age", "shape"}, {"all"}, {{"axis", std::int64_t(-1)}});
  file.node("MatMul", {"all", "w"}, {"first"});
  file.node("MatMul", {"shape", "v"}, {"second"});
  file.node("Add", {"first", "second"}, {"y"});
  return file;
}

}  // namespace triad::onnx
