#include "triad/runtime/pooling.h"

#include <algorithm>
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
    for (std::int64_t quad = first; quad < last; ++quad)
      for (std::size_t i = 0; i < windows_.size(); ++i)
        pool(frame.memory, quad, i);
  }

 protected:
  // Sets stored[4] of the output from the elements of a window.
  struct Quad {
    std::int32_t sum[4] = {};
    std::int32_t highest[4] = {INT32_MIN, INT32_MIN, INT32_MIN, INT32_MIN};
  };
  virtual std::int32_t finish(const Quad& quad, int channel,
                              const PoolWindow& window) const noexcept = 0;

 private:
  void pool(std::byte* memory, std::int64_t quad,
            std::size_t index) const noexcept {
    const Layout &in = from_.layout, &out = to_.layout;
    const PoolWindow& window = windows_[index];
    Quad found;
    for (std::int64_t y = window.top; y < window.bottom; ++y)
      for (std::int64_t x = window.left; x < window.right; ++x) {
        const std::byte* pixel =
            memory + from_.offset + quad * in.plane_bytes() + in.pixel(y, x);
        for (int c = 0; c < 4; ++c) {
          const std::int32_t stored =
              read_stored(pixel + c * in.element_bytes, in.element_bytes);
          found.sum[c] += stored - from_.zero();
          found.highest[c] = std::max(found.highest[c], stored);
        }
      }
    std::byte* pixel = memory + to_.offset + quad * out.plane_bytes() +
                       out.pixel(std::int64_t(index) / out.width,
                                 std::int64_t(index) % out.width);
    for (int c = 0; c < 4; ++c)
      write_stored(pixel + c * out.element_bytes, out.element_bytes,
                   finish(found, c, window));
  }

 protected:
  const Storage &from_, &to_;

 private:
  const std::vector<PoolWindow> windows_;
};

class AnyMaxPool : public Pool {
  using Pool::Pool;
  std::int32_t finish(const Quad& quad, int channel,
                      const PoolWindow&) const noexcept override {
    return quad.highest[channel];
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
  std::int32_t finish(const Quad& quad, int channel,
                      const PoolWindow& window) const noexcept override {
    const std::int32_t factor = common_ / std::int32_t(window.divisor);
    return encoding::requantise(quad.sum[channel] * factor, shift_, multiplier_,
                                to_.quantization) +
           to_.bias();
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
