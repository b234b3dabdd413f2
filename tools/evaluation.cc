#include "tools/evaluation.h"

#include <algorithm>
#include <numeric>

#include "tools/commands.h"
#include "triad/base/error.h"
#include "triad/base/interrupt.h"
#include "triad/base/progress.h"
#include "triad/data/transform.h"
#include "triad/fpga/rtl_executor.h"
#include "triad/reference/float_executor.h"
#include "triad/reference/integer_executor.h"
#include "triad/runtime/executor.h"

namespace triad::tools {
namespace {

constexpr std::int64_t kBatch = 64;

void add_picture(Accuracy& accuracy, std::span<const float> logits,
                 std::int32_t label) {
  require(std::size_t(label) < logits.size(),
          "eval: the data have a class {}, the network only {} classes", label,
          logits.size());
  const std::vector<std::int64_t> best = best_classes(logits, 5);
  ++accuracy.pictures;
  accuracy.top1 += best.front() == label;
  accuracy.top5 += std::ranges::find(best, label) != best.end();
}

// The float reference for float graphs, the integer one for lowered graphs.
std::unique_ptr<graph::Executor> reference_executor(const graph::Graph& graph) {
  std::unique_ptr<graph::Executor> executor;
  if (graph.is_lowered())
    executor = std::make_unique<reference::IntegerExecutor>();
  else
    executor = std::make_unique<reference::FloatExecutor>();
  executor->load(graph);
  return executor;
}

}  // namespace

void check_pictures(const std::string& command, const data::Dataset& pictures,
                    const graph::Graph& graph) {
  const Shape shape = pictures.picture_shape();
  const Shape& input = graph.value(graph.input()).shape;
  if (shape.empty() || shape == input) return;
  require(shape[0] == input[0],
          "{}: {} takes pictures {}, these are {}: expected data of {} "
          "channels",
          command, graph.name, to_string(input), to_string(shape), input[0]);
  fmt::print(stderr,
             "triad: warning: {} takes pictures {}: those of {} are fitted\n",
             graph.name, to_string(input), to_string(shape));
}

std::vector<std::uint8_t> gather(const data::Dataset& pictures,
                                 std::int64_t first, std::int64_t count,
                                 const Shape& shape) {
  std::vector<std::uint8_t> bytes;
  bytes.reserve(std::size_t(count * element_count(shape)));
  for (std::int64_t i = first; i < first + count; ++i) {
    const data::Picture picture = data::fit(pictures.picture(i), shape);
    bytes.insert(bytes.end(), picture.pixels.begin(), picture.pixels.end());
  }
  return bytes;
}

std::vector<std::int64_t> best_classes(std::span<const float> logits,
                                       std::int64_t count) {
  std::vector<std::int64_t> order(logits.size());
  std::iota(order.begin(), order.end(), 0);
  const std::size_t kept = std::min(order.size(), std::size_t(count));
  // Equal logits: the lower class first, so that the answer is one.
  const auto better = [&](std::int64_t a, std::int64_t b) {
    const float x = logits[std::size_t(a)], y = logits[std::size_t(b)];
    return x > y || (x == y && a < b);
  };
  std::partial_sort(order.begin(), order.begin() + std::ptrdiff_t(kept),
                    order.end(), better);
  order.resize(kept);
  return order;
}

const std::vector<std::string>& executor_names() {
  static const std::vector<std::string> names = {"auto", "runtime", "reference",
                                                 "rtl", "rtl_array"};
  return names;
}

std::unique_ptr<graph::Executor> make_executor(
    const std::string& name, const graph::Graph& graph,
    const ExecutorSettings& settings) {
  if (name.starts_with("rtl")) {
    fpga::RtlSettings rtl{.run = {.stall_percent = settings.stall_percent}};
    if (name == "rtl_array") rtl.array.emplace();
    auto executor = std::make_unique<fpga::RtlExecutor>(rtl);
    executor->load(graph);
    return executor;
  }
  if (name == "reference" || (name == "auto" && !graph.is_lowered()))
    return reference_executor(graph);
  auto executor = std::make_unique<runtime::Executor>(
      runtime::RuntimeSettings{.threads = settings.threads});
  executor->load(graph);
  return executor;
}

Accuracy evaluate(graph::Executor& executor, const graph::Graph& graph,
                  const data::Dataset& pictures, std::int64_t limit,
                  const std::string& title) {
  const std::int64_t count =
      limit > 0 ? std::min(limit, pictures.count()) : pictures.count();
  require(count > 0, "eval: the data set has no test pictures");
  const Shape shape = graph.value(graph.input()).shape;
  ProgressBar bar(title, count, "images");
  Accuracy accuracy;
  for (std::int64_t first = 0; first < count; first += kBatch) {
    if (interrupted()) throw Interrupted(title + " stopped before its end");
    const std::int64_t size = std::min(kBatch, count - first);
    const auto bytes = gather(pictures, first, size, shape);
    const graph::Tensor logits =
        executor.run({{size, shape[0], shape[1], shape[2]}, bytes})[0];
    const std::size_t classes = logits.values.size() / std::size_t(size);
    for (std::int64_t i = 0; i < size; ++i)
      add_picture(
          accuracy,
          std::span(logits.values).subspan(std::size_t(i) * classes, classes),
          pictures.label(first + i));
    bar.advance(size);
  }
  bar.finish();
  return accuracy;
}

}  // namespace triad::tools
