// libFuzzer: any bytes are refused, or load and run without a fault, on the
// portable kernels and on the best ones to the same bits. Corpus:
// tests/golden/good, tests/golden/broken and models/.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>

#include "triad/base/error.h"
#include "triad/format/reader.h"
#include "triad/runtime/executor.h"

namespace {

// Larger networks only slow the fuzzer down.
constexpr std::int64_t kMostElements = 1 << 16;
constexpr std::int64_t kMostMacs = 1 << 24;

bool is_small(const triad::graph::Graph& graph) {
  for (const auto& value : graph.values)
    if (triad::element_count(value.shape) > kMostElements) return false;
  return triad::graph::count(graph).macs <= kMostMacs;
}

std::vector<triad::graph::Tensor> run(const triad::graph::Graph& graph,
                                      const char* kernels) {
  triad::runtime::Executor executor({.threads = 1, .kernels = kernels});
  executor.load(graph);
  triad::Shape shape = graph.value(graph.input()).shape;
  std::vector<std::uint8_t> picture(std::size_t(triad::element_count(shape)));
  for (std::size_t i = 0; i < picture.size(); ++i)
    picture[i] = std::uint8_t(i * 37);
  shape.insert(shape.begin(), 1);
  return executor.run({shape, picture});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace triad;
  try {
    const auto graph =
        format::read_model(std::as_bytes(std::span(data, size))).graph;
    if (!is_small(graph)) return 0;
    const auto expected = run(graph, "portable");
    const auto result = run(graph, "");
    for (std::size_t i = 0; i < expected.size(); ++i)
      if (std::memcmp(result[i].values.data(), expected[i].values.data(),
                      expected[i].values.size() * sizeof(float)) != 0)
        std::abort();
  } catch (const Error&) {
  }
  return 0;
}
