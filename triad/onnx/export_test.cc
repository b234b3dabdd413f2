// Files as ONNX's own checker and shape inference see them.
#include "triad/onnx/export.h"

#include <gmock/gmock.h>
#include <onnx/checker.h>
#include <onnx/onnx_pb.h>
#include <onnx/shape_inference/implementation.h>

#include <cmath>
#include <cstring>
#include <set>

#include "triad/base/error.h"
#include "triad/graph/derived_scales.h"
#include "triad/graph/integer_rules.h"
#include "triad/onnx/import.h"
#include "triad/onnx/test_networks.h"
#include "triad/quantise/lower.h"

namespace triad::onnx {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::ThrowsMessage;
using testing::UnorderedElementsAre;

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

graph::Graph lowered_ternary() { return lower(every_op_ternary()); }

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

template <typename T>
std::vector<T> constant(const ::onnx::ModelProto& model,
                        const std::string& name) {
  for (const auto& tensor : model.graph().initializer()) {
    if (tensor.name() != name) continue;
    std::vector<T> values(tensor.raw_data().size() / sizeof(T));
    std::memcpy(values.data(), tensor.raw_data().data(),
                tensor.raw_data().size());
    return values;
  }
  ADD_FAILURE() << "no constant " << name;
  return {};
}

// The codes that a layer's file must give back: scales are positive there.
std::vector<int> expected_codes(const graph::Graph& lowered,
                                const std::string& layer) {
  const graph::Node& node = *lowered.find(layer);
  const auto codes = graph::integer_codes(node.find("weight")->encoding, layer);
  const auto scales = graph::derived_scales(node, lowered);
  std::vector<int> expected;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const float scale = scales[i / (codes.size() / scales.size())];
    expected.push_back(scale < 0 ? -codes[i] : codes[i]);
  }
  return expected;
}

// What rounding the file's float weights by its scales gives.
std::vector<int> rounded_codes(const ::onnx::ModelProto& model,
                               const std::string& layer) {
  const auto weights = constant<float>(model, layer + ".weight");
  const auto scales = constant<float>(model, layer + ".weight.scale");
  std::vector<int> codes;
  for (std::size_t i = 0; i < weights.size(); ++i)
    codes.push_back(int(std::nearbyint(
        weights[i] / scales[i / (weights.size() / scales.size())])));
  return codes;
}

const char* const kTernaryLayers[] = {"stem", "depthwise", "grouped", "hidden"};

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

TEST(FloatModel, NamesClassesThatHoldCommas) {
  graph::Graph graph = every_op(false);
  const auto count = graph.value(graph.outputs[0]).shape[0];
  for (std::int64_t i = 0; i < count; ++i)
    graph.classes.push_back(fmt::format("tench, Tinca tinca, {}", i));
  EXPECT_EQ(import_bytes(float_model(graph), "out.onnx").graph.classes,
            graph.classes);
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
              ThrowsMessage<Error>(HasSubstr("an opset in 13..21")));
  EXPECT_THAT([] { integer_model(lowered_every_op(16), {.opset = 17}); },
              ThrowsMessage<Error>(HasSubstr("16 bits: needs opset 21")));
  EXPECT_THAT([] { integer_model(every_op(true)); },
              ThrowsMessage<Error>(HasSubstr("expected a lowered one")));
}

TEST(Qcdq, PassesTheCheckerAtEveryOpsetItKnows) {
  for (int opset = 13; opset <= kNewestChecked; ++opset) {
    SCOPED_TRACE(opset);
    expect_sound(integer_model(lowered_ternary(), {.opset = opset},
                               IntegerDialect::qcdq));
  }
}

TEST(Qcdq, ClipsTernaryWeightsAndRoundsThemToTheirCodes) {
  const graph::Graph lowered = lowered_ternary();
  const auto model = parse(integer_model(lowered, {}, IntegerDialect::qcdq));
  for (const std::string layer : kTernaryLayers) {
    SCOPED_TRACE(layer);
    EXPECT_EQ(rounded_codes(model, layer), expected_codes(lowered, layer));
    EXPECT_THAT(constant<std::int8_t>(model, layer + ".weight.low"),
                ElementsAre(-1));
    EXPECT_THAT(constant<std::int8_t>(model, layer + ".weight.high"),
                ElementsAre(1));
  }
  // Eight bits need no limits.
  const auto logits = constant<std::int8_t>(model, "logits.weight");
  EXPECT_THAT(expected_codes(lowered, "logits"), ElementsAreArray(logits));
}

TEST(Qonnx, PassesTheCheckerAtEveryOpsetItKnows) {
  for (int opset = 11; opset <= kNewestChecked; ++opset) {
    SCOPED_TRACE(opset);
    expect_sound(integer_model(lowered_ternary(), {.opset = opset},
                               IntegerDialect::qonnx));
  }
}

TEST(Qonnx, HasNarrowTwoBitQuantsThatRoundToTheTernaryCodes) {
  const graph::Graph lowered = lowered_ternary();
  const auto model = parse(integer_model(lowered, {}, IntegerDialect::qonnx));
  EXPECT_EQ(model.opset_import(0).version(), 11);
  EXPECT_EQ(model.opset_import(1).domain(), "qonnx.custom_op.general");
  std::set<std::string> found;
  for (const auto& node : model.graph().node()) {
    const std::string weight =
        node.op_type() == "Quant" ? node.input(0) : "none";
    if (!weight.ends_with(".weight")) continue;
    const std::string layer = weight.substr(0, weight.size() - 7);
    SCOPED_TRACE(layer);
    const bool is_ternary = std::ranges::count(kTernaryLayers, layer) > 0;
    EXPECT_EQ(rounded_codes(model, layer), expected_codes(lowered, layer));
    EXPECT_THAT(constant<float>(model, node.input(3)),
                ElementsAre(is_ternary ? 2 : 8));
    EXPECT_EQ(node.domain(), "qonnx.custom_op.general");
    for (const auto& attribute : node.attribute()) {
      if (attribute.type() == ::onnx::AttributeProto::INT) {
        EXPECT_EQ(attribute.i(), 1) << attribute.name();
      }
    }
    found.insert(layer);
  }
  EXPECT_THAT(found, UnorderedElementsAre("stem", "depthwise", "grouped",
                                          "hidden", "logits"));
}

