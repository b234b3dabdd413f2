#include "triad/graph/pool_window.h"

#include <algorithm>
#include <numeric>

#include "triad/base/error.h"

namespace triad::graph {
namespace {

constexpr std::int64_t kLargestDivisor = 1 << 20;

struct Span {
  std::int64_t begin, end;  // real pixels
  std::int64_t padded;      // pixels, padding included
};

Span span_along(std::int64_t kernel, std::int64_t stride, std::int64_t before,
                std::int64_t after, std::int64_t size, std::int64_t step) {
  const std::int64_t begin = step * stride - before;
  const std::int64_t end = std::min(begin + kernel, size + after);
  return {std::max<std::int64_t>(begin, 0), std::min(end, size), end - begin};
}

}  // namespace

PoolWindow pool_window(const AveragePool& pool, const Shape& input,
                       std::int64_t y, std::int64_t x) {
  const auto& [top, left, bottom, right] = pool.padding;
  const Span rows =
      span_along(pool.kernel[0], pool.stride[0], top, bottom, input[1], y);
  const Span columns =
      span_along(pool.kernel[1], pool.stride[1], left, right, input[2], x);
  const std::int64_t real =
      (rows.end - rows.begin) * (columns.end - columns.begin);
  return {rows.begin, columns.begin, rows.end, columns.end,
          pool.count_padding ? rows.padded * columns.padded : real};
}

PoolWindow pool_window(const MaxPool& pool, const Shape& input, std::int64_t y,
                       std::int64_t x) {
  return pool_window(AveragePool{.kernel = pool.kernel,
                                 .stride = pool.stride,
                                 .padding = pool.padding},
                     input, y, x);
}

AveragePool whole_picture(const Shape& input) {
  return {.kernel = {input[1], input[2]}, .stride = {input[1], input[2]}};
}

std::int64_t common_divisor(const AveragePool& pool, const Shape& input,
                            const Shape& output) {
  std::int64_t common = 1;
  for (std::int64_t y = 0; y < output[1]; ++y)
    for (std::int64_t x = 0; x < output[2]; ++x) {
      common = std::lcm(common, pool_window(pool, input, y, x).divisor);
      require(common <= kLargestDivisor,
              "average pool over {}: expected window sizes with a common "
              "multiple of at most {}",
              to_string(input), kLargestDivisor);
    }
  return common;
}

}  // namespace triad::graph
