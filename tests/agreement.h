#pragma once
// The CPU runtime against the integer reference, bit for bit, with every kernel
// this machine can run.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/random_networks.h"
#include "triad/reference/integer_executor.h"
#include "triad/runtime/executor.h"
#include "triad/runtime/kernels/table.h"

namespace triad {

inline std::vector<std::string> runnable_kernels() {
  std::vector<std::string> names;
  for (const runtime::Kernels* kernels : runtime::all_kernels())
    if (kernels->is_supported()) names.push_back(kernels->name);
  return names;
}

inline std::vector<graph::Tensor> run(
    graph::Executor& executor, const Graph& graph,
    const std::vector<std::uint8_t>& pictures) {
  Shape shape = graph.value(graph.input()).shape;
  const std::int64_t size = element_count(shape);
  shape.insert(shape.begin(), std::int64_t(pictures.size()) / size);
  return executor.run({shape, pictures});
}

struct Way {
  std::int64_t batch = 1;
  int threads = 1;
};

inline void expect_equal(const graph::Tensor& result,
                         const graph::Tensor& expected,
                         const std::string& kernels, const Graph& graph) {
  ASSERT_EQ(result.shape, expected.shape);
  for (std::size_t i = 0; i < expected.values.size(); ++i)
    ASSERT_EQ(result.values[i], expected.values[i])
        << kernels << " kernels, element " << i << " of "
        << to_string(result.shape) << "\n"
        << graph::dump(graph);
}

inline void expect_agreement(const Graph& graph, Random& random,
                             const Way& way = {}) {
  const auto pictures = random_pictures(
      random, way.batch * element_count(graph.value(graph.input()).shape));
  reference::IntegerExecutor judge;
  judge.load(graph);
  const auto expected = run(judge, graph, pictures);
  for (const std::string& kernels : runnable_kernels()) {
    runtime::Executor executor({.threads = way.threads, .kernels = kernels});
    executor.load(graph);
    for (int again = 0; again < 2; ++again) {  // memory is used twice
      const auto results = run(executor, graph, pictures);
      ASSERT_EQ(results.size(), expected.size());
      for (std::size_t i = 0; i < expected.size(); ++i)
        expect_equal(results[i], expected[i], kernels, graph);
      if (testing::Test::HasFatalFailure()) return;
    }
  }
}

inline Quantization random_quantization(Random& random, bool bytes_only) {
  constexpr Quantization kAll[] = {kU8, kU8, kS8, kU8Centred, kS16, kU16};
  return kAll[random.below(bytes_only ? 4 : 6)];
}

}  // namespace triad
