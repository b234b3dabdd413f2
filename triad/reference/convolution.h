#pragma once
// The one convolution of both interpreters: direct, zero padded, exact in
// integers. Input patches of 32 output pixels are laid out as columns, so that
// the innermost loop is plain and branch-free.

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "triad/base/shape.h"
#include "triad/graph/op.h"

namespace triad::reference {

// The non-zero weights of one filter: index into its [C / groups, R, S].
template <typename Weight>
struct Filter {
  std::vector<std::int32_t> taps;
  std::vector<Weight> weights;
};

// weights [outputs, ...], row-major.
template <typename Weight, typename Number>
std::vector<Filter<Weight>> make_filters(std::span<const Number> weights,
                                         std::int64_t outputs) {
  std::vector<Filter<Weight>> filters(static_cast<std::size_t>(outputs));
  const std::size_t size = weights.size() / filters.size();
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] == 0) continue;
    filters[i / size].taps.push_back(std::int32_t(i % size));
    filters[i / size].weights.push_back(Weight(weights[i]));
  }
  return filters;
}

constexpr std::size_t kTile = 32;  // output pixels at a time; 7 GMAC/s on SSE2

// A zero-padded input and where the patches of its output pixels lie.
template <typename Element>
class Patches {
 public:
  // input [C, H, W] of `shape`; `output` is the convolution's output shape.
  Patches(const graph::Conv2d& op, std::span<const Element> input,
          const Shape& shape, const Shape& output)
      : op_(op), shape_(shape), output_(output) {
    const auto& [top, left, bottom, right] = op.padding;
    width_ = left + shape[2] + right;
    plane_ = (top + shape[1] + bottom) * width_;
    padded_.resize(std::size_t(shape[0] * plane_));
    for (std::int64_t c = 0; c < shape[0]; ++c)
      for (std::int64_t y = 0; y < shape[1]; ++y)
        std::copy_n(input.begin() + (c * shape[1] + y) * shape[2], shape[2],
                    padded_.begin() + c * plane_ + (top + y) * width_ + left);
  }

  std::int64_t taps() const {
    return shape_[0] / op_.groups * op_.kernel[0] * op_.kernel[1];
  }

  // columns [taps, kTile]: what the filters of `group` see at output pixels
  // first..first + kTile; anything beyond the last pixel.
  void fill(std::int64_t group, std::int64_t first,
            std::span<Element> columns) const {
    std::array<std::int64_t, kTile> corner{};
    const std::int64_t pixels = output_[1] * output_[2];
    for (std::int64_t p = 0; p < std::int64_t(kTile) && first + p < pixels; ++p)
      corner[std::size_t(p)] =
          (first + p) / output_[2] * op_.stride[0] * width_ +
          (first + p) % output_[2] * op_.stride[1];
    const std::int64_t inputs = shape_[0] / op_.groups;
    auto column = columns.begin();
    for (std::int64_t c = group * inputs; c < (group + 1) * inputs; ++c)
      for (std::int64_t r = 0; r < op_.kernel[0]; ++r)
        for (std::int64_t s = 0; s < op_.kernel[1]; ++s) {
          const std::int64_t tap =
              c * plane_ + r * op_.dilation[0] * width_ + s * op_.dilation[1];
          for (const std::int64_t offset : corner)
            *column++ = padded_[std::size_t(tap + offset)];
        }
  }

 private:
  graph::Conv2d op_;
  Shape shape_, output_;
  std::int64_t width_ = 0, plane_ = 0;
  std::vector<Element> padded_;
};

// Sums over the taps of one filter for kTile pixels. columns [taps, kTile].
template <typename Element, typename Weight, typename Sum>
std::array<Sum, kTile> sum_filter(const Filter<Weight>& filter,
                                  std::span<const Element> columns) {
  std::array<Sum, kTile> sum{};
  for (std::size_t i = 0; i < filter.taps.size(); ++i) {
    const Element* column = &columns[std::size_t(filter.taps[i]) * kTile];
    const Sum weight = Sum(filter.weights[i]);
    for (std::size_t p = 0; p < kTile; ++p) sum[p] += weight * Sum(column[p]);
  }
  return sum;
}

// Every convolution sum of a picture, without bias: [K, H', W'] for `output`
// of that shape. Adds in the order of the taps.
//   input [C, H, W]: real zero is 0
template <typename Element, typename Weight, typename Sum>
std::vector<Sum> convolve(const graph::Conv2d& op,
                          std::span<const Element> input, const Shape& shape,
                          const std::vector<Filter<Weight>>& filters,
                          const Shape& output) {
  const Patches<Element> patches(op, input, shape, output);
  const std::int64_t pixels = output[1] * output[2];
  const std::int64_t outputs = op.outputs / op.groups;
  std::vector<Sum> result(std::size_t(op.outputs * pixels));
  std::vector<Element> columns(std::size_t(patches.taps()) * kTile);
  for (std::int64_t first = 0; first < pixels; first += kTile) {
    const std::int64_t count = std::min<std::int64_t>(kTile, pixels - first);
    for (std::int64_t k = 0; k < op.outputs; ++k) {
      if (k % outputs == 0) patches.fill(k / outputs, first, columns);
      const auto sums =
          sum_filter<Element, Weight, Sum>(filters[std::size_t(k)], columns);
      std::copy_n(sums.begin(), count, result.begin() + k * pixels + first);
    }
  }
  return result;
}

// The same for a Linear: input [C], result [K].
template <typename Element, typename Weight, typename Sum>
std::vector<Sum> multiply(std::span<const Element> input,
                          const std::vector<Filter<Weight>>& filters) {
  std::vector<Sum> result;
  for (const Filter<Weight>& filter : filters) {
    Sum sum = 0;
    for (std::size_t i = 0; i < filter.taps.size(); ++i)
      sum += Sum(filter.weights[i]) * Sum(input[std::size_t(filter.taps[i])]);
    result.push_back(sum);
  }
  return result;
}

}  // namespace triad::reference
