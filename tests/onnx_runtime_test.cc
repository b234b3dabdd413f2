// Exported files under ONNX Runtime against the references, which are the
// truth.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "tests/onnx_peer.h"
#include "triad/data/dataset.h"
#include "triad/format/reader.h"
#include "triad/onnx/export.h"
#include "triad/onnx/test_networks.h"
#include "triad/quantise/lower.h"
#include "triad/quantise/to_float.h"
#include "triad/reference/float_executor.h"
#include "triad/reference/integer_executor.h"
#include "triad/zoo/zoo.h"

namespace triad {
namespace {

using Bytes = std::vector<std::uint8_t>;

// The input as floats after preprocessing, in float as the reference does it.
PeerTensor to_input(const graph::Graph& graph, const Bytes& pictures) {
  const Shape& shape = graph.value(graph.input()).shape;
  const std::int64_t count = std::ssize(pictures) / element_count(shape);
  const auto pixels = std::size_t(shape[1] * shape[2]);
  const auto& [mean, deviation] = graph.preprocessing;
  std::vector<float> real;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    const std::size_t c = i / pixels % mean.size();
    real.push_back((float(pictures[i]) / 255.0f - mean[c]) / deviation[c]);
  }
  return to_peer_tensor<float>("float32", {count, shape[0], shape[1], shape[2]},
                               real);
}

std::vector<double> peer_logits(const graph::Graph& graph,
                                const std::vector<std::byte>& model,
                                const Bytes& pictures,
                                const std::string& optimisations = "all") {
  const std::string& input = graph.value(graph.input()).name;
  return run_peer(model, {{input, to_input(graph, pictures)}}, optimisations)
      .begin()
      ->second.numbers();
}

std::vector<float> reference_logits(graph::Executor& executor,
                                    const graph::Graph& graph,
                                    const Bytes& pictures) {
  executor.load(graph);
  const std::int64_t count =
      std::ssize(pictures) / element_count(graph.value(graph.input()).shape);
  return executor.run({onnx::batch_shape(graph, count), pictures})[0].values;
}

// Largest difference as a share of the largest logit.
double relative_error(const std::vector<double>& tested,
                      const std::vector<float>& truth) {
  EXPECT_EQ(tested.size(), truth.size());
  double error = 0, largest = 0;
  for (std::size_t i = 0; i < std::min(tested.size(), truth.size()); ++i) {
    error = std::max(error, std::abs(tested[i] - truth[i]));
    largest = std::max(largest, double(std::abs(truth[i])));
  }
  return error / largest;
}

// Pictures whose largest logit is another one.
template <typename A, typename B>
int different_answers(const std::vector<A>& a, const std::vector<B>& b,
                      std::size_t classes) {
  int different = 0;
  for (std::size_t i = 0; i + classes <= a.size(); i += classes) {
    const auto best = [&](const auto& all) {
      const auto row = all.begin() + std::ptrdiff_t(i);
      return std::max_element(row, row + std::ptrdiff_t(classes)) - row;
    };
    different += best(a) != best(b);
  }
  return different;
}

double float_error(const graph::Graph& graph, const Bytes& pictures,
                   int opset = 17) {
  reference::FloatExecutor truth;
  return relative_error(
      peer_logits(graph, onnx::float_model(graph, {.opset = opset}), pictures),
      reference_logits(truth, graph, pictures));
}

// How a peer's integers differ from the reference's, each layer fed with the
// reference's own inputs.
struct LayerDifference {
  std::int64_t integers = 0, different = 0;
  double largest_step = 0;
  double logits_error = 0;  // relative; of a value that is no integer
};

std::string integer_type(const encoding::Quantization& quantization) {
  if (quantization.bits == 16) return "int16";
  return quantization.is_signed ? "int8" : "uint8";
}

PeerTensor to_integers(const graph::Value& value,
                       const reference::IntegerValue& computed) {
  Shape shape = value.shape;
  shape.insert(shape.begin(), 1);
  const std::string type = integer_type(*value.quantization);
  if (type == "int16")
    return to_peer_tensor<std::int16_t>(type, shape, computed.integers);
  Bytes bytes;  // two's complement: the same for both signs
  for (const std::int16_t q : computed.integers)
    bytes.push_back(std::uint8_t(q & 0xff));
  return to_peer_tensor<std::uint8_t>(type, shape, bytes);
}

void compare(const PeerTensor& tested, const reference::IntegerValue& truth,
             LayerDifference& difference) {
  const std::vector<double> numbers = tested.numbers();
  if (!truth.reals.empty()) {
    difference.logits_error =
        std::max(difference.logits_error, relative_error(numbers, truth.reals));
    return;
  }
  ASSERT_EQ(numbers.size(), truth.integers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const double step = std::abs(numbers[i] - truth.integers[i]);
    difference.largest_step = std::max(difference.largest_step, step);
    difference.different += step > 0;
  }
  difference.integers += std::ssize(numbers);
}

LayerDifference layer_difference(
    const graph::Graph& lowered, const Bytes& picture, int opset = 0,
    onnx::IntegerDialect dialect = onnx::IntegerDialect::qdq) {
  reference::IntegerExecutor executor;
  executor.load(lowered);
  const auto truth = executor.values(picture);
  PeerTensors inputs;
  for (const graph::Node& node : lowered.nodes) {
    const graph::Value& value = lowered.value(node.output);
    if (&node == &lowered.nodes.front())
      inputs[value.name] = to_input(lowered, picture);
    else if (value.quantization)
      inputs[value.name + ".integers"] =
          to_integers(value, truth[std::size_t(node.output)]);
  }
  const PeerTensors outputs =
      run_peer(onnx::integer_model(
                   lowered, {.opset = opset, .layers_alone = true}, dialect),
               inputs);
  LayerDifference difference;
  std::size_t found = 0;
  for (const graph::Node& node : lowered.nodes) {
    const std::string& name = lowered.value(node.output).name;
    for (const std::string& tensor : {name, name + ".computed"}) {
      const auto output = outputs.find(tensor);
      if (output == outputs.end()) continue;
      SCOPED_TRACE(node.name);
      compare(output->second, truth[std::size_t(node.output)], difference);
      ++found;
    }
  }
  EXPECT_EQ(found, outputs.size());
  EXPECT_GE(found, lowered.outputs.size());
  return difference;
}

graph::Graph lower(const graph::Graph& graph, int activation_bits = 8) {
  const Bytes pictures = onnx::random_pictures(graph, 4, 3);
  return quantise::lower(graph, {onnx::batch_shape(graph, 4), pictures},
                         {.activation_bits = activation_bits});
}

// A network of the zoo on small pictures, with random weights.
graph::Graph random_network(std::string_view name) {
  const Shape own = zoo::make(name).values.front().shape;
  const bool large = own[1] > 32;
  graph::Graph graph = zoo::make(
      name,
      {.classes = large ? 50 : 0, .input = large ? Shape{3, 64, 64} : Shape{}});
  onnx::fill_parameters(graph, 11);
  return graph;
}

class OnnxRuntime : public testing::Test {
 protected:
  void SetUp() override {
    const std::string missing = peer_missing();
    if (!missing.empty()) GTEST_SKIP() << "skipped because " << missing;
  }
};

TEST_F(OnnxRuntime, ComputesEveryFloatOpAsTheReference) {
  const graph::Graph graph = onnx::every_op(false);
  for (int opset = 11; opset <= 21; ++opset) {
    SCOPED_TRACE(opset);
    EXPECT_LT(float_error(graph, onnx::random_pictures(graph, 3, 1), opset),
              1e-5);
  }
}

TEST_F(OnnxRuntime, ComputesEveryIntegerOpWithinOneStep) {
  const graph::Graph lowered = lower(onnx::every_op(true));
  for (int opset = 13; opset <= 21; ++opset) {
    SCOPED_TRACE(opset);
    const LayerDifference found =
        layer_difference(lowered, onnx::random_pictures(lowered, 1, 2), opset);
    EXPECT_LE(found.largest_step, 1);
    EXPECT_LT(found.different, found.integers / 20);
    EXPECT_LT(found.logits_error, 1e-5);
  }
}

TEST_F(OnnxRuntime, ComputesQcdqWithinOneStep) {
  const graph::Graph lowered = lower(onnx::every_op_ternary());
  for (const int opset : {13, 17, 21}) {
    SCOPED_TRACE(opset);
    const LayerDifference found =
        layer_difference(lowered, onnx::random_pictures(lowered, 1, 2), opset,
                         onnx::IntegerDialect::qcdq);
    EXPECT_LE(found.largest_step, 1);
    EXPECT_LT(found.different, found.integers / 20);
    EXPECT_LT(found.logits_error, 1e-5);
  }
}

TEST_F(OnnxRuntime, GivesQcdqTheSameNumbersAsQdq) {
  const graph::Graph lowered = lower(onnx::every_op_ternary());
  const Bytes pictures = onnx::random_pictures(lowered, 4, 2);
  const auto logits = [&](onnx::IntegerDialect dialect) {
    return peer_logits(lowered, onnx::integer_model(lowered, {}, dialect),
                       pictures);
  };
  EXPECT_EQ(logits(onnx::IntegerDialect::qcdq),
            logits(onnx::IntegerDialect::qdq));
}

// With more than the basic optimisations, ONNX Runtime 1.30 makes these
// QLinearConv, which it then refuses two-bit weights.
TEST_F(OnnxRuntime, GivesInt2TheSameNumbersAsQdq) {
  const graph::Graph lowered = lower(onnx::every_op_ternary());
  const Bytes pictures = onnx::random_pictures(lowered, 4, 2);
  const auto logits = [&](onnx::IntegerDialect dialect) {
    return peer_logits(lowered, onnx::integer_model(lowered, {}, dialect),
                       pictures, "basic");
  };
  EXPECT_EQ(logits(onnx::IntegerDialect::int2),
            logits(onnx::IntegerDialect::qdq));
}

TEST_F(OnnxRuntime, ComputesSixteenBitsWithinOneStep) {
  const graph::Graph lowered = lower(onnx::every_op(true), 16);
  const LayerDifference found =
      layer_difference(lowered, onnx::random_pictures(lowered, 1, 2), 21);
  EXPECT_LE(found.largest_step, 2);
  EXPECT_LT(found.logits_error, 1e-5);
}

TEST_F(OnnxRuntime, GivesAllOutputsOfADetector) {
  const graph::Graph graph = onnx::detector();
  const Bytes pictures = onnx::random_pictures(graph, 3, 1);
  reference::FloatExecutor executor;
  executor.load(graph);
  const auto truth = executor.run({onnx::batch_shape(graph, 3), pictures});
  for (int opset = 11; opset <= 21; ++opset) {
    SCOPED_TRACE(opset);
    const PeerTensors outputs =
        run_peer(onnx::float_model(graph, {.opset = opset}),
                 {{"input", to_input(graph, pictures)}});
    ASSERT_EQ(outputs.size(), truth.size());
    for (std::size_t i = 0; i < truth.size(); ++i) {
      const auto& tested = outputs.at(graph.value(graph.outputs[i]).name);
      EXPECT_EQ(tested.shape, truth[i].shape);
      EXPECT_LT(relative_error(tested.numbers(), truth[i].values), 1e-5);
    }
  }
}

TEST_F(OnnxRuntime, ComputesTheIntegersOfADetectorWithinOneStep) {
  const graph::Graph lowered = lower(onnx::detector());
  const LayerDifference found =
      layer_difference(lowered, onnx::random_pictures(lowered, 1, 2), 21);
  EXPECT_LE(found.largest_step, 1);
  EXPECT_LT(found.different, found.integers / 20);
  EXPECT_LT(found.logits_error, 1e-5);
}

class ZooUnderOnnxRuntime
    : public OnnxRuntime,
      public testing::WithParamInterface<std::string_view> {};

TEST_P(ZooUnderOnnxRuntime, GivesTheFloatLogitsOfTheReference) {
  const graph::Graph graph = random_network(GetParam());
  EXPECT_LT(float_error(graph, onnx::random_pictures(graph, 2, 1)), 1e-5);
}

INSTANTIATE_TEST_SUITE_P(Networks, ZooUnderOnnxRuntime,
                         testing::ValuesIn(zoo::names()),
                         [](const auto& network) {
                           return std::string(network.param);
                         });

class IntegersUnderOnnxRuntime : public ZooUnderOnnxRuntime {};

TEST_P(IntegersUnderOnnxRuntime, AreThoseOfTheReferenceWithinOneStepALayer) {
  const graph::Graph lowered = lower(random_network(GetParam()));
  const LayerDifference found =
      layer_difference(lowered, onnx::random_pictures(lowered, 1, 2));
  EXPECT_LE(found.largest_step, 1);
  EXPECT_LT(found.different, found.integers / 20);
  EXPECT_LT(found.logits_error, 1e-5);
}

TEST_P(IntegersUnderOnnxRuntime, GiveTheSameClasses) {
  const graph::Graph lowered = lower(random_network(GetParam()));
  const Bytes pictures = onnx::random_pictures(lowered, 8, 4);
  reference::IntegerExecutor reference;
  const auto truth = reference_logits(reference, lowered, pictures);
  const auto tested =
      peer_logits(lowered, onnx::integer_model(lowered), pictures);
  EXPECT_EQ(different_answers(tested, truth, truth.size() / 8), 0);
  // One step a layer adds up over the layers: 2.2 % in ResNet-18.
  EXPECT_LT(relative_error(tested, truth), 0.04);
}

INSTANTIATE_TEST_SUITE_P(Networks, IntegersUnderOnnxRuntime,
                         testing::Values("lenet5", "resnet20", "alexnet",
                                         "vgg16_cifar", "resnet18"),
                         [](const auto& network) {
                           return std::string(network.param);
                         });

// The committed models on real pictures.
class ModelsUnderOnnxRuntime : public OnnxRuntime {
 protected:
  void SetUp() override {
    OnnxRuntime::SetUp();
    if (IsSkipped()) return;
    const char* root = std::getenv("TRIAD_DATA");
    if (!root) GTEST_SKIP() << "skipped because TRIAD_DATA names no folder";
    test_ = data::open("cifar10", {.root = root}).test;
    for (const auto& entry : std::filesystem::directory_iterator(TRIAD_MODELS))
      if (entry.path().extension() == ".triad")
        models_.push_back(format::read_model(entry.path()).graph);
  }

