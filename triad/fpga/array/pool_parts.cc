#include "triad/fpga/array/pool_parts.h"

#include <algorithm>

namespace triad::fpga {
namespace {

// Pixels of the windows along one axis that lie inside, and which count most of
// them have.
struct Axis {
  std::vector<std::int64_t> counts;
  std::int64_t usual = 0;

  void add(std::int64_t count) { counts.push_back(count); }
  void find_usual() {
    usual = *std::ranges::max_element(counts, {}, [&](std::int64_t count) {
      return std::ranges::count(counts, count);
    });
  }
};

}  // namespace

std::vector<PoolPart> pool_parts(const AveragePool& pool, const Stream& input,
                                 const Stream& output) {
  const auto [height, width] = graph::Pair{output.height, output.width};
  if (pool.common == 0) return {{{{0, 0}, {height, width}}, 1}};
  Axis rows, columns;
  for (std::int64_t y = 0; y < height; ++y)
    rows.add(inside(pool.window, input, y, 0)[0]);
  for (std::int64_t x = 0; x < width; ++x)
    columns.add(inside(pool.window, input, 0, x)[1]);
  rows.find_usual();
  columns.find_usual();

  std::vector<PoolPart> parts;
  const auto add = [&](const OutputPart& part, std::int64_t row_count,
                       std::int64_t column_count) {
    parts.push_back({part, pool.common / (row_count * column_count)});
  };
  add({{0, 0}, {height, width}}, rows.usual, columns.usual);
  for (std::int64_t x = 0; x < width; ++x) {
    const std::int64_t count = columns.counts[std::size_t(x)];
    if (count != columns.usual) add({{0, x}, {height, 1}}, rows.usual, count);
  }
  for (std::int64_t y = 0; y < height; ++y) {
    const std::int64_t row_count = rows.counts[std::size_t(y)];
    if (row_count == rows.usual) continue;
    add({{y, 0}, {1, width}}, row_count, columns.usual);
    for (std::int64_t x = 0; x < width; ++x) {
      const std::int64_t count = columns.counts[std::size_t(x)];
      if (count != columns.usual) add({{y, x}, {1, 1}}, row_count, count);
    }
  }
  return parts;
}

}  // namespace triad::fpga
