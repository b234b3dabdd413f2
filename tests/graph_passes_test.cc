// The passes that rewrite a network, judged by the float reference on a real
// one. Needs TRIAD_DATA.

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "triad/base/random.h"
#include "triad/format/parameters.h"
#include "triad/graph/fold_batch_norm.h"
#include "triad/graph/remove_dead_channels.h"
#include "triad/reference/float_executor.h"
#include "triad/zoo/zoo.h"

namespace triad {
namespace {

constexpr std::int64_t kPictures = 4;

std::vector<float> logits(const graph::Graph& graph) {
  Random random(11);
  std::vector<std::uint8_t> bytes(std::size_t(kPictures * 3 * 32 * 32));
  for (auto& byte : bytes) byte = std::uint8_t(random.below(256));
  reference::FloatExecutor executor;
  executor.load(graph);
  return executor.run({{kPictures, 3, 32, 32}, bytes})[0].values;
}

void expect_near(const std::vector<float>& tested,
                 const std::vector<float>& truth) {
  ASSERT_EQ(tested.size(), truth.size());
  for (std::size_t i = 0; i < truth.size(); ++i)
    EXPECT_NEAR(tested[i], truth[i], 1e-4 * (1 + std::abs(truth[i])));
}

// Zeroes every third filter of the first convolution of each block.
std::size_t kill_filters(graph::Graph& graph) {
  std::size_t killed = 0;
  for (graph::Node& node : graph.nodes) {
    if (!node.name.ends_with("conv1") || !node.name.starts_with("layer"))
      continue;
    for (const char* name : {"weight", "bias"}) {
      encoding::Encoding& encoding = node.find(name)->encoding;
      const Shape shape = encoding::shape(encoding);
      std::vector<float> values = encoding::decode(encoding);
      const std::size_t filter = values.size() / std::size_t(shape[0]);
      for (std::size_t i = 0; i < values.size(); ++i)
        if (i / filter % 3 == 0) values[i] = 0;
      encoding = encoding::Dense{shape, encoding::share(std::move(values))};
    }
    ++killed;
  }
  return killed;
}

class GraphPasses : public testing::Test {
 protected:
  void SetUp() override {
    const char* data = std::getenv("TRIAD_DATA");
    if (!data) GTEST_SKIP() << "set TRIAD_DATA to the data folder";
    network_ = zoo::make("resnet20");
    format::load_parameters(network_, std::filesystem::path(data) / "weights" /
                                          "resnet-cifar10" /
                                          "resnet20-12fca82f.safetensors");
  }
  graph::Graph network_;
};

TEST_F(GraphPasses, FoldingKeepsTheFunctionOfATrainedNetwork) {
  expect_near(logits(graph::fold_batch_norm(network_)), logits(network_));
}

TEST_F(GraphPasses, RemovingDeadChannelsKeepsTheFunctionOfATrainedNetwork) {
  graph::Graph folded = graph::fold_batch_norm(network_);
  ASSERT_EQ(kill_filters(folded), 9u);
  const graph::Graph smaller = graph::remove_dead_channels(folded);
  EXPECT_LT(double(graph::count(smaller).parameters),
            0.7 * double(graph::count(folded).parameters));
  expect_near(logits(smaller), logits(folded));
}

}  // namespace
}  // namespace triad