  Bytes pictures(std::int64_t count) const {
    Bytes bytes;
    for (std::int64_t i = 0; i < count; ++i) {
      const Bytes pixels = test_->picture(i).pixels;
      bytes.insert(bytes.end(), pixels.begin(), pixels.end());
    }
    return bytes;
  }

  std::shared_ptr<const data::Dataset> test_;
  std::vector<graph::Graph> models_;
};

TEST_F(ModelsUnderOnnxRuntime, GiveTheFloatLogitsOfTheReference) {
  for (const graph::Graph& model : models_)
    EXPECT_LT(float_error(quantise::to_float(model), pictures(10)), 1e-5);
}

TEST_F(ModelsUnderOnnxRuntime, DifferByAtMostOneStepALayer) {
  for (const graph::Graph& model : models_) {
    const LayerDifference found = layer_difference(model, pictures(1));
    EXPECT_LE(found.largest_step, 1);
    EXPECT_LT(found.logits_error, 1e-5);
  }
}

TEST_F(ModelsUnderOnnxRuntime, GiveTheSameClasses) {
  constexpr std::int64_t kPictures = 200;
  const Bytes bytes = pictures(kPictures);
  for (const graph::Graph& model : models_) {
    reference::IntegerExecutor reference;
    const auto truth = reference_logits(reference, model, bytes);
    const auto tested = peer_logits(model, onnx::integer_model(model), bytes);
    const int different = different_answers(tested, truth, 10);
    const double error = relative_error(tested, truth);
    std::printf("%s: %d of %lld answers differ, logits by at most %.2f %%\n",
                model.name.c_str(), different,
                static_cast<long long>(kPictures), 100 * error);
    // Two classes a step apart may change places.
    EXPECT_LE(different, 2);
  }
}

}  // namespace
}  // namespace triad