TEST(Qonnx, QuantisesEveryValueThatHasIntegers) {
  const graph::Graph lowered = lowered_ternary();
  const auto model = parse(integer_model(lowered, {}, IntegerDialect::qonnx));
  std::set<std::string> quantised;
  for (const auto& node : model.graph().node())
    if (node.op_type() == "Quant") quantised.insert(node.input(0));
  for (const graph::Value& value : lowered.values) {
    if (value.name == "dropout") continue;  // passes its input on
    EXPECT_EQ(quantised.contains(value.name), value.quantization.has_value())
        << value.name;
  }
}

TEST(Int2, HasTheTernaryCodesFourToAByte) {
  const graph::Graph lowered = lowered_ternary();
  const auto model = parse(integer_model(lowered, {}, IntegerDialect::int2));
  EXPECT_EQ(model.ir_version(), 13);
  EXPECT_EQ(model.opset_import(0).version(), 25);
  for (const std::string layer : kTernaryLayers) {
    SCOPED_TRACE(layer);
    const std::vector<int> expected = expected_codes(lowered, layer);
    const auto bytes = constant<std::uint8_t>(model, layer + ".weight");
    ASSERT_EQ(bytes.size(), (expected.size() + 3) / 4);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const int bits = bytes[i / 4] >> i % 4 * 2 & 3;
      EXPECT_EQ(bits >= 2 ? bits - 4 : bits, expected[i]);
    }
  }
}

TEST(Int2, IsTheTypeOfTernaryCodesAlone) {
  const auto model =
      parse(integer_model(lowered_ternary(), {}, IntegerDialect::int2));
  std::map<std::string, int> types;
  for (const auto& tensor : model.graph().initializer())
    types[tensor.name()] = tensor.data_type();
  constexpr int kInt2 = 26;  // newer than these messages
  EXPECT_EQ(types["grouped.weight"], kInt2);
  EXPECT_EQ(types["grouped.weight.zero_point"], kInt2);
  EXPECT_EQ(types["logits.weight"], ::onnx::TensorProto::INT8);
}

class DialectsReadBack : public testing::TestWithParam<IntegerDialect> {};

void expect_same_weights(const graph::Graph& lowered, IntegerDialect dialect) {
  const graph::Graph read =
      import_bytes(integer_model(lowered, {}, dialect), "file").graph;
  for (const std::string layer :
       {"stem", "depthwise", "grouped", "hidden", "logits"}) {
    SCOPED_TRACE(layer);
    ASSERT_NE(read.find(layer), nullptr);
    const encoding::Encoding& written =
        lowered.find(layer)->find("weight")->encoding;
    const encoding::Encoding& found =
        read.find(layer)->find("weight")->encoding;
    EXPECT_EQ(encoding::shape(found), encoding::shape(written));
    EXPECT_EQ(encoding::decode(found), encoding::decode(written));
    EXPECT_NE(encoding::name(found), "dense");
  }
}

TEST_P(DialectsReadBack, HaveTheSameWeights) {
  expect_same_weights(lowered_ternary(), GetParam());
}

TEST_P(DialectsReadBack, HaveTheLevelsOfSeveralTernaryTerms) {
  graph::Graph expanded = every_op_ternary();
  for (const char* layer : {"stem", "hidden"}) {
    auto& weight = std::get<encoding::Ternary>(
        expanded.find(layer)->find("weight")->encoding);
    encoding::TernaryTerm term = weight.terms.front();
    for (float& scale : term.scales) scale *= 0.5f;
    std::vector<std::int8_t> codes = *term.codes;
    for (std::size_t i = 0; i < codes.size(); i += 2) codes[i] = -codes[i];
    term.codes = encoding::share(std::move(codes));
    weight.terms.push_back(term);
  }
  const graph::Graph lowered = lower(expanded);
  const auto& levels = std::get<encoding::Levels>(
      lowered.find("stem")->find("weight")->encoding);
  EXPECT_EQ(levels.bits, 3);
  expect_same_weights(lowered, GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    All, DialectsReadBack,
    testing::Values(IntegerDialect::qdq, IntegerDialect::qcdq,
                    IntegerDialect::qonnx, IntegerDialect::int2),
    [](const auto& dialect) { return std::string(to_string(dialect.param)); });

TEST(Dialects, RefuseOpsetsThatCannotSayIt) {
  const graph::Graph lowered = lowered_ternary();
  EXPECT_THAT(
      [&] { integer_model(lowered, {.opset = 12}, IntegerDialect::qcdq); },
      ThrowsMessage<Error>(HasSubstr("qcdq needs an opset in 13..21")));
  EXPECT_THAT(
      [&] { integer_model(lowered, {.opset = 21}, IntegerDialect::int2); },
      ThrowsMessage<Error>(HasSubstr("int2 needs an opset in 25..25")));
  EXPECT_THAT(
      [&] {
        integer_model(lowered, {.layers_alone = true}, IntegerDialect::qonnx);
      },
      ThrowsMessage<Error>(HasSubstr("no integers to compare")));
  EXPECT_THAT([] { integer_dialect_from_string("int4"); },
              ThrowsMessage<Error>(HasSubstr("qdq, qcdq, qonnx or int2")));
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
