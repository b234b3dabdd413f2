#include "triad/zoo/zoo.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "triad/base/error.h"
#include "triad/base/file.h"

namespace triad::zoo {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

void expect_parameters(std::string_view name, std::int64_t parameters) {
  EXPECT_EQ(graph::count(make(name)).parameters, parameters) << name;
}

void expect_cost(std::string_view name, std::int64_t parameters,
                 double mega_macs, double tolerance) {
  const graph::Cost cost = graph::count(make(name));
  EXPECT_EQ(cost.parameters, parameters) << name;
  EXPECT_NEAR(double(cost.macs) / 1e6, mega_macs, tolerance) << name;
}

TEST(Zoo, CifarResNetsHaveThePublishedCounts) {
  expect_cost("resnet20", 269'722, 40.8, 0.3);
  expect_parameters("resnet32", 464'154);
  expect_parameters("resnet44", 658'586);
  expect_cost("resnet56", 853'018, 125.5, 0.5);
  expect_parameters("resnet110", 1'727'962);
}

TEST(Zoo, ImageNetResNetsHaveThePublishedCounts) {
  expect_cost("resnet18", 11'689'512, 1814, 6);
  expect_cost("resnet34", 21'797'672, 3664, 10);
  expect_cost("resnet50", 25'557'032, 4089, 10);
}

TEST(Zoo, ResNetsWithCifarStemHaveThePublishedCounts) {
  expect_cost("resnet18_cifar", 11'173'962, 556, 2);
  expect_parameters("resnet34_cifar", 21'282'122);
  expect_parameters("resnet50_cifar", 23'520'842);
}

TEST(Zoo, PlainNetworksHaveThePublishedCounts) {
  expect_cost("vgg16", 138'365'992, 15'470, 20);
  expect_cost("vgg16_cifar", 14'728'266, 313.5, 1);
  expect_parameters("convnet", 89'578);
  expect_parameters("lenet5", 431'080);
}

TEST(Zoo, LeNetHasTheWeightsOfThePruningPapers) {
  const graph::Graph net = make("lenet5");
  std::vector<std::int64_t> weights;
  for (const graph::Node& node : net.nodes)
    if (const graph::Parameter* weight = node.find("weight"))
      weights.push_back(element_count(encoding::shape(weight->encoding)));
  EXPECT_EQ(weights, (std::vector<std::int64_t>{500, 25'000, 400'000, 5'000}));
}

TEST(Zoo, AlexNetHasNoGroupsAndBatchNormAfterAllButTheLastLayer) {
  const graph::Graph net = make("alexnet");
  // 96-256-384-384-256 and 4096-4096-1000 with biases, without batch norm.
  const std::int64_t layers = 34'944 + 614'656 + 885'120 + 1'327'488 + 884'992 +
                              37'752'832 + 16'781'312 + 4'097'000;
  const std::int64_t norms = 2 * (96 + 256 + 384 + 384 + 256 + 4096 + 4096);
  EXPECT_EQ(graph::count(net).parameters, layers + norms);
}

TEST(Zoo, EveryNetworkGivesItsClasses) {
  for (const Entry& entry : entries()) {
    const graph::Graph net = make(entry.name);
    EXPECT_EQ(net.name, entry.name);
    EXPECT_EQ(net.value(net.outputs[0]).shape, Shape{entry.classes});
    EXPECT_EQ(net.preprocessing.mean.size(), std::size_t(entry.input[0]));
    EXPECT_FALSE(entry.description.empty());
  }
}

TEST(Zoo, SettingsChangeClassesAndInput) {
  const graph::Graph net =
      make("resnet20", {.classes = 100, .input = {1, 28, 28}});
  EXPECT_EQ(net.value(net.outputs[0]).shape, Shape{100});
  EXPECT_EQ(net.value(net.input()).shape, (Shape{1, 28, 28}));
  ASSERT_EQ(net.preprocessing.mean.size(), 1u);
  EXPECT_NEAR(net.preprocessing.mean[0], 0.449, 1e-3);
}

TEST(Zoo, ErrorsNameTheChoicesAndTheLayer) {
  EXPECT_THAT([] { make("resnet21"); },
              ThrowsMessage<Error>(HasSubstr("resnet20, resnet32")));
  EXPECT_THAT(
      [] {
        make("lenet5", {.input = {1, 8, 8}});
      },
      ThrowsMessage<Error>(HasSubstr("'conv2'")));
  EXPECT_THROW(make("lenet5", {.classes = -1}), Error);
  EXPECT_THROW(make("lenet5", {.input = {28, 28}}), Error);
}

using Shapes = std::map<std::string, Shape>;

// Names and shapes in a safetensors file: 8 bytes of length, a JSON header.
Shapes shapes_of_file(const std::filesystem::path& path) {
  const std::vector<std::byte> bytes = read_file(path);
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), sizeof length);
  const char* begin = reinterpret_cast<const char*>(bytes.data()) + 8;
  const auto header = nlohmann::json::parse(begin, begin + length);
  Shapes shapes;
  for (const auto& [key, tensor] : header.items())
    if (key != "__metadata__" && !key.ends_with("num_batches_tracked"))
      shapes[key] = tensor.at("shape").get<Shape>();
  return shapes;
}

Shapes shapes_of_graph(const graph::Graph& net) {
  Shapes shapes;
  for (const graph::Node& node : net.nodes)
    for (const graph::Parameter& parameter : node.parameters)
      shapes[node.name + "." + parameter.name] =
          encoding::shape(parameter.encoding);
  return shapes;
}

TEST(Zoo, CifarResNetsHaveTheNamesOfTrainedWeights) {
  const char* data = std::getenv("TRIAD_DATA");
  if (!data) GTEST_SKIP() << "needs TRIAD_DATA, the folder of real data";
  const auto folder = std::filesystem::path(data) / "weights/resnet-cifar10";
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (file.path().extension() != ".safetensors") continue;
    const std::string stem = file.path().stem().string();
    const graph::Graph net = make(stem.substr(0, stem.find('-')));
    EXPECT_EQ(shapes_of_graph(net), shapes_of_file(file.path())) << stem;
  }
}

}  // namespace
}  // namespace triad::zoo
