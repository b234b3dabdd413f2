// Every network of the zoo, as floats and compressed, through a .triad file.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "triad/format/parameters.h"
#include "triad/format/reader.h"
#include "triad/format/test_difference.h"
#include "triad/format/test_weights.h"
#include "triad/format/writer.h"
#include "triad/zoo/zoo.h"

namespace triad::format {
namespace {

// Pictures no larger than the smallest that fit keep the large heads out.
constexpr std::int64_t kMostWeights = 12'000'000;

TEST(ZooFiles, FloatNetworksComeBackExactly) {
  for (const std::string_view name : zoo::names()) {
    const graph::Graph graph = zoo::make(name);
    if (graph::count(graph).parameters > kMostWeights) continue;
    const auto bytes = model_bytes(graph);
    EXPECT_EQ(difference(graph, read_model(bytes).graph), "") << name;
  }
}

TEST(ZooFiles, TernaryNetworksComeBackExactlyUnderEveryStructure) {
  for (const std::string_view name : zoo::names()) {
    graph::Graph graph = zoo::make(name);
    if (graph::count(graph).parameters > kMostWeights) continue;
    Random random(5);
    std::uint32_t turn = 0;
    for (graph::Node& node : graph.nodes)
      if (graph::Parameter* weight = node.find("weight")) {
        const Shape shape = encoding::shape(weight->encoding);
        if (shape.size() > 1)
          weight->encoding =
              random_ternary(shape, encoding::Structure(turn++ % 5), 1, random);
      }
    EXPECT_EQ(difference(graph, read_model(model_bytes(graph)).graph), "")
        << name;
  }
}

TEST(ZooFiles, TrainedWeightsFindTheirPlaces) {
  const char* data = std::getenv("TRIAD_DATA");
  if (data == nullptr) GTEST_SKIP() << "set TRIAD_DATA to the data folder";
  std::size_t loaded = 0;
  for (const auto& entry : std::filesystem::directory_iterator(
           std::filesystem::path(data) / "weights" / "resnet-cifar10")) {
    if (entry.path().extension() != ".safetensors") continue;
    // resnet20-12fca82f.safetensors
    const std::string file = entry.path().filename().string();
    graph::Graph graph = zoo::make(file.substr(0, file.find('-')));
    load_parameters(graph, entry.path());
    EXPECT_EQ(difference(graph, read_model(model_bytes(graph)).graph), "");
    ++loaded;
  }
  EXPECT_EQ(loaded, 4u);
}

}  // namespace
}  // namespace triad::format
