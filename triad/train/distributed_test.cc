#include "triad/train/distributed.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "triad/base/error.h"
#include "triad/data/digits.h"
#include "triad/graph/builder.h"
#include "triad/train/checkpoint.h"
#include "triad/train/initialise.h"
#include "triad/train/method.h"
#include "triad/train/trainer.h"

namespace triad::train {
namespace {

namespace fs = std::filesystem;

graph::Graph small_network() {
  graph::Builder builder("small", {1, 28, 28});
  graph::ValueId x = builder.input();
  for (const std::string name : {"first", "second"}) {
    x = builder.conv(name, x,
                     {.outputs = 8, .kernel = {3, 3}, .stride = {2, 2}}, false);
    x = builder.add(name + ".norm", graph::BatchNorm{}, {x});
    x = builder.add(name + ".relu", graph::Relu{}, {x});
  }
  x = builder.add("flat", graph::Flatten{}, {x});
  x = builder.linear("fc", x, 10);
  graph::Graph graph = builder.finish({x});
  graph.preprocessing = {{0.5f}, {0.5f}};
  initialise(graph, 3);
  return graph;
}

// Six steps of 64 pictures, shared by however many ranks there are.
void train_small(const fs::path& run, Reducer* reducer) {
  recipe::Recipe recipe;
  recipe.training.epochs = 1;
  recipe.training.batch = 64;
  recipe.training.learning_rate = 0.05;
  recipe.training.augmentation = "shift";
  // Ranks other than 0 start from weights of their own, which must not matter.
  graph::Graph graph = small_network();
  Network network(graph);
  if (reducer != nullptr && reducer->rank() != 0) {
    const at::NoGradGuard no_gradient;
    for (NamedTensor& parameter : network.parameters())
      parameter.tensor.zero_();
  }
  Methods none;
  train(network, none, data::make_digits({.train = 384, .test = 10}), recipe,
        {.run = run, .threads = 1, .reducer = reducer});
}

int free_port() {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  ::bind(listener, reinterpret_cast<sockaddr*>(&address), size);
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(listener);
  return ntohs(address.sin_port);
}

// Not a test of its own: one rank of the test below.
TEST(Rank, Trains) {
  const char* run = std::getenv("TRIAD_TEST_RUN");
  if (run == nullptr) GTEST_SKIP() << "only started by other tests";
  const auto reducer = connect(rank_environment(), at::kCPU);
  ASSERT_EQ(reducer->ranks(), 2);
  train_small(run, reducer.get());
}

TEST(DataParallel, TwoRanksMatchOneProcessAtTheDoubleBatch) {
  const fs::path folder = fs::path(testing::TempDir()) /
                          ("triad_ranks_" + std::to_string(::getpid()));
  const std::string port = std::to_string(free_port());
  std::vector<pid_t> children;
  for (const char* rank : {"0", "1"}) {
    const pid_t child = ::fork();
    if (child == 0) {
      ::setenv("TRIAD_TEST_RUN", (folder / "two").c_str(), 1);
      ::setenv("RANK", rank, 1);
      ::setenv("WORLD_SIZE", "2", 1);
      ::setenv("MASTER_ADDR", "127.0.0.1", 1);
      ::setenv("MASTER_PORT", port.c_str(), 1);
      ::execl("/proc/self/exe", "distributed_test", "--gtest_filter=Rank.*",
              nullptr);
      ::_exit(99);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
  train_small(folder / "one", nullptr);
  const auto one = read_last_checkpoint(folder / "one/checkpoints");
  const auto two = read_last_checkpoint(folder / "two/checkpoints");
  fs::remove_all(folder);
  ASSERT_TRUE(one && two);
  EXPECT_EQ(one->step, 6);
  ASSERT_EQ(one->tensors.size(), two->tensors.size());
  for (const auto& [name, tensor] : one->tensors)
    EXPECT_LE((tensor.to(at::kDouble) - two->tensors.at(name).to(at::kDouble))
                  .abs()
                  .max()
                  .item<double>(),
              1e-5)
        << name;
}

class RankVariables : public testing::Test {
 protected:
  void TearDown() override {
    for (const char* name :
         {"RANK", "WORLD_SIZE", "LOCAL_RANK", "MASTER_ADDR", "MASTER_PORT",
          "SLURM_PROCID", "SLURM_NTASKS", "SLURM_LOCALID"})
      ::unsetenv(name);
  }
  void set(const char* name, const char* value) { ::setenv(name, value, 1); }
};

TEST_F(RankVariables, MeanOneRankWhenUnset) {
  EXPECT_EQ(rank_environment().ranks, 1);
  EXPECT_EQ(connect(rank_environment(), at::kCPU), nullptr);
}

TEST_F(RankVariables, ComeFromSlurmOnlyWithAMasterAddress) {
  set("SLURM_PROCID", "3");
  set("SLURM_NTASKS", "4");
  set("SLURM_LOCALID", "1");
  EXPECT_EQ(rank_environment().ranks, 1);
  set("MASTER_ADDR", "node7");
  const RankEnvironment environment = rank_environment();
  EXPECT_EQ(environment.rank, 3);
  EXPECT_EQ(environment.ranks, 4);
  EXPECT_EQ(environment.local_rank, 1);
  EXPECT_EQ(environment.master_address, "node7");
}

TEST_F(RankVariables, AreRefusedOutOfRange) {
  set("WORLD_SIZE", "2");
  set("MASTER_ADDR", "127.0.0.1");
  EXPECT_THROW(rank_environment(), Error);  // no RANK
  set("RANK", "2");
  EXPECT_THROW(rank_environment(), Error);
  set("RANK", "1x");
  EXPECT_THROW(rank_environment(), Error);
  set("RANK", "1");
  EXPECT_NO_THROW(rank_environment());
  ::unsetenv("MASTER_ADDR");
  EXPECT_THROW(rank_environment(), Error);
}

}  // namespace
}  // namespace triad::train
