#pragma once
// Pools and ops that only move elements, the same for floats and integers. All
// tensors are of one picture, row-major, [C, H, W] where nothing else is said.

#include <algorithm>
#include <array>
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

// Element (c, y, x) of `output` is input element place(c, y, x).
template <typename T, typename Place>
std::vector<T> gather(std::span<const T> input, const Shape& shape,
                      const Shape& output, Place place) {
  std::vector<T> result;
  for (std::int64_t c = 0; c < output[0]; ++c)
    for (std::int64_t y = 0; y < output[1]; ++y)
      for (std::int64_t x = 0; x < output[2]; ++x) {
        const auto [channel, row, column] = place(c, y, x);
        result.push_back(
            input[std::size_t((channel * shape[1] + row) * shape[2] + column)]);
      }
  return result;
}

using Place = std::array<std::int64_t, 3>;  // channel, row, column

template <typename T>
std::vector<T> slice(const graph::Slice& op, std::span<const T> input,
                     const Shape& shape, const Shape& output) {
  const auto at = [](const graph::Range& range, std::int64_t i) {
    return range.start + i * range.stride;
  };
  return gather(input, shape, output, [&](auto c, auto y, auto x) {
    return Place{at(op.channels, c), at(op.rows, y), at(op.columns, x)};
  });
}

template <typename T>
std::vector<T> resize(const graph::Resize& op, std::span<const T> input,
                      const Shape& shape, const Shape& output) {
  return gather(input, shape, output, [&](auto c, auto y, auto x) {
    return Place{c, y / op.factor[0], x / op.factor[1]};
  });
}

template <typename T>
std::vector<T> channels_last(std::span<const T> input, const Shape& shape) {
  // As a picture [H, W, C].
  return gather(input, shape, {shape[1], shape[2], shape[0]},
                [](auto y, auto x, auto c) {
                  return Place{c, y, x};
                });
}

// Which elements of its inputs a Mul multiplies.
class Factors {
 public:
  Factors(const Shape& a, const Shape& b)
      : sizes_{std::size_t(element_count(a)), std::size_t(element_count(b))} {}

  std::size_t count() const { return std::max(sizes_[0], sizes_[1]); }
  // Of input i for output element j; a [C, 1, 1] serves all pixels.
  std::size_t index(std::size_t i, std::size_t j) const {
    return j / (count() / sizes_[i]);
  }

 private:
  std::array<std::size_t, 2> sizes_;
};

// exp(x) / sum of exp over each `row` of elements, shifted by their maximum;
// sums in double.
std::vector<float> softmax(std::span<const float> logits, std::int64_t row);

// Calls run(bytes) for each picture of the batch, in parallel, and collects the
// floats it returns for each output.
std::vector<graph::Tensor> for_each_picture(
    const graph::Graph& graph, const graph::Pictures& batch,
    const std::function<
        std::vector<std::vector<float>>(std::span<const std::uint8_t>)>& run);

}  // namespace triad::reference
