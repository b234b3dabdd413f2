// Files as ONNX's own checker and shape inference see them.
#include "triad/onnx/export.h"

#include <gmock/gmock.h>
#include <onnx/checker.h>
#include <onnx/onnx_pb.h>
#include <onnx/shape_inference/implementation.h>

#include "triad/base/error.h"
#include "triad/onnx/test_networks.h"
#include "triad/quantise/lower.h"

namespace triad::onnx {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

// The newest opset of Debian's checker (ONNX 1.12); engines judge newer ones.
constexpr int kNewestChecked = 17;

graph::Graph lower(const graph::Graph& graph, int activation_bits = 8) {
  const auto pictures = random_pictures(graph, 4, 9);
  return quantise::lower(graph, {batch_shape(graph, 4), pictures},
                         {.activation_bits = activation_bits});
}

graph::Graph lowered_every_op(int activation_bits = 8) {
  return lower(every_op(true), activation_bits);
}

::onnx::ModelProto parse(const std::vector<std::byte>& bytes) {
  ::onnx::ModelProto model;
  EXPECT_TRUE(model.ParseFromArray(bytes.data(), int(bytes.size())));
  return model;
}

void expect_sound(const std::vector<std::byte>& bytes) {
  ::onnx::ModelProto model = parse(bytes);
  EXPECT_NO_THROW(::onnx::checker::check_model(model));
  // Strict: a shape of ours that contradicts the inferred one throws.
  EXPECT_NO_THROW(::onnx::shape_inference::InferShapes(
      model, ::onnx::OpSchemaRegistry::Instance(), {true, 1}));
}

const ::onnx::NodeProto* find(const ::onnx::ModelProto& model,
                              const std::string& op) {
  for (const auto& node : model.graph().node())
    if (node.op_type() == op) return &node;
  return nullptr;
}

TEST(FloatModel, PassesTheCheckerAtEveryOpsetItKnows) {
  for (int opset = 11; opset <= kNewestChecked; ++opset) {
    SCOPED_TRACE(opset);
    expect_sound(float_model(every_op(false), {.opset = opset}));
    expect_sound(float_model(every_op(false), {.opset = opset, .batch = 2}));
  }
}

TEST(Detector, PassesTheCheckerAtEveryOpsetItKnows) {
  for (int opset = 11; opset <= kNewestChecked; ++opset) {
    SCOPED_TRACE(opset);
    expect_sound(float_model(detector(), {.opset = opset}));
    expect_sound(float_model(detector(), {.opset = opset, .batch = 2}));
  }
  EXPECT_EQ(parse(float_model(detector())).graph().output_size(), 3);
}

TEST(FloatModel, IsWrittenForEveryPromisedOpset) {
  for (int opset = 11; opset <= 21; ++opset)
    EXPECT_EQ(parse(float_model(every_op(false), {.opset = opset}))
                  .opset_import(0)
                  .version(),
              opset);
  for (const int opset : {10, 22})
    EXPECT_THAT([&] { float_model(every_op(false), {.opset = opset}); },
                ThrowsMessage<Error>(HasSubstr("an opset in 11..21")));
}

TEST(FloatModel, HasNoDropoutAndNamesWeightsAsTheGraphDoes) {
  const auto model = parse(float_model(every_op(false)));
  EXPECT_EQ(find(model, "Dropout"), nullptr);
  ASSERT_NE(find(model, "Gemm"), nullptr);
  EXPECT_EQ(find(model, "Gemm")->input(1), "hidden.weight");
  EXPECT_THAT(find(model, "Gemm")->doc_string(), HasSubstr("dense weights"));
}

TEST(FloatModel, OfALoweredNetworkHasItsDecodedWeights) {
  expect_sound(float_model(lowered_every_op()));
}

TEST(FloatModel, KeepsProvenanceAndPreprocessing) {
  const auto model = parse(float_model(
      every_op(false),
      {.producer_version = "1.2", .metadata = {{"parent_hash", "abc"}}}));
  std::map<std::string, std::string> found;
  for (const auto& entry : model.metadata_props())
    found[entry.key()] = entry.value();
  EXPECT_EQ(model.producer_name(), "triad");
  EXPECT_EQ(model.producer_version(), "1.2");
  EXPECT_EQ(found["parent_hash"], "abc");
  EXPECT_EQ(found["triad.mean"], "0.4,0.5,0.6");
  EXPECT_EQ(found["triad.network"], "every_op");
}

TEST(IntegerModel, PassesTheCheckerAtEveryOpsetItKnows) {
  for (int opset = 13; opset <= kNewestChecked; ++opset) {
    SCOPED_TRACE(opset);
    expect_sound(integer_model(lowered_every_op(), {.opset = opset}));
    expect_sound(integer_model(lowered_every_op(),
                               {.opset = opset, .layers_alone = true}));
  }
}

TEST(IntegerModel, SaysWhatItNeeds) {
  EXPECT_THAT([] { integer_model(lowered_every_op(), {.opset = 12}); },
              ThrowsMessage<Error>(HasSubstr("opset 13..21")));
  EXPECT_THAT([] { integer_model(lowered_every_op(16), {.opset = 17}); },
              ThrowsMessage<Error>(HasSubstr("16 bits: needs opset 21")));
  EXPECT_THAT([] { integer_model(every_op(true)); },
              ThrowsMessage<Error>(HasSubstr("expected a lowered one")));
}

TEST(Models, HaveTheSameBytesForTheSameNetwork) {
  EXPECT_EQ(float_model(every_op(false)), float_model(every_op(false)));
  EXPECT_EQ(integer_model(lowered_every_op()),
            integer_model(lowered_every_op()));
}

TEST(Models, RefuseSeveralSubnets) {
  graph::Graph graph = every_op(false);
  graph.subnets.push_back({"half", {}});
  EXPECT_THAT([&] { float_model(graph); },
              ThrowsMessage<Error>(HasSubstr("expected one subnet, got 2")));
}

TEST(Models, GiveEqualNamesANumber) {
  graph::Graph graph = every_op(false);
  for (graph::Value& value : graph.values) value.name = "value";
  expect_sound(float_model(graph));
}

}  // namespace
}  // namespace triad::onnx
