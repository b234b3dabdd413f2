#include "triad/runtime/gather.h"

#include <algorithm>
#include <cstring>

namespace triad::runtime {
namespace {

std::int64_t divide_up(std::int64_t a, std::int64_t b) {
  return a >= 0 ? (a + b - 1) / b : -(-a / b);
}

struct Range {
  std::int64_t first, last;  // [first, last)
};

// Steps i with 0 <= i * stride + shift < size, i < count.
Range steps_inside(std::int64_t stride, std::int64_t shift, std::int64_t size,
                   std::int64_t count) {
  const std::int64_t first =
      std::max<std::int64_t>(0, divide_up(-shift, stride));
  const std::int64_t last = std::min(count, divide_up(size - shift, stride));
  return {first, std::max(first, last)};
}

template <typename Pixel>
void copy_strided(const std::byte* from, std::int64_t stride, std::byte* to,
                  std::int64_t count) {
  Pixel pixel;
  for (std::int64_t i = 0; i < count; ++i) {
    std::memcpy(&pixel, from + i * stride * std::int64_t(sizeof pixel),
                sizeof pixel);
    std::memcpy(to + i * std::int64_t(sizeof pixel), &pixel, sizeof pixel);
  }
}

class Gather : public Operation {
 public:
  Gather(const graph::Conv2d& op, const Storage& from,
         const PhaseLayout& phases, std::int64_t offset)
      : from_(from), phases_(phases), offset_(offset) {
    top_ = op.padding[0];
    left_ = op.padding[1];
  }

  std::int64_t pieces() const override { return phases_.quads; }

  void run(const Frame& frame, std::int64_t first,
           std::int64_t last) const noexcept override {
    for (std::int64_t quad = first; quad < last; ++quad)
      for (std::int64_t py = 0; py < phases_.phases[0]; ++py)
        for (std::int64_t px = 0; px < phases_.phases[1]; ++px)
          copy_phase(frame, quad, py, px);
  }

 private:
  void copy_phase(const Frame& frame, std::int64_t quad, std::int64_t py,
                  std::int64_t px) const noexcept {
    const Layout& in = from_.layout;
    const std::byte* source =
        frame.memory + from_.offset + quad * in.plane_bytes();
    std::byte* target = frame.memory + offset_ + quad * phases_.quad_bytes() +
                        (py * phases_.phases[1] + px) * phases_.phase_bytes();
    const auto [sy, sx] = phases_.stride;
    const Range rows = steps_inside(sy, py - top_, in.height, phases_.height);
    const Range columns = steps_inside(sx, px - left_, in.width, phases_.width);
    for (std::int64_t y = rows.first; y < rows.last; ++y) {
      const std::byte* row = source + in.pixel(y * sy + py - top_,
                                               columns.first * sx + px - left_);
      std::byte* to =
          target + (y * phases_.pitch + columns.first) * phases_.pixel_bytes;
      const std::int64_t count = columns.last - columns.first;
      if (phases_.pixel_bytes == 8)
        copy_strided<std::uint64_t>(row, sx, to, count);
      else if (sx == 1)
        std::memcpy(to, row, std::size_t(count * phases_.pixel_bytes));
      else
        copy_strided<std::uint32_t>(row, sx, to, count);
    }
  }

  const Storage& from_;
  const PhaseLayout phases_;
  const std::int64_t offset_;
  std::int64_t top_ = 0, left_ = 0;
};

}  // namespace

std::int64_t PhaseLayout::phase_bytes() const {
  const std::int64_t bytes = ((height - 1) * pitch + width) * pixel_bytes;
  return (bytes + 63) / 64 * 64;
}

std::int64_t PhaseLayout::quad_bytes() const {
  // An odd number of cache lines, as layout.cc has it.
  const std::int64_t lines = phases[0] * phases[1] * phase_bytes() / 64;
  return (lines | 1) * 64;
}

PhaseLayout make_phases(const graph::Conv2d& op, const Layout& input,
                        const Shape& output, std::int64_t output_pitch) {
  PhaseLayout result{.stride = op.stride,
                     .quads = input.quads(),
                     .pixel_bytes = input.pixel_bytes()};
  std::int64_t size[2];
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const std::int64_t reach = op.dilation[axis] * (op.kernel[axis] - 1);
    result.phases[axis] = std::min(op.stride[axis], reach + 1);
    size[axis] = output[axis + 1] + reach / op.stride[axis];
  }
  result.height = size[0];
  result.width = size[1];
  result.pitch = std::max(result.width, output_pitch);
  return result;
}

TapLayout phase_taps(const graph::Conv2d& op, const PhaseLayout& phases) {
  TapLayout taps{.pixel_bytes = phases.pixel_bytes,
                 .pitch = phases.pitch,
                 .quad_bytes = phases.quad_bytes()};
  for (std::int64_t r = 0; r < op.kernel[0]; ++r)
    for (std::int64_t s = 0; s < op.kernel[1]; ++s) {
      const std::int64_t y = r * op.dilation[0], x = s * op.dilation[1];
      const std::int64_t phase =
          y % op.stride[0] * phases.phases[1] + x % op.stride[1];
      taps.taps.push_back(
          std::int32_t(phase * phases.phase_bytes() +
                       (y / op.stride[0] * phases.pitch + x / op.stride[1]) *
                           phases.pixel_bytes));
    }
  return taps;
}

std::unique_ptr<Operation> make_gather(const graph::Conv2d& op,
                                       const Storage& from,
                                       const PhaseLayout& phases,
                                       std::int64_t offset) {
  return std::make_unique<Gather>(op, from, phases, offset);
}

}  // namespace triad::runtime
