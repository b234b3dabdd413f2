#include "triad/runtime/layout.h"

#include <algorithm>

namespace triad::runtime {
namespace {

constexpr std::int64_t kLineBytes = 64;

// Planes start on a cache line, and an odd number of lines apart, so that the
// planes of many channels do not fall into the same cache sets.
std::int64_t round_plane(std::int64_t pixels, std::int64_t pixel_bytes) {
  const std::int64_t line = kLineBytes / pixel_bytes;
  return ((pixels + line - 1) / line | 1) * line;
}

}  // namespace

bool Layout::has_halo(const graph::Padding& padding) const {
  const auto& [top, left, bottom, right] = padding;
  if (padding == graph::Padding{}) return true;
  return pitch >= width + std::max(left, right) &&
         origin >= top * pitch + left &&
         plane >= origin + (height + bottom - 1) * pitch + width + right;
}

Layout make_layout(const Shape& shape, std::int64_t element_bytes,
                   const graph::Padding& padding, std::int64_t pitch) {
  Layout layout{.channels = shape[0], .element_bytes = element_bytes};
  if (shape.size() == 3) {
    layout.height = shape[1];
    layout.width = shape[2];
  } else if (shape.size() == 2) {
    layout.width = shape[1];
  }
  const auto& [top, left, bottom, right] = padding;
  layout.pitch = std::max(pitch, layout.width + std::max(left, right));
  layout.origin = top * layout.pitch + left;
  const std::int64_t pixels = layout.origin +
                              (layout.height + bottom - 1) * layout.pitch +
                              layout.width + right;
  // A value of one pixel stays a plain vector of channels.
  layout.plane = pixels == 1 ? 1 : round_plane(pixels, layout.pixel_bytes());
  return layout;
}

}  // namespace triad::runtime
