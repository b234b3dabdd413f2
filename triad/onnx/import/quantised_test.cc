// Networks that are quantised in the file: codes come over exactly.
#include <gmock/gmock.h>

#include "triad/base/error.h"
#include "triad/onnx/import.h"
#include "triad/onnx/import/style_files.h"
#include "triad/reference/float_executor.h"

namespace triad::onnx {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

graph::Graph import(const TestFile& file) {
  return import_bytes(file.bytes(), "test.onnx").graph;
}

const encoding::Encoding& weight(const graph::Graph& graph, std::size_t node) {
  return graph.nodes[node].find("weight")->encoding;
}

// The largest output of the one picture whose values are all `input`.
float largest_output(const graph::Graph& graph, float input) {
  reference::FloatExecutor executor;
  executor.load(graph);
  const auto size = element_count(graph.value(graph.input()).shape);
  const auto values =
      executor.values(std::vector<float>(std::size_t(size), input));
  return std::ranges::max(values[std::size_t(graph.outputs[0])]);
}

TEST(QuantisedOnnx, QdqKeepsCodesScalesAndTheReluOfSaturation) {
  const graph::Graph graph = import(qdq_file());
  ASSERT_EQ(graph.nodes.size(), 3U);
  const auto* levels = std::get_if<encoding::Levels>(&weight(graph, 1));
  ASSERT_NE(levels, nullptr);
  EXPECT_EQ(*levels->codes, quantised_codes());
  EXPECT_EQ(levels->bits, 8);
  EXPECT_THAT(levels->scales, ElementsAre(0.5f, 0.25f));
  EXPECT_THAT(encoding::decode(graph.nodes[1].find("bias")->encoding),
              ElementsAre(0.5f, -0.5f));
  EXPECT_TRUE(std::holds_alternative<graph::Relu>(graph.nodes[2].op));
  EXPECT_THAT(import_bytes(qdq_file().bytes(), "x").notes,
              Contains(HasSubstr("calibrates them again")));
}

TEST(QuantisedOnnx, QLinearConvIsTheSameNetwork) {
  TestFile file(13);
  file.input("x", {1, 4, 1, 1});
  file.output("y");
  file.floats("x_scale", {}, {0.01f});
  file.numbers<std::uint8_t>("x_zero", {}, ::onnx::TensorProto::UINT8, {128});
  file.numbers("w", {2, 4, 1, 1}, ::onnx::TensorProto::INT8, quantised_codes());
  file.floats("w_scale", {2}, {0.5f, 0.25f});
  file.numbers<std::int8_t>("w_zero", {2}, ::onnx::TensorProto::INT8, {0, 0});
  file.numbers<std::int32_t>("b", {2}, ::onnx::TensorProto::INT32, {100, -200});
  file.floats("y_scale", {}, {0.02f});
  file.numbers<std::uint8_t>("y_zero", {}, ::onnx::TensorProto::UINT8, {0});
  file.node("QuantizeLinear", {"x", "x_scale", "x_zero"}, {"xq"});
  file.node("QLinearConv",
            {"xq", "x_scale", "x_zero", "w", "w_scale", "w_zero", "y_scale",
             "y_zero", "b"},
            {"yq"});
  file.node("DequantizeLinear", {"yq", "y_scale", "y_zero"}, {"y"});
  const graph::Graph a = import(file), b = import(qdq_file());
  EXPECT_EQ(encoding::decode(weight(a, 1)), encoding::decode(weight(b, 1)));
  EXPECT_FLOAT_EQ(largest_output(a, 0.3f), largest_output(b, 0.3f));
}

TEST(QuantisedOnnx, IntegerMatrixWithItsScaleAfterwards) {
  TestFile file(13);
  file.input("x", {1, 4});
  file.output("y");
  file.floats("x_scale", {}, {0.02f});
  file.numbers<std::uint8_t>("x_zero", {}, ::onnx::TensorProto::UINT8, {10});
  file.numbers("w", {4, 2}, ::onnx::TensorProto::INT8, quantised_codes());
  file.floats("both", {}, {0.02f * 0.5f});
  file.node("QuantizeLinear", {"x", "x_scale", "x_zero"}, {"xq"});
  file.node("MatMulInteger", {"xq", "w", "x_zero"}, {"sums"});
  file.node("Cast", {"sums"}, {"real"}, {{"to", std::int64_t(1)}});
  file.node("Mul", {"real", "both"}, {"y"});
  const graph::Graph graph = import(file);
  // x W with W = 0.5 codes: the second column is -127 + 0 - 6 + 127.
  EXPECT_NEAR(largest_output(graph, 0.2f), 0.2f * 0.5f * (1 + 64 + 5 + 7),
              1e-4);
}

TEST(QuantisedOnnx, TakesOnnxRuntimesOwnOps) {
  TestFile file(13);
  file.import("com.microsoft", 1);
  file.input("x", {1, 4, 2, 2});
  file.output("y");
  file.floats("s", {}, {0.01f});
  file.numbers<std::uint8_t>("z", {}, ::onnx::TensorProto::UINT8, {128});
  file.numbers("w", {2, 4}, ::onnx::TensorProto::INT8, quantised_codes());
  file.floats("ws", {2}, {0.5f, 0.25f});
  file.numbers<std::int8_t>("wz", {2}, ::onnx::TensorProto::INT8, {0, 0});
  file.numbers<std::int32_t>("b", {2}, ::onnx::TensorProto::INT32, {100, 200});
  file.node("QuantizeLinear", {"x", "s", "z"}, {"q"});
  const auto microsoft = [&](const std::string& op,
                             const std::vector<std::string>& inputs,
                             const std::string& output,
                             const TestFile::Attributes& attributes = {}) {
    file.node(op, inputs, {output}, attributes).set_domain("com.microsoft");
  };
  microsoft("QLinearAdd", {"q", "s", "z", "q", "s", "z", "s", "z"}, "twice");
  microsoft("QLinearGlobalAveragePool", {"twice", "s", "z", "s", "z"}, "mean");
  file.node("Flatten", {"mean"}, {"flat"});
  microsoft("QGemm", {"flat", "s", "z", "w", "ws", "wz", "b"}, "y",
            {{"transB", std::int64_t(1)}});
  const graph::Graph graph = import(file);
  // Twice 0.25 in all four channels; the bias counts in steps of s times ws.
  EXPECT_NEAR(largest_output(graph, 0.25f),
              std::max(0.5f * 0.5f * (1 - 127 + 64) + 0.5f,
                       0.5f * 0.25f * (5 - 6 + 7 + 127) + 0.5f),
              1e-4);
}

TEST(QuantisedOnnx, QonnxTernaryIsTernary) {
  const graph::Graph graph = import(qonnx_file());
  const auto* ternary =
      std::get_if<encoding::Ternary>(&weight(graph, graph.nodes.size() - 1));
  ASSERT_NE(ternary, nullptr);
  EXPECT_THAT(*ternary->terms[0].codes, ElementsAre(1, -1, 0, 0, 1, -1));
  EXPECT_THAT(ternary->terms[0].scales, ElementsAre(0.4f, 0.3f));
}

TEST(QuantisedOnnx, QonnxActivationsAreReluWhereUnsigned) {
  TestFile file(11);
  file.import("qonnx.custom_op.general", 1);
  file.input("x", {1, 1, 2, 2});
  file.output("y");
  file.floats("scale", {}, {0.1f});
  file.floats("zero", {}, {0});
  file.floats("bits", {}, {4});
  file.node("Quant", {"x", "scale", "zero", "bits"}, {"y"},
            {{"signed", std::int64_t(0)}})
      .set_domain("qonnx.custom_op.general");
  EXPECT_TRUE(
      std::holds_alternative<graph::Relu>(import(file).nodes.back().op));
  auto& signed_one = *file.graph().mutable_node(0)->mutable_attribute(0);
  signed_one.set_i(1);
  EXPECT_EQ(import(file).nodes.size(), 1U);
}

TEST(QuantisedOnnx, ReadsPackedWeights) {
  for (const auto& [type, bytes] :
       {std::pair(22, std::string("\x71\x0f", 2)),  // 1 7 -1 0
        std::pair(26, std::string("\x1d", 1))}) {   // 1 -1 1 0
    TestFile file(21, 10);
    file.input("x", {1, 4});
    file.output("y");
    auto& tensor = file.floats("w", {1, 4}, {});
    tensor.set_data_type(type);
    tensor.set_raw_data(bytes);
    file.floats("scale", {}, {0.5f});
    file.node("DequantizeLinear", {"w", "scale"}, {"wr"});
    file.node("Gemm", {"x", "wr"}, {"y"}, {{"transB", std::int64_t(1)}});
    const graph::Graph graph = import(file);
    const auto values = encoding::decode(weight(graph, graph.nodes.size() - 1));
    if (type == 22) {
      EXPECT_THAT(values, ElementsAre(0.5f, 3.5f, -0.5f, 0));
    } else {
      EXPECT_THAT(values, ElementsAre(0.5f, -0.5f, 0.5f, 0));
    }
  }
}

TEST(QuantisedOnnx, NamesWhatItRefuses) {
  TestFile file(13);
  file.input("x", {1, 4});
  file.output("y");
  file.node("DynamicQuantizeLinear", {"x"}, {"q", "s", "z"});
  file.node("DequantizeLinear", {"q", "s", "z"}, {"y"});
  EXPECT_THAT([&] { import(file); },
              testing::ThrowsMessage<Error>(HasSubstr("quantise statically")));
}

TEST(QuantisedOnnx, RefusesZeroPointsThatAreNoCode) {
  for (const float zero : {1e35f, -1e35f, 2.0f}) {
    TestFile file = qonnx_file();
    file.graph().mutable_initializer(2)->set_raw_data(&zero, sizeof zero);
    EXPECT_THAT([&] { import(file); },
                testing::ThrowsMessage<Error>(HasSubstr("zeropt")));
  }
}

}  // namespace
}  // namespace triad::onnx
