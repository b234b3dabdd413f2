#include "triad/format/model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <utility>

#include "triad/base/error.h"
#include "triad/base/file.h"
#include "triad/format/reader.h"
#include "triad/format/test_difference.h"
#include "triad/format/test_lowered.h"
#include "triad/format/test_models.h"
#include "triad/format/writer.h"

namespace triad::format {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using testing::ThrowsMessage;

constexpr WriteSettings kTwoBits{TernaryCode::two_bits};

TEST(ModelFile, RandomGraphsComeBackExactly) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const graph::Graph graph = random_graph(seed);
    EXPECT_EQ(difference(graph, read_model(model_bytes(graph)).graph), "")
        << seed;
    EXPECT_EQ(difference(graph, read_model(model_bytes(graph, kTwoBits)).graph),
              "")
        << seed;
  }
}

TEST(ModelFile, LoweredGraphsComeBackExactly) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const graph::Graph graph = lowered_graph(seed);
    EXPECT_EQ(difference(graph, read_model(model_bytes(graph)).graph), "")
        << seed;
    const graph::Graph functions = lowered_functions(seed);
    EXPECT_EQ(difference(functions, read_model(model_bytes(functions)).graph),
              "")
        << seed;
  }
}

TEST(ModelFile, ScalesThatFollowFromIntegersAreLeftOut) {
  graph::Graph graph = lowered_graph(1);
  const std::size_t derived = model_bytes(graph).size();
  auto& term =
      std::get<encoding::Ternary>(graph.find("conv")->find("weight")->encoding)
          .terms[0];
  term.scales[0] = std::nextafter(term.scales[0], 1e9f);
  const auto bytes = model_bytes(graph);
  EXPECT_GE(bytes.size(), derived + 12 * sizeof(float));
  EXPECT_EQ(difference(graph, read_model(bytes).graph), "");
}

TEST(ModelFile, WritesEqualBytesForEqualModels) {
  EXPECT_EQ(model_bytes(random_graph(5)), model_bytes(random_graph(5)));
}

TEST(ModelFile, KeepsMetadataOnTheDisk) {
  const auto path =
      std::filesystem::path(testing::TempDir()) / "triad_metadata.triad";
  const Model model{random_graph(3),
                    {{"seed", "17"}, {"empty", ""}, {"commit", "ab\ncd"}}};
  write_model(model, path);
  const Model read = read_model(path);
  EXPECT_EQ(difference(read.graph, model.graph), "");
  EXPECT_EQ(read.metadata, model.metadata);
  EXPECT_EQ(read_file(path), model_bytes(model));
  std::filesystem::remove(path);
}

TEST(ModelFile, BytesNeedNoAlignment) {
  const graph::Graph graph = random_graph(8);
  const auto bytes = model_bytes(graph);
  std::vector<std::byte> shifted(1);
  shifted.insert(shifted.end(), bytes.begin(), bytes.end());
  EXPECT_EQ(difference(graph, read_model(std::span(shifted).subspan(1)).graph),
            "");
}

TEST(ModelFile, AWholeDeadLayerIsAHandfulOfBytes) {
  graph::Builder b("dead", {512, 1, 1});
  auto x = b.add("flat", graph::Flatten{}, {b.input()});
  graph::Graph graph = b.finish({b.linear("fc", x, 1000, false)});
  encoding::Ternary& dead =
      graph.find("fc")->find("weight")->encoding.emplace<encoding::Ternary>();
  dead.shape = {1000, 512};
  dead.pattern = {
      encoding::Structure::filter, {}, std::vector<std::uint8_t>(1000)};
  dead.terms = {{encoding::share(std::vector<std::int8_t>(512000)), {1.0f}}};
  const auto bytes = model_bytes(graph);
  EXPECT_LT(bytes.size(), 5000u);  // most of it 512 means and deviations
  EXPECT_EQ(difference(graph, read_model(bytes).graph), "");
}

// The smallest shares of a compressed network: 16 filters of 16 x 3 x 3.
TEST(ModelFile, OneMoreLayerCostsLittleBesideItsCodes) {
  const auto size_of = [](int layers) {
    Random random(1);
    graph::Builder b("deep", {16, 8, 8});
    auto x = b.input();
    for (int i = 0; i < layers; ++i)
      x = b.conv(fmt::format("layer1.{}.conv1", i), x,
                 {.outputs = 16, .kernel = {3, 3}, .padding = {1, 1, 1, 1}},
                 false);
    graph::Graph graph = b.finish({x});
    for (graph::Node& node : graph.nodes)
      for (graph::Parameter& parameter : node.parameters)
        parameter.encoding = random_ternary(
            {16, 16, 3, 3}, encoding::Structure::none, 1, random);
    return model_bytes(graph).size();
  };
  const std::size_t codes = (16 * 16 * 9 + 4) / 5, scales = 16 * 4;
  EXPECT_LT((size_of(30) - size_of(10)) / 20.0, codes + scales + 250);
}

// The graph, or the error.
std::string outcome(std::span<const std::byte> bytes, int threads) {
  try {
    return graph::dump(read_model(bytes, "model", threads).graph);
  } catch (const Error& error) {
    return error.what();
  }
}

TEST(ModelFile, IsReadAndRefusedAlikeOnAnyNumberOfThreads) {
  const graph::Graph graph = lowered_graph(3);
  auto bytes = model_bytes(graph);
  EXPECT_EQ(difference(graph, read_model(bytes, "model", 5).graph), "");
  std::size_t refused = 0;
  for (std::byte& byte : bytes) {
    const std::byte good = std::exchange(byte, ~byte);
    const std::string expected = outcome(bytes, 1);
    EXPECT_EQ(outcome(bytes, 3), expected);
    refused += expected.starts_with("model:");
    byte = good;
  }
  EXPECT_GT(refused, 100u);
}

TEST(ModelFile, AMissingFileIsNamed) {
  EXPECT_THAT([] { read_model(std::filesystem::path("no/such.triad")); },
              ThrowsMessage<Error>(StartsWith("no/such.triad: cannot open")));
  EXPECT_THAT([] { read_model(std::filesystem::path("/")); },
              ThrowsMessage<Error>(HasSubstr("not a regular file")));
}

TEST(ModelFile, AnEmptyFileIsRefused) {
  const auto path =
      std::filesystem::path(testing::TempDir()) / "triad_empty.triad";
  std::ofstream(path).close();
  EXPECT_THAT([&] { read_model(path); },
              ThrowsMessage<Error>(HasSubstr("no .triad file")));
  std::filesystem::remove(path);
}

TEST(ModelFile, AGraphThatDoesNotValidateIsNotWritten) {
  graph::Graph graph = random_graph(2);
  graph.outputs = {999};
  EXPECT_THROW(model_bytes(graph), Error);
}

}  // namespace
}  // namespace triad::format
