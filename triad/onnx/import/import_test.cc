// What becomes of files in the style of each exporter, and of bad ones.
#include "triad/onnx/import.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "triad/base/error.h"
#include "triad/base/file.h"
#include "triad/onnx/import/style_files.h"

namespace triad::onnx {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

Imported import(const TestFile& file) {
  return import_bytes(file.bytes(), "test.onnx");
}

std::vector<std::string> ops(const graph::Graph& graph) {
  std::vector<std::string> names;
  for (const graph::Node& node : graph.nodes) names.emplace_back(name(node.op));
  return names;
}

std::string refusal(const std::vector<std::byte>& bytes) {
  try {
    import_bytes(bytes, "test.onnx");
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

std::string refusal(const TestFile& file) { return refusal(file.bytes()); }

// One input, one node, one output.
TestFile one_node(const std::string& op, const TestFile::Attributes& attributes,
                  const Shape& shape = {1, 3, 8, 8}) {
  TestFile file(13);
  file.input("x", shape);
  file.output("y");
  file.node(op, {"x"}, {"y"}, attributes);
  return file;
}

TEST(ImportOnnx, FoldsTorchScriptsShapeArithmetic) {
  EXPECT_THAT(ops(import(torchscript_file()).graph),
              ElementsAre("input", "conv2d", "batch_norm", "relu", "max_pool",
                          "flatten", "linear"));
}

TEST(ImportOnnx, InlinesFunctionsWithTheirAttributes) {
  const graph::Graph graph = import(dynamo_file()).graph;
  EXPECT_THAT(
      ops(graph),
      ElementsAre("input", "conv2d", "batch_norm", "clip", "mul", "batch_norm",
                  "global_average_pool", "flatten", "linear"));
  const auto* clip = std::get_if<graph::Clip>(&graph.nodes[3].op);
  ASSERT_NE(clip, nullptr);
  EXPECT_EQ(clip->high, 6);
}

TEST(ImportOnnx, FollowsChannelsLastAndMovesTheNormalisation) {
  const Imported imported = import(tf2onnx_file());
  EXPECT_THAT(ops(imported.graph),
              ElementsAre("input", "conv2d", "relu", "max_pool", "flatten",
                          "linear", "softmax"));
  EXPECT_EQ(imported.graph.value(imported.graph.input()).shape,
            (Shape{3, 10, 12}));
  EXPECT_THAT(
      imported.graph.preprocessing.mean,
      testing::Pointwise(testing::FloatNear(1e-6f), {0.4f, 0.5f, 0.6f}));
  EXPECT_THAT(
      imported.graph.preprocessing.deviation,
      testing::Pointwise(testing::FloatNear(1e-6f), {0.2f, 0.25f, 0.3f}));
  EXPECT_THAT(imported.notes, Contains(HasSubstr("became preprocessing")));
  EXPECT_NE(imported.graph.nodes[1].find("bias"), nullptr);
}

TEST(ImportOnnx, LeavesTheNormalisationWhereAsked) {
  const Imported imported = import_bytes(tf2onnx_file().bytes(), "test.onnx",
                                         {.find_preprocessing = false});
  EXPECT_EQ(ops(imported.graph)[1], "batch_norm");
  EXPECT_THAT(imported.graph.preprocessing.mean, ElementsAre(0, 0, 0));
  EXPECT_THAT(imported.notes, Contains(HasSubstr("input 'image:0' has other")));
}

TEST(ImportOnnx, TakesSqueezeAndExcitationAndMeansOfChannelsLast) {
  EXPECT_THAT(
      ops(import(keras_file()).graph),
      ElementsAre("input", "conv2d", "batch_norm", "clip",
                  "global_average_pool", "conv2d", "relu", "conv2d", "sigmoid",
                  "mul", "global_average_pool", "flatten", "linear"));
}

TEST(ImportOnnx, TakesOldFilesWithInitialisersAsInputs) {
  EXPECT_THAT(ops(import(caffe2_file()).graph),
              ElementsAre("input", "pad", "conv2d", "batch_norm", "leaky_relu",
                          "average_pool", "flatten", "linear", "softmax"));
}

TEST(ImportOnnx, TakesDetectorsWithSeveralOutputs) {
  const graph::Graph graph = import(detector_file()).graph;
  ASSERT_EQ(graph.outputs.size(), 2U);
  EXPECT_EQ(graph.value(graph.outputs[0]).shape, (Shape{192, 2}));
  EXPECT_EQ(graph.value(graph.outputs[1]).shape, (Shape{10, 8, 8}));
}

TEST(ImportOnnx, LeavesOutWhatNoOutputNeeds) {
  TestFile file = torchscript_file();
  file.node("NonMaxSuppression", {"10", "10"}, {"unused"});
  EXPECT_EQ(import(file).graph.nodes.size(), 7U);
}

TEST(ImportOnnx, SortsNodes) {
  TestFile file = torchscript_file();
  auto& nodes = *file.graph().mutable_node();
  std::reverse(nodes.begin(), nodes.end());
  EXPECT_EQ(import(file).graph.nodes.size(), 7U);
}

TEST(ImportOnnx, ReadsEveryKindOfWeight) {
  const std::vector<std::uint16_t> half = {0x3c00, 0xc000, 0x3800};  // 1 -2 .5
  const std::vector<std::uint16_t> bfloat = {0x3f80, 0xc000, 0x3f00};
  const std::vector<double> wide = {1, -2, 0.5};
  for (int kind = 0; kind < 4; ++kind) {
    TestFile file(13);
    file.input("x", {1, 3, 4, 4});
    file.output("y");
    if (kind == 0)
      file.numbers("w", {1, 3, 1, 1}, ::onnx::TensorProto::FLOAT16, half);
    if (kind == 1)
      file.numbers("w", {1, 3, 1, 1}, ::onnx::TensorProto::BFLOAT16, bfloat);
    if (kind == 2)
      file.numbers("w", {1, 3, 1, 1}, ::onnx::TensorProto::DOUBLE, wide);
    if (kind == 3) {
      auto& tensor = file.floats("w", {1, 3, 1, 1}, {});
      tensor.clear_raw_data();
      for (const double x : wide) tensor.add_float_data(float(x));
    }
    file.node("Conv", {"x", "w"}, {"y"});
    const graph::Graph graph = import(file).graph;
    EXPECT_THAT(encoding::decode(graph.nodes[1].find("weight")->encoding),
                ElementsAre(1, -2, 0.5));
  }
}

TEST(ImportOnnx, NamesWhatItRefuses) {
  EXPECT_THAT(refusal(one_node("ConvTranspose", {})),
              AllOf(HasSubstr("test.onnx: ConvTranspose 'ConvTranspose_y'"),
                    HasSubstr("Resize")));
  EXPECT_THAT(refusal(one_node("Einsum", {})),
              HasSubstr("op Einsum is not imported"));
  EXPECT_THAT(refusal(one_node("MaxPool", {{"kernel_shape", Ints{2, 2}},
                                           {"dilations", Ints{2, 2}}})),
              HasSubstr("dilations: expected 1"));
  EXPECT_THAT(refusal(one_node("Pad", {{"mode", std::string("reflect")}})),
              HasSubstr("mode: expected constant"));
  EXPECT_THAT(
      refusal(one_node("MaxPool", {{"kernel_shape", Ints{2}}}, {1, 3, 8})),
      HasSubstr("one or three axes"));
  EXPECT_THAT(refusal(one_node("Relu", {}, {1, 3, -1, 8})),
              HasSubstr("--input C,H,W"));
  TestFile attention(13);
  attention.input("x", {1, 1, 4, 4});
  attention.output("y");
  attention.node("MatMul", {"x", "x"}, {"y"});
  EXPECT_THAT(refusal(attention), HasSubstr("attention"));
}

TEST(ImportOnnx, FillsInOpenSizes) {
  const TestFile file = one_node("Relu", {}, {-1, 3, -1, -1});
  const Imported imported =
      import_bytes(file.bytes(), "x", {.input = {3, 5, 7}});
  EXPECT_EQ(imported.graph.values[0].shape, (Shape{3, 5, 7}));
}

TEST(ImportOnnx, RefusesCyclesAndTensorsMadeTwice) {
  TestFile cyclic(13);
  cyclic.input("x", {1, 1, 4, 4});
  cyclic.output("b");
  cyclic.node("Add", {"x", "b"}, {"a"});
  cyclic.node("Relu", {"a"}, {"b"});
  EXPECT_THAT(refusal(cyclic), HasSubstr("a cycle"));
  TestFile twice(13);
  twice.input("x", {1, 1, 4, 4});
  twice.output("y");
  twice.node("Relu", {"x"}, {"y"});
  twice.node("Sigmoid", {"x"}, {"y"});
  EXPECT_THAT(refusal(twice), HasSubstr("made by two nodes"));
  TestFile given = torchscript_file();
  given.graph().add_initializer()->CopyFrom(given.graph().initializer(0));
  EXPECT_THAT(refusal(given), HasSubstr("given twice"));
  TestFile recursive(13);
  recursive.input("x", {1, 1, 4, 4});
  recursive.output("y");
  auto& function = *recursive.model.add_functions();
  function.set_name("f");
  function.add_input("a");
  function.add_output("b");
  TestFile::fill_node(*function.add_node(), "f", {"a"}, {"b"}, {});
  recursive.node("f", {"x"}, {"y"});
  EXPECT_THAT(refusal(recursive), HasSubstr("call itself"));
}

TEST(ImportOnnx, RefusesNumbersBeyondTheirType) {
  using Proto = ::onnx::TensorProto;
  struct Case {
    Proto::DataType type;
    std::int32_t lowest, highest;
  };
  for (const auto& [type, lowest, highest] :
       {Case{Proto::INT8, -128, 127}, Case{Proto::UINT8, 0, 255},
        Case{Proto::INT16, -32768, 32767}, Case{Proto::UINT16, 0, 65535}})
    for (const std::int32_t number :
         {lowest, highest, lowest - 1, highest + 1}) {
      TestFile file(13);
      file.input("x", {1, 1, 4, 4});
      file.output("y");
      auto& tensor = file.floats("w", {1, 1, 1, 1}, {});
      tensor.clear_raw_data();
      tensor.set_data_type(type);
      tensor.add_int32_data(number);
      file.node("Cast", {"w"}, {"c"}, {{"to", std::int64_t(Proto::FLOAT)}});
      file.node("Conv", {"x", "c"}, {"y"});
      if (number >= lowest && number <= highest)
        EXPECT_EQ(refusal(file), "accepted") << number;
      else
        EXPECT_THAT(refusal(file), HasSubstr("can hold")) << number;
    }
}

TEST(ImportOnnx, RefusesWrongTypesAndShapes) {
  TestFile wrong_type = torchscript_file();
  wrong_type.graph().mutable_initializer(0)->set_data_type(
      ::onnx::TensorProto::STRING);
  EXPECT_THAT(refusal(wrong_type), HasSubstr("string is not imported"));
  TestFile wrong_size = torchscript_file();
  wrong_size.graph().mutable_initializer(0)->set_dims(0, 9);
  EXPECT_THAT(refusal(wrong_size), HasSubstr("expected 972 bytes"));
  TestFile contradicting = torchscript_file();
  auto& input = *contradicting.graph().mutable_input(0)->mutable_type();
  input.mutable_tensor_type()->mutable_shape()->mutable_dim(1)->set_dim_value(
      4);
  EXPECT_THAT(refusal(contradicting), HasSubstr("got 4 channels"));
  for (const std::int64_t size :
       {std::int64_t(1) << 62, std::int64_t(1) << 30, std::int64_t(-5)}) {
    TestFile large = torchscript_file();
    large.graph().mutable_initializer(0)->set_dims(1, size);
    EXPECT_THAT(refusal(large), HasSubstr("tensor 'conv1.weight'"));
    TestFile wide = torchscript_file();
    auto& shape = *wide.graph().mutable_input(0)->mutable_type();
    shape.mutable_tensor_type()->mutable_shape()->mutable_dim(2)->set_dim_value(
        size);
    EXPECT_NE(refusal(wide), "accepted");
  }
  TestFile huge(13);
  huge.input("x", {1, 1, 4, 4});
  huge.output("y");
  huge.integers("shape", {2}, {1 << 20, 1 << 20});
  huge.node("ConstantOfShape", {"shape"}, {"zeros"});
  huge.node("Add", {"x", "zeros"}, {"y"});
  EXPECT_THAT(refusal(huge), HasSubstr("at most"));
}

TEST(ImportOnnx, RefusesEveryTruncation) {
  const std::vector<std::byte> whole = torchscript_file().bytes();
  for (std::size_t size = 0; size < whole.size(); size += 7) {
    const std::string text = refusal(std::vector<std::byte>(
        whole.begin(), whole.begin() + std::ptrdiff_t(size)));
    EXPECT_NE(text, "accepted") << size;
    EXPECT_EQ(text.find('\n'), std::string::npos);
  }
  EXPECT_THAT(refusal(std::vector<std::byte>(100, std::byte(0xff))),
              testing::StartsWith("test.onnx: "));
}

class ExternalWeights : public testing::Test {
 protected:
  void SetUp() override { fs::create_directories(folder_ / "inner"); }
  void TearDown() override { fs::remove_all(folder_); }

  // The weights of the first layer at `location`.
  std::string try_location(const std::string& location) {
    TestFile file = torchscript_file();
    auto& tensor = *file.graph().mutable_initializer(0);
    write_file(folder_ / "inner/weights.bin",
               std::string("pad!") + tensor.raw_data());
    write_file(folder_ / "outside.bin", tensor.raw_data());
    tensor.clear_raw_data();
    tensor.set_data_location(::onnx::TensorProto::EXTERNAL);
    add(tensor, "location", location);
    add(tensor, "offset", location == "weights.bin" ? "4" : "0");
    add(tensor, "length", "864");
    write_file(folder_ / "inner/net.onnx", file.bytes());
    try {
      read_onnx(folder_ / "inner/net.onnx");
    } catch (const Error& error) {
      return error.what();
    }
    return "accepted";
  }
  static void add(::onnx::TensorProto& tensor, const std::string& key,
                  const std::string& value) {
    auto& entry = *tensor.add_external_data();
    entry.set_key(key);
    entry.set_value(value);
  }

  const fs::path folder_ = fs::path(testing::TempDir()) / "external_weights";
};

TEST_F(ExternalWeights, AreReadFromTheModelsFolderOnly) {
  EXPECT_EQ(try_location("weights.bin"), "accepted");
  EXPECT_THAT(try_location("../outside.bin"), HasSubstr("inside the model's"));
  EXPECT_THAT(try_location((folder_ / "outside.bin").string()),
              HasSubstr("inside the model's"));
  fs::create_symlink(folder_ / "outside.bin", folder_ / "inner/link.bin");
  EXPECT_THAT(try_location("link.bin"), HasSubstr("a link to one outside"));
  fs::create_directory_symlink(folder_, folder_ / "inner/up");
  EXPECT_THAT(try_location("up/outside.bin"),
              HasSubstr("a link to one outside"));
  EXPECT_THAT(try_location("none.bin"), HasSubstr("no such file"));
  EXPECT_THAT(try_location("net.onnx"), testing::Not(HasSubstr("\n")));
  EXPECT_THAT(refusal([&] {
                TestFile file = torchscript_file();
                auto& tensor = *file.graph().mutable_initializer(0);
                tensor.set_data_location(::onnx::TensorProto::EXTERNAL);
                return file;
              }()),
              HasSubstr("another file"));
}

}  // namespace
}  // namespace triad::onnx
