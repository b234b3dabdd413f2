#include "triad/runtime/pooling.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "triad/graph/pool_window.h"
#include "triad/runtime/elements.h"

namespace triad::runtime {
namespace {

using graph::PoolWindow;

// The windows of an op, [rows * columns] of the output, worked out once.
template <typename Pool>
std::vector<PoolWindow> make_windows(const Pool& op, const Shape& shape,
                                     const Layout& to) {
  std::vector<PoolWindow> windows;
  for (std::int64_t y = 0; y < to.height; ++y)
    for (std::int64_t x = 0; x < to.width; ++x)
      windows.push_back(graph::pool_window(op, shape, y, x));
  return windows;
}

// Any window and type; the four channels of a quad together.
class Pool : public Operation {
 public:
  Pool(std::vector<PoolWindow> windows, const Storage& from, const Storage& to)
      : from_(from), to_(to), windows_(std::move(windows)) {}

  std::int64_t pieces() const override { return to_.layout.quads(); }

  void run(const Frame& frame, std::int64_t first,
           std::int64_t last) const noexcept override {
    const Layout &in = from_.layout, &out = to_.layout;
    for (std::int64_t quad = first; quad < last; ++quad)
      for (std::size_t i = 0; i < windows_.size(); ++i)
        pool(frame.memory + from_.offset + quad * in.plane_bytes(), windows_[i],
             frame.memory + to_.offset + quad * out.plane_bytes() +
                 out.pixel(std::int64_t(i) / out.width,
                           std::int64_t(i) % out.width));
  }

 protected:
  // One output pixel from the plane it looks at.
  virtual void pool(const std::byte* plane, const PoolWindow& window,
                    std::byte* pixel) const noexcept = 0;

  const Storage &from_, &to_;

 private:
  const std::vector<PoolWindow> windows_;
};

class AnyMaxPool : public Pool {
  using Pool::Pool;

  void pool(const std::byte* plane, const PoolWindow& window,
            std::byte* pixel) const noexcept override {
    const Layout& in = from_.layout;
    for (int c = 0; c < 4; ++c) {
      std::int32_t highest = INT32_MIN;
      for (std::int64_t y = window.top; y < window.bottom; ++y)
        for (std::int64_t x = window.left; x < window.right; ++x)
          highest = std::max(highest, read_stored(plane + in.pixel(y, x) +
                                                      c * in.element_bytes,
                                                  in.element_bytes));
      write_stored(pixel + c * in.element_bytes, in.element_bytes, highest);
    }
  }
};

// Sums of the four channels of a row of pixels.
struct QuadSum {
  std::int32_t of[4] = {};

  // Two channels to a register, which holds up to 256 of them.
  void add_bytes(const std::byte* pixels, std::int64_t count) {
    for (std::int64_t first = 0; first < count; first += 256) {
      std::uint32_t even = 0, odd = 0, pixel;
      const std::int64_t last = std::min(count, first + 256);
      for (std::int64_t i = first; i < last; ++i) {
        std::memcpy(&pixel, pixels + i * 4, 4);
        even += pixel & 0x00FF00FF;
        odd += pixel >> 8 & 0x00FF00FF;
      }
      of[0] += std::int32_t(even & 0xFFFF);
      of[1] += std::int32_t(odd & 0xFFFF);
      of[2] += std::int32_t(even >> 16);
      of[3] += std::int32_t(odd >> 16);
    }
  }

  void add_words(const std::byte* pixels, std::int64_t count) {
    for (std::int64_t i = 0; i < count * 4; ++i)
      of[i % 4] += read_stored(pixels + i * 2, 2);
  }
};

class AveragePool : public Pool {
 public:
  AveragePool(std::vector<PoolWindow> windows, std::int32_t common,
              const graph::Requantization& integers, const Storage& from,
              const Storage& to)
      : Pool(std::move(windows), from, to),
        common_(common),
        shift_(integers.shift),
        multiplier_(integers.multiplier[0]) {}

