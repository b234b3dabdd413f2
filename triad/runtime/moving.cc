#include "triad/runtime/moving.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "triad/runtime/elements.h"

namespace triad::runtime {
namespace {

// For each index of an axis of the output, that of the input, or -1 where the
// output is real zero.
using Places = std::vector<std::int32_t>;

Places make_places(std::int64_t count, std::int64_t size, auto place) {
  Places places;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t from = place(i);
    places.push_back(std::int32_t(from >= 0 && from < size ? from : -1));
  }
  return places;
}

// Output element (c, y, x) is input element (channels[c], rows[y], columns[x]).
struct Move {
  Places channels, rows, columns;
};

class Moving : public Operation {
 public:
  Moving(Move move, const Storage& from, const Storage& to)
      : move_(std::move(move)), from_(from), to_(to) {
    for (std::int64_t quad = 0; quad < to.layout.quads(); ++quad)
      quads_.push_back(source_of(quad));
  }

  std::int64_t pieces() const override { return to_.layout.quads(); }

  void run(const Frame& frame, std::int64_t first,
           std::int64_t last) const noexcept override {
    for (std::int64_t quad = first; quad < last; ++quad)
      for (std::int64_t y = 0; y < to_.layout.height; ++y)
        if (quads_[std::size_t(quad)] == kMixed)
          move_elements(frame.memory, quad, y);
        else
          move_pixels(frame.memory, quad, y);
  }

 private:
  static constexpr std::int32_t kMixed = -2;

  // The quad of the input that becomes `quad` as it is, -1 where that is real
  // zero, or kMixed.
  std::int32_t source_of(std::int64_t quad) const {
    std::int32_t source = move_.channels[std::size_t(quad * 4)] / 4;
    bool none = true, whole = true;
    for (std::int64_t i = 0; i < 4; ++i) {
      const std::int64_t c = quad * 4 + i;
      const std::int32_t channel =
          c < to_.layout.channels ? move_.channels[std::size_t(c)] : -1;
      none = none && channel < 0;
      whole = whole && channel == source * 4 + i;
    }
    return none ? -1 : whole ? source : kMixed;
  }

  // Four channels of a row at a time.
  void move_pixels(std::byte* memory, std::int64_t quad,
                   std::int64_t y) const noexcept {
    const Layout &in = from_.layout, &out = to_.layout;
    std::byte* target =
        memory + to_.offset + quad * out.plane_bytes() + out.pixel(y, 0);
    const std::int32_t from = quads_[std::size_t(quad)];
    const std::int32_t row = move_.rows[std::size_t(y)];
    if (from < 0 || row < 0) return fill_zero(target, out.width);
    const std::byte* source =
        memory + from_.offset + from * in.plane_bytes() + in.pixel(row, 0);
    const std::int64_t bytes = in.pixel_bytes();
    for (const std::int32_t column : move_.columns) {
      if (column < 0)
        fill_zero(target, 1);
      else if (bytes == 4)
        std::memcpy(target, source + column * 4, 4);
      else
        std::memcpy(target, source + column * 8, 8);
      target += bytes;
    }
  }

  void move_elements(std::byte* memory, std::int64_t quad,
                     std::int64_t y) const noexcept {
    const Layout &in = from_.layout, &out = to_.layout;
    const std::int64_t end = std::min(quad * 4 + 4, out.channels);
    const std::int32_t row = move_.rows[std::size_t(y)];
    for (std::int64_t c = quad * 4; c < end; ++c)
      for (std::int64_t x = 0; x < out.width; ++x) {
        const std::int32_t channel = move_.channels[std::size_t(c)];
        const std::int32_t column = move_.columns[std::size_t(x)];
        std::byte* target = memory + to_.offset + out.element(c, y, x);
        if (channel < 0 || row < 0 || column < 0)
          write_stored(target, out.element_bytes, to_.zero());
        else
          std::memcpy(target,
                      memory + from_.offset + in.element(channel, row, column),
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
  std::vector<std::int32_t> quads_;  // source_of each
};

// [C, H, W] to rows, [H * W * C / columns, columns].
class ChannelsLast : public Operation {
 public:
  ChannelsLast(const Storage& from, const Storage& to) : from_(from), to_(to) {}

  void run(const Frame& frame, std::int64_t,
           std::int64_t) const noexcept override {
    const Layout &in = from_.layout, &out = to_.layout;
    std::int64_t row = 0, column = 0;
    for (std::int64_t y = 0; y < in.height; ++y)
      for (std::int64_t x = 0; x < in.width; ++x)
        for (std::int64_t c = 0; c < in.channels; ++c) {
          std::memcpy(frame.memory + to_.offset + out.element(row, 0, column),
                      frame.memory + from_.offset + in.element(c, y, x),
                      std::size_t(in.element_bytes));
          if (++column < out.width) continue;
          column = 0;
          ++row;
        }
  }

 private:
  const Storage &from_, &to_;
};

// [C, H, W], or [R, F] as [R, 1, F], to the plain vector.
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

Move make_move(const graph::Op& op, const Layout& in, const Layout& out) {
  const auto make = [&](auto channel, auto row, auto column) {
    return Move{make_places(out.channels, in.channels, channel),
                make_places(out.height, in.height, row),
                make_places(out.width, in.width, column)};
  };
  const auto shifted = [](std::int64_t by) {
    return [by](std::int64_t i) { return i - by; };
  };
  const auto taken = [](const graph::Range& range) {
    return [&range](std::int64_t i) { return range.start + i * range.stride; };
  };
  const auto repeated = [](std::int64_t factor) {
    return [factor](std::int64_t i) { return i / factor; };
  };
  if (const auto* pad = std::get_if<graph::Pad>(&op))
    return make(shifted(pad->channels_before), shifted(pad->padding[0]),
                shifted(pad->padding[1]));
  if (const auto* slice = std::get_if<graph::Slice>(&op))
    return make(taken(slice->channels), taken(slice->rows),
                taken(slice->columns));
  if (const auto* resize = std::get_if<graph::Resize>(&op))
    return make(repeated(1), repeated(resize->factor[0]),
                repeated(resize->factor[1]));
  return make(shifted(0), shifted(0), shifted(0));
}

}  // namespace

std::unique_ptr<Operation> make_moving(const graph::Node& node,
                                       const Storage& from, const Storage& to) {
  if (std::holds_alternative<graph::Flatten>(node.op))
    return std::make_unique<Flatten>(from, to);
  if (std::holds_alternative<graph::ChannelsLast>(node.op))
    return std::make_unique<ChannelsLast>(from, to);
  return std::make_unique<Moving>(make_move(node.op, from.layout, to.layout),
                                  from, to);
}

}  // namespace triad::runtime
