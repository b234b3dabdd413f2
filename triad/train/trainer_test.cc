#include "triad/train/trainer.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>

#include "triad/base/file.h"
#include "triad/base/interrupt.h"
#include "triad/data/digits.h"
#include "triad/graph/builder.h"
#include "triad/train/checkpoint.h"
#include "triad/train/initialise.h"
#include "triad/train/method.h"

namespace triad::train {
namespace {

namespace fs = std::filesystem;

// Convolution, batch norm, dropout, linear: everything with state of its own.
graph::Graph tiny_network() {
  graph::Builder builder("tiny", {1, 28, 28});
  auto x =
      builder.conv("conv", builder.input(),
                   {.outputs = 8, .kernel = {3, 3}, .stride = {2, 2}}, false);
  x = builder.add("norm", graph::BatchNorm{}, {x});
  x = builder.add("relu", graph::Relu{}, {x});
  x = builder.add("pool", graph::MaxPool{}, {x});
  x = builder.add("flat", graph::Flatten{}, {x});
  x = builder.add("drop", graph::Dropout{0.2f}, {x});
  x = builder.linear("fc", x, 10);
  graph::Graph graph = builder.finish({x});
  graph.preprocessing = {{0.5f}, {0.5f}};
  initialise(graph, 3);
  return graph;
}

data::Splits tiny_data() {
  data::Splits splits = data::make_digits({.train = 320, .test = 100});
  splits.validation = splits.test;
  return splits;
}

recipe::Recipe tiny_recipe() {
  recipe::Recipe recipe;
  recipe.training.epochs = 2;
  recipe.training.batch = 32;
  recipe.training.learning_rate = 0.05;
  recipe.training.augmentation = "shift";
  return recipe;
}

// Shrinks weights by a factor that moves with every step, and stops the process
// at a chosen one.
class Shrink : public Method {
 public:
  explicit Shrink(std::int64_t stop_at = -1, int stop_signal = 0)
      : stop_at_(stop_at), signal_(stop_signal) {}
  std::string_view name() const override { return "shrink"; }
  void begin(Network&) override { factor_ = at::ones({1}, at::kDouble); }
  at::Tensor weight(const Layer&, const at::Tensor& latent) override {
    return latent * factor_.to(at::kFloat);
  }
  void after_step(const Progress& progress) override {
    factor_.mul_(0.999);
    if (progress.step == stop_at_) raise(signal_);
  }
  std::map<std::string, at::Tensor> state() const override {
    return {{"factor", factor_}};
  }
  void load_state(const std::map<std::string, at::Tensor>& state) override {
    factor_.copy_(state.at("factor"));
  }

 private:
  std::int64_t stop_at_;
  int signal_;
  at::Tensor factor_;
};

TrainResult train_tiny(const fs::path& run, std::unique_ptr<Method> method,
                       const recipe::Recipe& recipe = tiny_recipe()) {
  Network network(tiny_network());
  Methods methods;
  methods.push_back(std::move(method));
  return train(network, methods, tiny_data(), recipe,
               {.run = run, .resume = true, .threads = 1});
}

class Training : public testing::Test {
 protected:
  Training()
      : folder_(fs::path(testing::TempDir()) /
                ("triad_training_" + std::to_string(::getpid()))) {
    fs::create_directories(folder_);
  }
  ~Training() override { fs::remove_all(folder_); }

  // Runs in a fresh process, because the threads of libtorch do not survive a
  // fork.
  int run_again(const fs::path& run, int stop_signal) {
    const pid_t child = ::fork();
    if (child == 0) {
      ::setenv("TRIAD_TEST_RUN", run.c_str(), 1);
      ::setenv("TRIAD_TEST_SIGNAL", std::to_string(stop_signal).c_str(), 1);
      ::execl("/proc/self/exe", "trainer_test", "--gtest_filter=Victim.*",
              "--gtest_brief=1", nullptr);
      ::_exit(99);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return status;
  }

  void expect_same_end(const fs::path& one, const fs::path& other) {
    const auto a = read_last_checkpoint(one / "checkpoints");
    const auto b = read_last_checkpoint(other / "checkpoints");
    ASSERT_TRUE(a && b);
    EXPECT_EQ(a->step, 20);
    EXPECT_EQ(a->metadata, b->metadata);
    ASSERT_EQ(a->tensors.size(), b->tensors.size());
    for (const auto& [name, tensor] : a->tensors)
      EXPECT_TRUE(at::equal(tensor, b->tensors.at(name))) << name;
  }

  fs::path folder_;
};

// Not a test of its own: what run_again starts.
TEST(Victim, Trains) {
  const char* run = std::getenv("TRIAD_TEST_RUN");
  if (run == nullptr) GTEST_SKIP() << "only started by other tests";
  install_interrupt_handler();
  const int stop_signal = std::atoi(std::getenv("TRIAD_TEST_SIGNAL"));
  try {
    train_tiny(run, std::make_unique<Shrink>(14, stop_signal));
  } catch (const Interrupted&) {
    ::_exit(3);
  }
}

TEST_F(Training, ResumesBitExactlyAfterKill) {
  train_tiny(folder_ / "straight", std::make_unique<Shrink>());
  const int status = run_again(folder_ / "killed", SIGKILL);
  ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  ASSERT_EQ(read_last_checkpoint(folder_ / "killed/checkpoints")->step, 10);
  train_tiny(folder_ / "killed", std::make_unique<Shrink>());
  expect_same_end(folder_ / "straight", folder_ / "killed");
}

TEST_F(Training, StopsAtTheStepOnInterruptAndResumesBitExactly) {
  train_tiny(folder_ / "straight", std::make_unique<Shrink>());
  const int status = run_again(folder_ / "stopped", SIGINT);
  ASSERT_TRUE(WIFEXITED(status));
  ASSERT_EQ(WEXITSTATUS(status), 3);
  ASSERT_EQ(read_last_checkpoint(folder_ / "stopped/checkpoints")->step, 15);
  train_tiny(folder_ / "stopped", std::make_unique<Shrink>());
  expect_same_end(folder_ / "straight", folder_ / "stopped");
}

TEST_F(Training, KeepsTwoCheckpointsAndOneLineOfMetricsAnEpoch) {
  train_tiny(folder_, std::make_unique<Shrink>());
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_ / "checkpoints"), {}),
            2);
  const std::string metrics = read_text(folder_ / "metrics.jsonl");
  EXPECT_EQ(std::ranges::count(metrics, '\n'), 2);
  EXPECT_THAT(metrics, testing::HasSubstr("validation_percent"));
  // A finished run has nothing left to do.
  EXPECT_EQ(train_tiny(folder_, std::make_unique<Shrink>()).steps, 20);
}

