#include "triad/runtime/moving.h"

#include <algorithm>
#include <cstring>

#include "triad/runtime/elements.h"

namespace triad::runtime {
namespace {

// Output element (c, y, x) is input element (c - before, y * stride - top,
// x * stride - left), or real zero where there is none.
struct Move {
  std::int64_t before = 0, top = 0, left = 0;
  graph::Pair stride{1, 1};
};

class Moving : public Operation {
 public:
  Moving(const Move& move, const Storage& from, const Storage& to)
      : move_(move), from_(from), to_(to) {}

  std::int64_t pieces() const override { return to_.layout.quads(); }

  void run(const Frame& frame, std::int64_t first,
           std::int64_t last) const noexcept override {
    for (std::int64_t quad = first; quad < last; ++quad) {
      const std::int64_t source = quad * 4 - move_.before;
      const bool none = source <= -4 || source >= from_.layout.channels;
      const bool whole = move_.before % 4 == 0 && source >= 0 &&
                         source + 4 <= from_.layout.channels;
      for (std::int64_t y = 0; y < to_.layout.height; ++y)
        if (none)
          fill_zero(frame.memory + to_.offset +
                        quad * to_.layout.plane_bytes() +
                        to_.layout.pixel(y, 0),
                    to_.layout.width);
        else if (whole)
          move_pixels(frame.memory, quad, y);
        else
          move_elements(frame.memory, quad, y);
    }
  }

 private:
  // Four channels of a row at a time.
  void move_pixels(std::byte* memory, std::int64_t quad,
                   std::int64_t y) const noexcept {
    const Layout &in = from_.layout, &out = to_.layout;
    std::byte* target =
        memory + to_.offset + quad * out.plane_bytes() + out.pixel(y, 0);
    const std::int64_t row = y * move_.stride[0] - move_.top;
    if (row < 0 || row >= in.height) return fill_zero(target, out.width);
    const std::byte* source = memory + from_.offset +
                              (quad - move_.before / 4) * in.plane_bytes() +
                              in.pixel(row, 0);
    const std::int64_t bytes = in.pixel_bytes();
    for (std::int64_t x = 0; x < out.width; ++x, target += bytes) {
      const std::int64_t column = x * move_.stride[1] - move_.left;
      if (column < 0 || column >= in.width)
        fill_zero(target, 1);
      else if (bytes == 4)
        std::memcpy(target, source + column * 4, 4);
      else
        std::memcpy(target, source + column * 8, 8);
    }
  }

  void move_elements(std::byte* memory, std::int64_t quad,
                     std::int64_t y) const noexcept {
    const Layout &in = from_.layout, &out = to_.layout;
    for (std::int64_t i = 0; i < 4; ++i)
      for (std::int64_t x = 0; x < out.width; ++x) {
        const std::int64_t c = quad * 4 + i - move_.before;
        const std::int64_t row = y * move_.stride[0] - move_.top;
        const std::int64_t column = x * move_.stride[1] - move_.left;
        std::byte* target =
            memory + to_.offset + out.element(quad * 4 + i, y, x);
        if (c < 0 || c >= in.channels || row < 0 || row >= in.height ||
            column < 0 || column >= in.width)
          write_stored(target, out.element_bytes, to_.zero());
        else
          std::memcpy(target,
                      memory + from_.offset + in.element(c, row, column),
                      std::size_t(out.element_bytes));
      }
  }

  void fill_zero(std::byte* target, std::int64_t pixels) const noexcept {
    if (to_.layout.element_bytes == 1) {
      std::memset(target, to_.zero(), std::size_t(pixels * 4));
      return;
    }
    for (std::int64_t i = 0; i < pixels * 4; ++i)
      write_stored(target + i * 2, 2, to_.zero());
  }

  const Move move_;
  const Storage &from_, &to_;
};

// [C, H, W] to the plain vector [C * H * W].
class Flatten : public Operation {
 public:
  Flatten(const Storage& from, const Storage& to) : from_(from), to_(to) {}

  void run(const Frame& frame, std::int64_t,
           std::int64_t) const noexcept override {
    const Layout& in = from_.layout;
    if (in.element_bytes == 1)
      copy<std::uint8_t>(frame.memory);
    else
      copy<std::uint16_t>(frame.memory);
  }

 private:
  template <typename Element>
  void copy(std::byte* memory) const noexcept {
    const Layout& in = from_.layout;
    auto* target = reinterpret_cast<Element*>(memory + to_.offset);
    for (std::int64_t c = 0; c < in.channels; ++c)
      for (std::int64_t y = 0; y < in.height; ++y) {
        const auto* row = reinterpret_cast<const Element*>(
            memory + from_.offset + in.element(c, y, 0));
        for (std::int64_t x = 0; x < in.width; ++x) *target++ = row[x * 4];
      }
  }

  const Storage &from_, &to_;
};

}  // namespace

std::unique_ptr<Operation> make_moving(const graph::Node& node,
                                       const Storage& from, const Storage& to) {
  if (std::holds_alternative<graph::Flatten>(node.op))
    return std::make_unique<Flatten>(from, to);
  Move move;
  if (const auto* pad = std::get_if<graph::Pad>(&node.op))
    move = {.before = pad->channels_before,
            .top = pad->padding[0],
            .left = pad->padding[1]};
  if (const auto* slice = std::get_if<graph::StridedSlice>(&node.op))
    move.stride = slice->stride;
  return std::make_unique<Moving>(move, from, to);
}

}  // namespace triad::runtime