 private:
  void pool(const std::byte* plane, const PoolWindow& window,
            std::byte* pixel) const noexcept override {
    const Layout &in = from_.layout, &out = to_.layout;
    const std::int64_t width = window.right - window.left;
    QuadSum sum;
    for (std::int64_t y = window.top; y < window.bottom; ++y)
      in.element_bytes == 1
          ? sum.add_bytes(plane + in.pixel(y, window.left), width)
          : sum.add_words(plane + in.pixel(y, window.left), width);
    const auto zeros =
        std::int32_t((window.bottom - window.top) * width * from_.zero());
    const std::int32_t factor = common_ / std::int32_t(window.divisor);
    for (int c = 0; c < 4; ++c)
      write_stored(pixel + c * out.element_bytes, out.element_bytes,
                   encoding::requantise((sum.of[c] - zeros) * factor, shift_,
                                        multiplier_, to_.quantization) +
                       to_.bias());
  }

  const std::int32_t common_;
  const int shift_;
  const std::int16_t multiplier_;
};

// Bytes, and windows that reach over the picture only into its halo, whose
// stored zero is the lowest a byte can be.
class BytesMaxPool : public Operation {
 public:
  BytesMaxPool(const graph::MaxPool& op, const Storage& from, const Storage& to,
               const Kernels& kernels)
      : from_(from),
        to_(to),
        kernels_(kernels),
        top_(op.padding[0]),
        left_(op.padding[1]) {
    for (std::size_t axis = 0; axis < 2; ++axis) {
      work_.kernel[axis] = op.kernel[axis];
      work_.stride[axis] = op.stride[axis];
    }
    work_.input_pitch = from.layout.pitch * 4;
    work_.output_pitch = to.layout.pitch * 4;
    work_.height = to.layout.height;
    work_.width = to.layout.width;
  }

  std::int64_t pieces() const override { return to_.layout.quads(); }

  void run(const Frame& frame, std::int64_t first,
           std::int64_t last) const noexcept override {
    const Layout &in = from_.layout, &out = to_.layout;
    for (std::int64_t quad = first; quad < last; ++quad)
      kernels_.max_pool(work_,
                        reinterpret_cast<const std::uint8_t*>(
                            frame.memory + from_.offset +
                            quad * in.plane_bytes() + in.pixel(-top_, -left_)),
                        reinterpret_cast<std::uint8_t*>(
                            frame.memory + to_.offset +
                            quad * out.plane_bytes() + out.pixel(0, 0)));
  }

  std::string kernel() const override { return kernels_.name; }

 private:
  const Storage &from_, &to_;
  const Kernels& kernels_;
  const std::int64_t top_, left_;
  Maximum work_;
};

// Whether no window of the op needs to be cut: padding is in the halo, and
// reads as the lowest value.
bool is_uncut(const graph::MaxPool& op, const Storage& from,
              const Storage& to) {
  const Layout &in = from.layout, &out = to.layout;
  const auto reach = [&](std::size_t axis, std::int64_t count) {
    return (count - 1) * op.stride[axis] + op.kernel[axis] - op.padding[axis];
  };
  const graph::Padding needed = {
      op.padding[0], op.padding[1],
      std::max<std::int64_t>(0, reach(0, out.height) - in.height),
      std::max<std::int64_t>(0, reach(1, out.width) - in.width)};
  return (needed == graph::Padding{} || from.zero() == 0) &&
         in.has_halo(needed);
}

}  // namespace

std::unique_ptr<Operation> make_max_pool(const graph::MaxPool& op,
                                         const Shape& shape,
                                         const Storage& from, const Storage& to,
                                         const Kernels& kernels) {
  if (from.quantization.bits == 8 && is_uncut(op, from, to))
    return std::make_unique<BytesMaxPool>(op, from, to, kernels);
  return std::make_unique<AnyMaxPool>(make_windows(op, shape, to.layout), from,
                                      to);
}

std::unique_ptr<Operation> make_average_pool(
    const graph::AveragePool& op, const graph::Requantization& integers,
    const Shape& shape, const Shape& output, const Storage& from,
    const Storage& to) {
  return std::make_unique<AveragePool>(
      make_windows(op, shape, to.layout),
      std::int32_t(graph::common_divisor(op, shape, output)), integers, from,
      to);
}

}  // namespace triad::runtime