TEST_F(Training, GoesOnFromTheCheckpointBeforeADamagedOne) {
  train_tiny(folder_ / "straight", std::make_unique<Shrink>());
  train_tiny(folder_ / "damaged", std::make_unique<Shrink>());
  const fs::path checkpoints = folder_ / "damaged/checkpoints";
  write_file(checkpoints / "step-0000020.safetensors",
             std::string_view("garbled"));
  write_file(checkpoints / "step-0000020.safetensors.1-0.part",
             std::string_view("of a killed writer"));
  const auto last = read_last_checkpoint(checkpoints);
  ASSERT_EQ(last->step, 10);
  // A damaged one of a later step is not one of the two that are kept.
  write_checkpoint(checkpoints, {.step = 15});
  EXPECT_TRUE(fs::exists(checkpoints / "step-0000010.safetensors"));
  EXPECT_FALSE(fs::exists(checkpoints / "step-0000020.safetensors"));
  fs::remove(checkpoints / "step-0000015.safetensors");
  write_file(checkpoints / "step-0000020.safetensors",
             std::string_view("garbled"));
  EXPECT_THAT(last->damaged,
              testing::ElementsAre(testing::HasSubstr("step-0000020")));
  train_tiny(folder_ / "damaged", std::make_unique<Shrink>());
  expect_same_end(folder_ / "straight", folder_ / "damaged");
  EXPECT_EQ(std::distance(fs::directory_iterator(checkpoints), {}), 2);
  for (const char* step : {"10", "20"})
    write_file(checkpoints / fmt::format("step-00000{}.safetensors", step),
               std::string_view("garbled"));
  EXPECT_THROW(read_last_checkpoint(checkpoints), Error);
}

TEST_F(Training, RefusesTheCheckpointOfAnotherRecipe) {
  train_tiny(folder_, std::make_unique<Shrink>());
  recipe::Recipe other = tiny_recipe();
  other.training.learning_rate = 0.2;
  EXPECT_THROW(train_tiny(folder_, std::make_unique<Shrink>(), other), Error);
}

// Ruins the loss at one step.
class Poison : public Shrink {
 public:
  at::Tensor penalty(const Progress& progress) override {
    return progress.step == 13 ? at::full({}, NAN) : at::Tensor();
  }
};

TEST_F(Training, StopsAtALossThatIsNotANumberAndKeepsTheLastCheckpoint) {
  try {
    train_tiny(folder_, std::make_unique<Poison>());
    FAIL() << "expected an Error";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(),
                testing::HasSubstr("step 13 (epoch 1, learning rate 0.0"));
  }
  EXPECT_EQ(read_last_checkpoint(folder_ / "checkpoints")->step, 10);
}

TEST(TrainingOfDigits, LearnsAndGivesTheSameBitsTwice) {
  data::Splits splits = data::make_digits({.train = 2000, .test = 500});
  splits.validation = splits.test;
  recipe::Recipe recipe = tiny_recipe();
  recipe.training.augmentation = "none";
  recipe.training.epochs = 4;
  recipe.training.warm_up_epochs = 0.5;
  std::vector<at::Tensor> ends;
  for (int time = 0; time < 2; ++time) {
    Network network(tiny_network());
    Methods none;
    const TrainResult result =
        train(network, none, splits, recipe, {.threads = 2});
    EXPECT_GT(*result.validation_percent, 75.0);
    ends.push_back(network.layers().back().latent.detach().clone());
  }
  EXPECT_TRUE(at::equal(ends[0], ends[1]));
}

TEST(TrainingOfDigits, DistilsFromATeacher) {
  Network teacher(tiny_network());
  Network student(tiny_network());
  recipe::Recipe recipe = tiny_recipe();
  recipe.distillation.weight = 0.5;
  Methods none;
  EXPECT_THROW(train(student, none, tiny_data(), recipe, {}), Error);
  const TrainResult result = train(student, none, tiny_data(), recipe,
                                   {.threads = 1, .teacher = &teacher});
  EXPECT_TRUE(std::isfinite(result.train_loss));
}

TEST(TrainingSettings, RefusesBatchesThatDoNotFit) {
  Network network(tiny_network());
  Methods none;
  recipe::Recipe recipe = tiny_recipe();
  recipe.training.batch = 1000;
  EXPECT_THROW(train(network, none, tiny_data(), recipe, {}), Error);
}

}  // namespace
}  // namespace triad::train
