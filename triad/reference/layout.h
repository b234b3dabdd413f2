#pragma once
// Pools and ops that only move elements, the same for floats and integers. All
// tensors are [C, H, W] of one picture, row-major.

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <vector>

#include "triad/base/shape.h"
#include "triad/graph/executor.h"
#include "triad/graph/pool_window.h"

namespace triad::reference {

// Folds each window of a pool into one output element [output]:
// result = finish(fold(...fold(first, x1)..., xn), window).
//   first   what a window starts with
template <typename Pool, typename T, typename Sum, typename Fold,
          typename Finish>
auto pool_windows(const Pool& op, std::span<const T> input, const Shape& shape,
                  const Shape& output, Sum first, Fold fold, Finish finish) {
  std::vector<decltype(finish(first, graph::PoolWindow{}))> result;
  for (std::int64_t c = 0; c < output[0]; ++c)
    for (std::int64_t y = 0; y < output[1]; ++y)
      for (std::int64_t x = 0; x < output[2]; ++x) {
        const graph::PoolWindow window = graph::pool_window(op, shape, y, x);
        Sum sum = first;
        for (std::int64_t row = window.top; row < window.bottom; ++row)
          for (std::int64_t i = window.left; i < window.right; ++i)
            sum = fold(sum,
                       input[std::size_t((c * shape[1] + row) * shape[2] + i)]);
        result.push_back(finish(sum, window));
      }
  return result;
}

template <typename T>
std::vector<T> max_pool(const graph::MaxPool& op, std::span<const T> input,
                        const Shape& shape, const Shape& output) {
  return pool_windows(
      op, input, shape, output, std::numeric_limits<T>::lowest(),
      [](T a, T b) { return std::max(a, b); },
      [](T highest, const graph::PoolWindow&) { return highest; });
}

// zero: what real zero is among the elements.
template <typename T>
std::vector<T> pad(const graph::Pad& op, std::span<const T> input,
                   const Shape& shape, const Shape& output, T zero) {
  std::vector<T> result(std::size_t(element_count(output)), zero);
  for (std::int64_t c = 0; c < shape[0]; ++c)
    for (std::int64_t y = 0; y < shape[1]; ++y) {
      const std::int64_t row =
          (c + op.channels_before) * output[1] + y + op.padding[0];
      std::copy_n(input.begin() + (c * shape[1] + y) * shape[2], shape[2],
                  result.begin() + row * output[2] + op.padding[1]);
    }
  return result;
}

template <typename T>
std::vector<T> strided_slice(const graph::StridedSlice& op,
                             std::span<const T> input, const Shape& shape,
                             const Shape& output) {
  std::vector<T> result;
  for (std::int64_t c = 0; c < output[0]; ++c)
    for (std::int64_t y = 0; y < output[1]; ++y)
      for (std::int64_t x = 0; x < output[2]; ++x)
        result.push_back(input[std::size_t(
            (c * shape[1] + y * op.stride[0]) * shape[2] + x * op.stride[1])]);
  return result;
}

// exp(x) / sum of exp, shifted by the maximum; sums in double.
std::vector<float> softmax(std::span<const float> logits);

// Calls run(bytes) for each picture of the batch, in parallel, and collects the
// floats it returns as [N, output count].
graph::Tensor for_each_picture(
    const graph::Graph& graph, const graph::Pictures& batch,
    const std::function<std::vector<float>(std::span<const std::uint8_t>)>&
        run);

}  // namespace triad::reference
