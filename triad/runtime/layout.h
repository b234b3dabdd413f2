#pragma once
// How a value lies in memory while the runtime works: planes of four channels
// ("quads"), [C / 4][y][x][4], so that a dot product of four channels is four
// neighbouring bytes and a tap is a constant offset. Around the picture lies a
// halo of real zeros wide enough for the convolutions that read the value; the
// right halo of a row is the left halo of the next one. No kernel ever writes a
// halo: it is filled once, when the memory is made.

#include <cstdint>

#include "triad/base/shape.h"
#include "triad/encoding/integer.h"
#include "triad/graph/op.h"

namespace triad::runtime {

struct Layout {
  // [F] is [F, 1, 1], [R, F] is [R, 1, F].
  std::int64_t channels = 1, height = 1, width = 1;
  std::int64_t element_bytes = 1;  // 1, 2 (int16) or 4 (float)
  std::int64_t pitch = 1;          // pixels from row to row, >= width
  std::int64_t origin = 0;         // pixels of the plane before pixel (0, 0)
  std::int64_t plane = 1;          // pixels of a plane, halo included
  bool operator==(const Layout&) const = default;

  std::int64_t quads() const { return (channels + 3) / 4; }
  std::int64_t pixel_bytes() const { return 4 * element_bytes; }
  std::int64_t plane_bytes() const { return plane * pixel_bytes(); }
  std::int64_t bytes() const { return quads() * plane_bytes(); }
  // Bytes from the start of the value to pixel (y, x) of the first plane; y and
  // x may lie in the halo.
  std::int64_t pixel(std::int64_t y, std::int64_t x) const {
    return (origin + y * pitch + x) * pixel_bytes();
  }
  // Bytes from the start of the value to one element.
  std::int64_t element(std::int64_t c, std::int64_t y, std::int64_t x) const {
    return c / 4 * plane_bytes() + pixel(y, x) + c % 4 * element_bytes;
  }
  // Whether `padding` around the picture is in the halo.
  bool has_halo(const graph::Padding& padding) const;
};

// The layout of a value of `shape`, [C, H, W], [R, F] or [F], with a halo of
// `padding` and at least `pitch` pixels from row to row.
Layout make_layout(const Shape& shape, std::int64_t element_bytes,
                   const graph::Padding& padding = {}, std::int64_t pitch = 0);

// A value in the memory of a plan. Eight-bit integers q are held as the byte
// q - lowest, so that all kernels see unsigned bytes; 16-bit ones as they are;
// real numbers as floats.
struct Storage {
  Layout layout;
  encoding::Quantization quantization;
  bool is_real = false;
  std::int64_t offset = 0;  // bytes from the start of the memory

  // What is stored minus q, and what real zero is stored as.
  std::int32_t bias() const {
    return quantization.bits == 8 ? -quantization.lowest() : 0;
  }
  std::int32_t zero() const { return quantization.zero_point + bias(); }
};

}  // namespace triad::runtime
