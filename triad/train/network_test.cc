#include "triad/train/network.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "triad/base/error.h"
#include "triad/data/dataset.h"
#include "triad/format/parameters.h"
#include "triad/graph/builder.h"
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

}  // namespace
}  // namespace triad::train
