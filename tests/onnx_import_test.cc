// ONNX files in: beside ONNX Runtime where it is installed, on real data where
// they are, and what triad wrote itself back in.

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <span>

#include "tests/onnx_peer.h"
#include "triad/base/file.h"
#include "triad/data/dataset.h"
#include "triad/graph/derived_scales.h"
#include "triad/graph/integer_rules.h"
#include "triad/onnx/export.h"
#include "triad/onnx/import.h"
#include "triad/onnx/import/messages.h"
#include "triad/onnx/import/style_files.h"
#include "triad/onnx/test_networks.h"
#include "triad/quantise/lower.h"
#include "triad/reference/float_executor.h"
#include "triad/zoo/zoo.h"

namespace triad {
namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::uint8_t>;
using File = std::vector<std::byte>;

template <typename T>
double relative_error(const T& tested, const std::vector<float>& truth) {
  if (tested.size() != truth.size()) return 1e30;
  double largest = 1e-30, error = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    largest = std::max(largest, std::abs(double(truth[i])));
    error = std::max(error, std::abs(double(tested[i]) - truth[i]));
  }
  return error / largest;
}

// [C, H, W] as the file's input takes it.
std::vector<float> file_input(std::span<const std::uint8_t> picture,
                              const Shape& shape, bool channels_last) {
  std::vector<float> input(picture.size());
  const auto pixels = std::size_t(shape[1] * shape[2]);
  const auto channels = std::size_t(shape[0]);
  for (std::size_t i = 0; i < picture.size(); ++i) {
    const std::size_t place =
        channels_last ? i % pixels * channels + i / pixels : i;
    input[place] = float(picture[i]) / 255.0f;
  }
  return input;
}

// The picture as the file's inputs: all of it, or for each its channels.
PeerTensors file_inputs(const onnx::ModelMessage& model, const Shape& shape,
                        const Bytes& picture) {
  std::set<std::string_view> constants;
  for (const auto& tensor : model.initializers) constants.insert(tensor.name);
  PeerTensors inputs;
  std::size_t at = 0;
  for (const onnx::ValueMessage& input : model.inputs) {
    if (constants.contains(input.name)) continue;
    Shape full = input.shape;
    full[0] = 1;
    const auto size = std::size_t(element_count(full));
    const bool last = full.size() == 4 && full[3] != shape[2];
    const std::int64_t pixels = shape[1] * shape[2];
    const Shape part = {std::int64_t(size) / pixels, shape[1], shape[2]};
    inputs[std::string(input.name)] = to_peer_tensor<float>(
        "float32", full,
        file_input(std::span(picture).subspan(at, size), part, last));
    at += size;
  }
  return inputs;
}

// The largest error of any output against ONNX Runtime's on the same file.
double peer_error(const File& file) {
  const onnx::Imported imported = onnx::import_bytes(file, "test.onnx");
  const graph::Graph& graph = imported.graph;
  const onnx::ModelMessage model = onnx::parse_model(file);
  const Bytes picture = onnx::random_pictures(graph, 1, 5);
  const PeerTensors truth = run_peer(
      file, file_inputs(model, graph.value(graph.input()).shape, picture));
  reference::FloatExecutor executor;
  executor.load(graph);
  const auto values = executor.values(picture);
  double error = 0;
  for (std::size_t i = 0; i < graph.outputs.size(); ++i) {
    const auto numbers = truth.at(std::string(model.outputs[i].name)).numbers();
    error =
        std::max(error, relative_error(values[std::size_t(graph.outputs[i])],
                                       {numbers.begin(), numbers.end()}));
  }
  return error;
}

struct Style {
  const char* name;
  onnx::TestFile (*make)();
};

class StyleUnderOnnxRuntime : public testing::TestWithParam<Style> {};

TEST_P(StyleUnderOnnxRuntime, ComputesTheSame) {
  const std::string missing = peer_missing();
  if (!missing.empty()) GTEST_SKIP() << "skipped because " << missing;
  EXPECT_LT(peer_error(GetParam().make().bytes()), 1e-5);
}

INSTANTIATE_TEST_SUITE_P(
    Exporters, StyleUnderOnnxRuntime,
    testing::Values(Style{"torchscript", onnx::torchscript_file},
                    Style{"dynamo", onnx::dynamo_file},
                    Style{"tf2onnx", onnx::tf2onnx_file},
                    Style{"keras", onnx::keras_file},
                    Style{"caffe2", onnx::caffe2_file},
                    Style{"detector", onnx::detector_file},
                    Style{"masked", onnx::masked_file},
                    Style{"siamese", onnx::siamese_file},
                    Style{"two_features", onnx::two_features_file}),
    [](const auto& info) { return std::string(info.param.name); });

class OnnxData : public testing::Test {
 protected:
  void SetUp() override {
    const char* root = std::getenv("TRIAD_DATA");
    if (!root) GTEST_SKIP() << "skipped because TRIAD_DATA names no folder";
    root_ = root;
  }
  fs::path file(const std::string& name) const {
    return root_ / "weights/onnx" / name;
  }

