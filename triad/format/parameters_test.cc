#include "triad/format/parameters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <limits>

#include "triad/base/error.h"
#include "triad/graph/builder.h"

namespace triad::format {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

graph::Graph small_network() {
  graph::Builder builder("small", {2, 4, 4});
  auto x = builder.conv("layer.0.conv", builder.input(),
                        {.outputs = 3, .kernel = {3, 3}}, true);
  x = builder.add("layer.0.bn", graph::BatchNorm{}, {x});
  x = builder.add("flat", graph::Flatten{}, {x});
  return builder.finish({builder.linear("linear", x, 2)});
}

void expect_refused(const TensorFile& tensors, const std::string& what) {
  graph::Graph graph = small_network();
  const TensorFile before = parameter_tensors(graph);
  EXPECT_THAT([&] { load_parameters(graph, tensors, "f"); },
              ThrowsMessage<Error>(AllOf(HasSubstr("f: "), HasSubstr(what))));
  EXPECT_EQ(parameter_tensors(graph), before);
}

// Every value another one.
TensorFile numbered() {
  TensorFile tensors = parameter_tensors(small_network());
  float next = 0;
  for (auto& [name, tensor] : tensors.tensors)
    for (float& value : std::get<std::vector<float>>(tensor.values))
      value = next++;
  return tensors;
}

TEST(Parameters, SavedParametersLoadAgain) {
  graph::Graph graph = small_network();
  load_parameters(graph, numbered(), "f");
  const auto path =
      std::filesystem::path(testing::TempDir()) / "triad_small.safetensors";
  save_parameters(graph, path);
  graph::Graph again = small_network();
  load_parameters(again, path);
  EXPECT_EQ(parameter_tensors(again), numbered());
  std::filesystem::remove(path);
}

TEST(Parameters, CountersOfPyTorchAreIgnored) {
  TensorFile tensors = numbered();
  tensors.tensors["layer.0.bn.num_batches_tracked"] = {
      {}, std::vector<std::int64_t>{5}};
  graph::Graph graph = small_network();
  EXPECT_NO_THROW(load_parameters(graph, tensors, "f"));
}

TEST(Parameters, AMissingTensorIsNamed) {
  TensorFile tensors = numbered();
  tensors.tensors.erase("linear.bias");
  expect_refused(tensors, "'linear.bias' [2] is missing");
}

TEST(Parameters, AnExtraTensorIsNamed) {
  TensorFile tensors = numbered();
  tensors.tensors["fc.weight"] = {{1}, std::vector<float>{1}};
  expect_refused(tensors, "'fc.weight' [1] has no place in network 'small'");
  tensors = numbered();
  tensors.tensors["weight"] = {{1}, std::vector<float>{1}};
  expect_refused(tensors, "'weight' [1] has no place");
}

TEST(Parameters, AWrongShapeNamesBoth) {
  TensorFile tensors = numbered();
  tensors.tensors["linear.bias"].shape = {2, 1};
  expect_refused(tensors, "has shape [2, 1], the network needs [2]");
}

TEST(Parameters, IntegersAndInfinitiesAreRefused) {
  TensorFile tensors = numbered();
  tensors.tensors["linear.bias"].values = std::vector<std::int64_t>{1, 2};
  expect_refused(tensors, "expected floats");
  tensors.tensors["linear.bias"].values =
      std::vector<float>{1, std::numeric_limits<float>::infinity()};
  expect_refused(tensors, "not finite");
}

TEST(Parameters, AnEncodedNetworkTakesNoFloats) {
  graph::Graph graph = small_network();
  graph.find("linear")->find("weight")->encoding = encoding::Levels{};
  EXPECT_THAT([&] { load_parameters(graph, numbered(), "f"); },
              ThrowsMessage<Error>(HasSubstr("'linear.weight'")));
}

}  // namespace
}  // namespace triad::format
