#include "triad/train/network.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string_view>

#include "triad/base/random.h"
#include "triad/data/dataset.h"
#include "triad/format/parameters.h"
#include "triad/graph/builder.h"
#include "triad/reference/float_executor.h"
#include "triad/train/evaluate.h"
#include "triad/train/initialise.h"
#include "triad/zoo/zoo.h"

namespace triad::train {
namespace {

struct Trained {
  const char *name, *file;
  std::int64_t right;  // of the 10,000 test pictures
};

class TrainedResNet : public testing::TestWithParam<Trained> {
 protected:
  void SetUp() override {
    const char* root = std::getenv("TRIAD_DATA");
    if (root == nullptr) GTEST_SKIP() << "TRIAD_DATA is not set";
    root_ = root;
    if (std::string_view(GetParam().name) != "resnet20" &&
        std::getenv("TRIAD_NIGHTLY") == nullptr)
      GTEST_SKIP() << "TRIAD_NIGHTLY is not set: this takes a minute";
    at::set_num_threads(2);
  }
  std::filesystem::path root_;
};

TEST_P(TrainedResNet, EvaluatesToItsPublishedAccuracy) {
  const auto& [name, file, right] = GetParam();
  graph::Graph graph = zoo::make(name);
  format::load_parameters(graph, root_ / "weights/resnet-cifar10" / file);
  const Accuracy accuracy =
      evaluate(graph, data::open("cifar10", {.root = root_}).test);
  EXPECT_EQ(accuracy.count, 10000);
  EXPECT_NEAR(double(accuracy.top1), double(right), 1.0);
  EXPECT_GT(accuracy.top5, accuracy.top1);
}

INSTANTIATE_TEST_SUITE_P(
    Cifar10, TrainedResNet,
    testing::Values(Trained{"resnet20", "resnet20-12fca82f.safetensors", 9173},
                    Trained{"resnet32", "resnet32-d509ac18.safetensors", 9263},
                    Trained{"resnet44", "resnet44-014dd654.safetensors", 9310},
                    Trained{"resnet56", "resnet56-4bfd9763.safetensors", 9339}),
    [](const auto& info) { return std::string(info.param.name); });

// Every op, and every chain that the network runs as one.
graph::Graph every_op() {
  graph::Builder b("every_op", {3, 17, 15});
  using graph::ValueId;
  ValueId x = b.conv("uneven", b.input(),
                     {.outputs = 8,
                      .kernel = {3, 2},
                      .stride = {1, 1},
                      .padding = {1, 0, 2, 1}},
                     true);
  x = b.add("uneven.relu", graph::Relu{}, {x});
  ValueId left = b.conv(
      "left", x,
      {.outputs = 8, .kernel = {3, 3}, .padding = {1, 1, 1, 1}, .groups = 4},
      false);
  left = b.add("left.norm", graph::BatchNorm{}, {left});
  ValueId right = b.conv("right", x,
                         {.outputs = 8,
                          .kernel = {3, 3},
                          .dilation = {2, 2},
                          .padding = {2, 2, 2, 2}},
                         false);
  right = b.add("right.norm", graph::BatchNorm{}, {right});
  x = b.add("meet", graph::Add{}, {left, right});
  x = b.add("meet.relu", graph::Relu{}, {x});
  ValueId twice =
      b.add("twice.norm", graph::BatchNorm{}, {x});  // used twice: not fused
  ValueId gated = b.add("twice.relu6", graph::Clip{0, 6}, {twice});
  x = b.add("sum", graph::Add{}, {twice, gated, x});
  ValueId gate = b.add("squeeze", graph::GlobalAveragePool{}, {x});
  gate = b.add("leaky", graph::LeakyRelu{0.2f}, {gate});
  gate = b.add("gate", graph::HardSigmoid{}, {gate});
  x = b.add("scaled", graph::Mul{}, {gate, x});
  x = b.add("swish", graph::HardSwish{}, {x});
  x = b.add("silu", graph::Mul{}, {x, b.add("sigmoid", graph::Sigmoid{}, {x})});
  ValueId small = b.add(
      "slice",
      graph::Slice{{1, 8, 1}, {.stride = 2}, {1, graph::Range::kEnd, 2}}, {x});
  const ValueId rows =
      b.add("rows", graph::ChannelsLast{7},
            {b.add("resize", graph::Resize{.factor = {2, 3}}, {small})});
  const ValueId odds = b.add("odds", graph::Softmax{}, {rows});
  small = b.add("pad", graph::Pad{{1, 0, 0, 1}, 2, 3}, {small});
  ValueId top =
      b.add("max", graph::MaxPool{{3, 3}, {2, 2}, {1, 2, 2, 0}, true}, {small});
  ValueId mean = b.add(
      "mean", graph::AveragePool{{3, 3}, {2, 2}, {1, 2, 2, 0}, false, false},
      {small});
  ValueId other =
      b.add("max.even", graph::MaxPool{{3, 3}, {2, 2}, {1, 1, 1, 1}}, {x});
  other = b.add("mean.even", graph::AveragePool{{2, 2}, {2, 2}, {1, 1, 1, 1}},
                {other});
  other = b.add("other.mean", graph::GlobalAveragePool{}, {other});
  if (b.shape(top) == b.shape(mean))
    top = b.add("join", graph::Concat{}, {top, mean});
  top = b.add("top.mean", graph::GlobalAveragePool{}, {top});
  x = b.add("both", graph::Concat{}, {top, other});
  x = b.add("flat", graph::Flatten{}, {x});
  x = b.linear("hidden", x, 12);
  x = b.add("hidden.norm", graph::BatchNorm{}, {x});
  x = b.add("hidden.relu", graph::Relu{}, {x});
  x = b.add("drop", graph::Dropout{}, {x});
  x = b.linear("out", x, 7);
  x = b.add("softmax", graph::Softmax{}, {x});
  graph::Graph graph = b.finish({x, odds, rows});
  graph.preprocessing = {{0.4f, 0.5f, 0.6f}, {0.2f, 0.3f, 0.25f}};
  Random random(5);
  for (graph::Node& node : graph.nodes)
    for (graph::Parameter& parameter : node.parameters) {
      const Shape shape = encoding::shape(parameter.encoding);
      std::vector<float> values(std::size_t(element_count(shape)));
      for (float& value : values)
        value = float(parameter.name == "running_var" ? random.uniform(0.5, 2)
                                                      : random.normal() * 0.4);
      parameter.encoding =
          encoding::Dense{shape, encoding::share(std::move(values))};
    }
  return graph;
}

TEST(NetworkForward, AgreesWithTheReferenceOnEveryOp) {
  const graph::Graph graph = every_op();
  const Shape shape = {2, 3, 17, 15};
  std::vector<std::uint8_t> bytes(std::size_t(element_count(shape)));
  Random random(6);
  for (std::uint8_t& byte : bytes) byte = std::uint8_t(random.below(256));
  reference::FloatExecutor reference;
  reference.load(graph);
  const auto expected = reference.run({shape, bytes});

  at::Tensor pictures =
      at::from_blob(bytes.data(), shape, at::kByte).to(at::kFloat) / 255;
  pictures = (pictures - at::tensor({0.4f, 0.5f, 0.6f}).view({1, 3, 1, 1})) /
             at::tensor({0.2f, 0.3f, 0.25f}).view({1, 3, 1, 1});
  Network network(graph);
  const at::NoGradGuard no_gradient;
  const std::vector<at::Tensor> outputs = network.outputs(pictures, false);
  ASSERT_EQ(outputs.size(), expected.size());
  for (std::size_t output = 0; output < outputs.size(); ++output) {
    const at::Tensor tested = outputs[output].contiguous();
    EXPECT_EQ(tested.sizes().vec(), expected[output].shape);
    const std::vector<float>& truth = expected[output].values;
    for (std::size_t i = 0; i < truth.size(); ++i)
      EXPECT_NEAR(tested.data_ptr<float>()[i], truth[i],
                  1e-5 * (1 + std::abs(truth[i])))
          << i << " of output " << output;
  }
}

TEST(NetworkForward, GivesEveryParameterItsGradient) {
  Network network(every_op());
  network.set_dropout_seed(3);
  const at::Tensor x = at::randn({4, 3, 17, 15});
  network.forward(x, true).square().sum().backward();
  for (const NamedTensor& parameter : network.parameters())
    EXPECT_GT(parameter.tensor.grad().abs().sum().item<float>(), 0)
        << parameter.name;
}

TEST(NetworkForward, DropsOutByTheSeed) {
  Network network(every_op());
  const at::Tensor x = at::randn({4, 3, 17, 15});
  const auto run = [&](std::uint64_t seed) {
    network.set_dropout_seed(seed);
    return network.forward(x, true);
  };
  const at::Tensor first = run(1);
  // Not the same bits: batch norm centres by its running mean, which moved.
  EXPECT_TRUE(at::allclose(first, run(1), 1e-4, 1e-5));
  EXPECT_FALSE(at::allclose(first, run(2), 1e-4, 1e-5));
}

TEST(Network, GivesItsGraphBack) {
  const graph::Graph graph = every_op();
  const graph::Graph back = Network(graph).to_graph();
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    for (std::size_t k = 0; k < graph.nodes[i].parameters.size(); ++k)
      EXPECT_EQ(encoding::decode(graph.nodes[i].parameters[k].encoding),
                encoding::decode(back.nodes[i].parameters[k].encoding));
}

TEST(Network, UsesTheHooksWeights) {
  Network network(every_op());
  EXPECT_TRUE(network.layers().front().is_first);
  EXPECT_TRUE(network.layers().back().is_last);
  EXPECT_EQ(network.layers().size(), 5u);
  const at::Tensor x = at::randn({4, 3, 17, 15});
  const at::NoGradGuard no_gradient;
  const at::Tensor before = network.forward(x, false);
  std::vector<std::string> seen;
  network.set_weight_hook([&](const Layer& layer, const at::Tensor& latent) {
    seen.push_back(layer.name);
    return latent * 0.5;
  });
  EXPECT_FALSE(at::allclose(before, network.forward(x, false)));
  EXPECT_EQ(seen, (std::vector<std::string>{"uneven", "left", "right", "hidden",
                                            "out"}));
}

TEST(Initialise, FillsOnlyZerosAndDependsOnTheSeedAlone) {
  const auto weights = [](std::uint64_t seed) {
    graph::Graph graph = zoo::make("resnet20");
    initialise(graph, seed);
    initialise(graph, seed + 1);  // nothing is zero any more
    return encoding::decode(
        graph.find("layer2.0.conv1")->find("weight")->encoding);
  };
  const std::vector<float> first = weights(1);
  EXPECT_EQ(first, weights(1));
  EXPECT_NE(first, weights(2));
  double square = 0;
  for (const float w : first) square += double(w) * w;
  EXPECT_NEAR(square / double(first.size()), 2.0 / (9 * 32), 0.0006);
}

}  // namespace
}  // namespace triad::train
