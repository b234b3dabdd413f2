#pragma once
// Small networks that are quantised in the file.

#include "triad/onnx/import/test_file.h"

namespace triad::onnx {

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
