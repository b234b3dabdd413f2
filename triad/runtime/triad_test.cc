#include "triad/runtime/triad.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "triad/encoding/encoding.h"
#include "triad/format/writer.h"
#include "triad/graph/builder.h"

namespace triad::runtime {
namespace {

// Two pixels to two logits: 10 a - b + 3, 2 b - 2.
std::vector<std::byte> classifier() {
  graph::Builder builder("test", {1, 1, 2});
  const auto flat = builder.add("flat", graph::Flatten{}, {builder.input()});
  const auto logits = builder.linear("fc", flat, 2, false);
  graph::Graph graph = builder.finish({logits});
  graph.values[0].quantization = graph.values[1].quantization =
      encoding::Quantization{};
  for (int byte = 0; byte < 256; ++byte)
    graph.input_table.push_back(std::int16_t(byte));
  graph::Node& node = *graph.find("fc");
  node.find("weight")->encoding =
      encoding::Levels{{2, 2},
                       8,
                       encoding::share(std::vector<std::int8_t>{10, -1, 0, 2}),
                       {1.0f}};
  node.requantization = {{.bias = {3, -2}, .logit_scale = {1.0f, 1.0f}}};
  return format::model_bytes({graph, {}});
}

struct Loaded {
  Loaded() {
    const auto bytes = classifier();
    EXPECT_EQ(triad_load_bytes(bytes.data(), bytes.size(), 1, &model), TRIAD_OK)
        << triad_error();
  }
  ~Loaded() { triad_free(model); }
  triad_model* model = nullptr;
};

TEST(TriadC, RunsAModelFromMemory) {
  const Loaded loaded;
  triad_description about;
  ASSERT_EQ(triad_describe(loaded.model, &about), TRIAD_OK);
  EXPECT_EQ(std::string(about.name), "test");
  EXPECT_EQ(about.width, 2u);
  EXPECT_EQ(about.outputs, 2u);
  const std::uint8_t pictures[] = {4, 7, 1, 0};
  float logits[4];
  ASSERT_EQ(triad_run(loaded.model, pictures, 4, 2, logits, 4), TRIAD_OK);
  EXPECT_EQ(logits[0], 36.0f);
  EXPECT_EQ(logits[1], 12.0f);
  EXPECT_EQ(logits[2], 13.0f);
  EXPECT_EQ(logits[3], -2.0f);
}

TEST(TriadC, TakesFloatsAsBytes) {
  const Loaded loaded;
  const float picture[] = {4 / 255.0f, 7.3f / 255};
  float logits[2];
  ASSERT_EQ(triad_run_floats(loaded.model, picture, 2, 1, logits, 2), TRIAD_OK);
  EXPECT_EQ(logits[0], 36.0f);
  const float wild[] = {-3, std::numeric_limits<float>::infinity()};
  ASSERT_EQ(triad_run_floats(loaded.model, wild, 2, 1, logits, 2), TRIAD_OK);
  EXPECT_EQ(logits[1], 508.0f);
}

TEST(TriadC, AnswersMistakesWithCodes) {
  const Loaded loaded;
  const auto bytes = classifier();
  triad_model* model = nullptr;
  EXPECT_EQ(triad_load_bytes(bytes.data(), bytes.size(), 0, &model),
            TRIAD_BAD_ARGUMENT);
  EXPECT_EQ(triad_load_bytes(bytes.data(), bytes.size() / 2, 1, &model),
            TRIAD_BAD_MODEL);
  EXPECT_EQ(triad_load_bytes(bytes.data(), 0, 1, &model), TRIAD_BAD_MODEL);
  EXPECT_EQ(triad_load("no such file", 1, &model), TRIAD_BAD_MODEL);
  EXPECT_NE(std::string(triad_error()).find("no such file"), std::string::npos);
  EXPECT_EQ(triad_load(nullptr, 1, &model), TRIAD_BAD_ARGUMENT);
  EXPECT_EQ(triad_load("x", 1, nullptr), TRIAD_BAD_ARGUMENT);
  EXPECT_EQ(model, nullptr);

  const std::uint8_t picture[2] = {};
  const float nan[] = {0, std::nanf("")};
  float logits[2];
  EXPECT_EQ(triad_run(loaded.model, picture, 2, 0, logits, 2),
            TRIAD_BAD_ARGUMENT);
  EXPECT_EQ(triad_run(loaded.model, picture, 1, 1, logits, 2),
            TRIAD_BAD_ARGUMENT);
  EXPECT_EQ(triad_run(loaded.model, picture, 2, 1, logits, 1),
            TRIAD_BAD_ARGUMENT);
  EXPECT_EQ(triad_run(loaded.model, picture, 2, SIZE_MAX, logits, 2),
            TRIAD_BAD_ARGUMENT);
  EXPECT_EQ(triad_run(nullptr, picture, 2, 1, logits, 2), TRIAD_BAD_ARGUMENT);
  EXPECT_EQ(triad_run_floats(loaded.model, nan, 2, 1, logits, 2),
            TRIAD_BAD_ARGUMENT);
  EXPECT_NE(std::string(triad_error()).find("NaN"), std::string::npos);
  EXPECT_EQ(triad_describe(nullptr, nullptr), TRIAD_BAD_ARGUMENT);
  triad_free(nullptr);
}

// A process that may not have the memory a network needs.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST(TriadCDeathTest, SaysWhenThereIsTooLittleMemory) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  graph::Builder builder("large", {1, 8192, 8192});
  graph::Graph graph = builder.finish(
      {builder.add("pool", graph::MaxPool{}, {builder.input()})});
  for (graph::Value& value : graph.values)
    value.quantization = encoding::Quantization{};
  for (int byte = 0; byte < 256; ++byte)
    graph.input_table.push_back(std::int16_t(byte));
  const auto bytes = format::model_bytes({graph, {}});
  const auto load_in_little_memory = [&] {
    const rlimit limit = {256 << 20, 256 << 20};  // values take 320 MiB
    setrlimit(RLIMIT_AS, &limit);
    triad_model* model = nullptr;
    std::exit(triad_load_bytes(bytes.data(), bytes.size(), 1, &model));
  };
  EXPECT_EXIT(load_in_little_memory(),
              ::testing::ExitedWithCode(TRIAD_NO_MEMORY), "");
}
#endif

TEST(TriadC, MayBeCalledFromManyThreads) {
  const Loaded loaded;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&, i] {
      const std::uint8_t picture[] = {std::uint8_t(i), 0};
      float logits[2] = {};
      for (int round = 0; round < 200; ++round) {
        ASSERT_EQ(triad_run(loaded.model, picture, 2, 1, logits, 2), TRIAD_OK);
        ASSERT_EQ(logits[0], float(10 * i + 3));
      }
    });
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace triad::runtime