  fs::path root_;
};

TEST_F(OnnxData, FaceDetectorsComputeWhatOnnxRuntimeDoes) {
  const std::string missing = peer_missing();
  if (!missing.empty()) GTEST_SKIP() << "skipped because " << missing;
  for (const char* name : {"version-slim-320_without_postprocessing.onnx",
                           "version-RFB-320_without_postprocessing.onnx"}) {
    SCOPED_TRACE(name);
    EXPECT_LT(peer_error(read_file(file(name))), 1e-5);
  }
}

// 98.91 % was measured with another engine, on pixels of 0..255.
TEST_F(OnnxData, MnistNetworkHasItsAccuracy) {
  graph::Graph graph = onnx::read_onnx(file("mnist-cnn.onnx"));
  graph.preprocessing.deviation = {1.0f / 255.0f};
  const auto test = data::open("mnist", {.root = root_}).test;
  reference::FloatExecutor executor;
  executor.load(graph);
  int correct = 0;
  for (std::int64_t i = 0; i < test->count(); ++i) {
    const Bytes pixels = test->picture(i).pixels;
    const auto values = executor.values(pixels);
    const auto& logits = values[std::size_t(graph.outputs[0])];
    correct +=
        std::ranges::max_element(logits) - logits.begin() == test->label(i);
  }
  EXPECT_EQ(correct, 9891);
}

class RoundTrip : public testing::TestWithParam<std::string_view> {};

// Bit for bit the same weights, under the same names.
void expect_same_weights(const graph::Graph& tested,
                         const graph::Graph& truth) {
  for (const graph::Node& node : truth.nodes)
    for (const graph::Parameter& parameter : node.parameters) {
      const graph::Node* found = tested.find(node.name);
      ASSERT_NE(found, nullptr) << node.name;
      ASSERT_NE(found->find(parameter.name), nullptr) << node.name;
      EXPECT_EQ(encoding::decode(found->find(parameter.name)->encoding),
                encoding::decode(parameter.encoding))
          << node.name << '.' << parameter.name;
    }
}

std::vector<float> run(const graph::Graph& graph, const Bytes& picture) {
  reference::FloatExecutor executor;
  executor.load(graph);
  return executor.values(picture)[std::size_t(graph.outputs[0])];
}

void expect_round_trip(const graph::Graph& graph, int opset) {
  SCOPED_TRACE(opset);
  const graph::Graph again =
      onnx::import_bytes(onnx::float_model(graph, {.opset = opset}), "net")
          .graph;
  expect_same_weights(again, graph);
  EXPECT_EQ(again.name, graph.name);
  EXPECT_EQ(again.preprocessing.mean, graph.preprocessing.mean);
  EXPECT_EQ(again.preprocessing.deviation, graph.preprocessing.deviation);
  const Bytes picture = onnx::random_pictures(graph, 1, 3);
  const double error = relative_error(run(again, picture), run(graph, picture));
  std::printf("onnx.roundtrip.max_relative_error %s %g\n", graph.name.c_str(),
              error);
  EXPECT_LT(error, 1e-5);
}

TEST_P(RoundTrip, KeepsWeightsAndOutputs) {
  const Shape own = zoo::make(GetParam()).values.front().shape;
  const bool large = own[1] > 32;
  graph::Graph graph = zoo::make(
      GetParam(),
      {.classes = large ? 50 : 0, .input = large ? Shape{3, 64, 64} : Shape{}});
  onnx::fill_parameters(graph, 11);
  expect_round_trip(graph, 17);
}

INSTANTIATE_TEST_SUITE_P(Networks, RoundTrip, testing::ValuesIn(zoo::names()),
                         [](const auto& network) {
                           return std::string(network.param);
                         });

TEST(RoundTripOps, EveryOpAtEveryOpset) {
  for (int opset = 11; opset <= 21; ++opset)
    expect_round_trip(onnx::every_op(false), opset);
}

// Lowered, out as QDQ and in again: the same codes.
TEST(RoundTripIntegers, KeepCodesAndScales) {
  const graph::Graph graph = onnx::every_op(true);
  const Bytes pictures = onnx::random_pictures(graph, 4, 9);
  const graph::Graph lowered =
      quantise::lower(graph, {onnx::batch_shape(graph, 4), pictures});
  const graph::Graph again =
      onnx::import_bytes(onnx::integer_model(lowered), "net").graph;
  for (const graph::Node& node : lowered.nodes) {
    const graph::Parameter* weight = node.find("weight");
    if (!weight) continue;
    const graph::Node* found = again.find(node.name);
    ASSERT_NE(found, nullptr) << node.name;
    const auto codes = graph::integer_codes(weight->encoding, node.name);
    const auto scales = graph::derived_scales(node, lowered);
    const auto decoded = encoding::decode(found->find("weight")->encoding);
    const std::size_t taps = codes.size() / scales.size();
    for (std::size_t i = 0; i < codes.size(); ++i)
      ASSERT_EQ(decoded[i], scales[i / taps] * float(codes[i])) << node.name;
  }
}

}  // namespace
}  // namespace triad
