// Files of several inputs, which become channels of one picture.
#include <gmock/gmock.h>

#include "triad/base/error.h"
#include "triad/onnx/export.h"
#include "triad/onnx/import.h"
#include "triad/onnx/import/joined_files.h"

namespace triad::onnx {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

Imported import(const TestFile& file, const Shape& input = {}) {
  return import_bytes(file.bytes(), "test.onnx", {.input = input});
}

std::vector<std::string> ops(const graph::Graph& graph) {
  std::vector<std::string> names;
  for (const graph::Node& node : graph.nodes) names.emplace_back(name(node.op));
  return names;
}

TestFile sum_file(
    const Shape& left, const Shape& right,
    ::onnx::TensorProto::DataType type = ::onnx::TensorProto::FLOAT) {
  TestFile file(13);
  file.input("left", left);
  file.input("right", right, type);
  file.output("sum");
  file.node("Add", {"left", "right"}, {"sum"});
  return file;
}

TEST(SeveralInputs, AreChannelsOfOnePicture) {
  const Imported imported = import(siamese_file());
  const graph::Graph& graph = imported.graph;
  EXPECT_EQ(graph.value(graph.input()).shape, (Shape{6, 8, 8}));
  EXPECT_THAT(
      ops(graph),
      ElementsAre("input", "slice", "slice", "conv2d", "conv2d", "relu", "relu",
                  "add", "global_average_pool", "flatten", "linear"));
  EXPECT_EQ(graph.nodes[1].name, "before");
  EXPECT_EQ(graph.value(graph.nodes[2].output).name, "after");
  EXPECT_EQ(imported.metadata.at("triad.inputs"), "3 before\n3 after");
  EXPECT_THAT(imported.notes,
              Contains(HasSubstr("2 inputs are one picture [6, 8, 8] here: "
                                 "channels 3 of 'before', then 3 of 'after'")));
}

TEST(SeveralInputs, ThatTheFileJoinsAreThePicture) {
  const graph::Graph graph = import(masked_file()).graph;
  EXPECT_THAT(ops(graph), ElementsAre("input", "conv2d"));
  EXPECT_THAT(
      graph.preprocessing.mean,
      testing::Pointwise(testing::FloatNear(1e-6f), {0.4f, 0.5f, 0.6f, 0.5f}));
  EXPECT_THAT(
      graph.preprocessing.deviation,
      testing::Pointwise(testing::FloatNear(1e-6f), {0.2f, 0.25f, 0.5f, 1.0f}));
}

TEST(SeveralInputs, KeepTheirNamesThroughFilesOfTriad) {
  const Imported first = import(siamese_file());
  const Imported second = import_bytes(
      float_model(first.graph, {.metadata = first.metadata}), "own.onnx");
  EXPECT_EQ(second.metadata.at("triad.inputs"), "3 before\n3 after");
  EXPECT_EQ(second.graph.value(0).name, "before+after");
  EXPECT_EQ(ops(second.graph), ops(first.graph));
}

TEST(SeveralInputs, MayBeFeatures) {
  const graph::Graph graph = import(two_features_file()).graph;
  EXPECT_EQ(element_count(graph.value(graph.input()).shape), 11);
  EXPECT_EQ(graph.value(graph.outputs[0]).shape, (Shape{3}));
}

TEST(SeveralInputs, AreRefusedWhereTheyMakeNoPictureTogether) {
  using Proto = ::onnx::TensorProto;
  const auto refuse = [](const Shape& shape, Proto::DataType type) {
    try {
      import(sum_file({1, 1, 4, 4}, shape, type));
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  EXPECT_EQ(refuse({1, 1, 4, 4}, Proto::FLOAT), "accepted");
  EXPECT_THAT(refuse({1, 1, 4, 5}, Proto::FLOAT),
              AllOf(HasSubstr("inputs 'left' [1, 4, 4] and 'right' [1, 4, 5]"),
                    HasSubstr("equal heights and widths")));
  EXPECT_THAT(refuse({2, 1, 4, 4}, Proto::FLOAT), HasSubstr("a batch of 2"));
  EXPECT_THAT(refuse({1, 1, 4, 4}, Proto::UINT8),
              HasSubstr("'left' float32 and 'right' uint8"));
  EXPECT_THAT(refuse({1, 1 << 20, 4, 4}, Proto::FLOAT),
              HasSubstr("channels together"));
}

TEST(SeveralInputs, TakeOpenSizesAndAllTheirChannels) {
  const TestFile file = sum_file({-1, 3, -1, -1}, {-1, 3, -1, -1});
  EXPECT_EQ(import(file, {6, 5, 7}).graph.values[0].shape, (Shape{6, 5, 7}));
  EXPECT_THROW(import(file, {3, 5, 7}), Error);
}

}  // namespace
}  // namespace triad::onnx
