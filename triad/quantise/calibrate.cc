#include "triad/quantise/calibrate.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <mutex>

#include "triad/base/error.h"
#include "triad/base/parallel.h"

namespace triad::quantise {
namespace {

// Calls visit(id, values) for every value of every picture, one call for an id
// at a time. Pictures come in any order: visits must commute.
void visit_values(
    const reference::FloatExecutor& network, const graph::Pictures& pictures,
    const std::function<void(std::size_t, std::span<const float>)>& visit) {
  const std::int64_t count = pictures.shape[0];
  const std::size_t size = pictures.bytes.size() / std::size_t(count);
  std::vector<std::mutex> locks(network.graph().values.size());
  parallel_for(count, [&](std::int64_t n) {
    const auto values =
        network.values(pictures.bytes.subspan(std::size_t(n) * size, size));
    for (std::size_t id = 0; id < values.size(); ++id) {
      const std::lock_guard lock(locks[id]);
      visit(id, values[id]);
    }
  });
}

void widen(ValueStatistics& statistics, const graph::Value& value,
           std::span<const float> x) {
  const std::size_t pixels = x.size() / statistics.lowest.size();
  for (std::size_t i = 0; i < x.size(); ++i) {
    require(std::isfinite(x[i]),
            "calibration: expected finite numbers, value '{}' has {}",
            value.name, x[i]);
    float& lowest = statistics.lowest[i / pixels];
    float& highest = statistics.highest[i / pixels];
    lowest = std::min(lowest, x[i]);
    highest = std::max(highest, x[i]);
  }
}

void count(ValueStatistics& statistics, std::span<const float> x) {
  constexpr int bins = ValueStatistics::kBins;
  if (statistics.bin_width == 0) return;
  for (const float value : x) {
    if (value == 0) continue;
    const double bin = std::floor(value / statistics.bin_width) + bins;
    ++statistics.counts[std::size_t(std::clamp(bin, 0.0, 2.0 * bins - 1))];
  }
}

}  // namespace

float ValueStatistics::largest() const {
  return std::max(*std::ranges::max_element(highest),
                  -*std::ranges::min_element(lowest));
}

std::vector<ValueStatistics> calibrate(const reference::FloatExecutor& network,
                                       const graph::Pictures& pictures) {
  const graph::Graph& graph = network.graph();
  require_runnable(graph, pictures, 0);
  std::vector<ValueStatistics> statistics;
  for (const graph::Value& value : graph.values) {
    const auto channels = std::size_t(value.shape[0]);
    statistics.push_back({std::vector<float>(channels, INFINITY),
                          std::vector<float>(channels, -INFINITY),
                          {}});
  }
  visit_values(network, pictures, [&](std::size_t id, auto x) {
    widen(statistics[id], graph.values[id], x);
  });
  for (ValueStatistics& value : statistics) {
    value.counts.assign(2 * ValueStatistics::kBins, 0);
    value.bin_width = double(value.largest()) / ValueStatistics::kBins;
  }
  visit_values(network, pictures,
               [&](std::size_t id, auto x) { count(statistics[id], x); });
  return statistics;
}

}  // namespace triad::quantise
