#include "triad/data/planes.h"

#include "triad/base/error.h"

namespace triad::data {
namespace {

constexpr std::uint64_t kMaximumSide = 32767;
constexpr std::uint64_t kMaximumArea = std::uint64_t(1) << 26;

}  // namespace

void check_picture_size(std::uint64_t width, std::uint64_t height,
                        std::string_view origin) {
  require(width >= 1 && height >= 1 && width <= kMaximumSide &&
              height <= kMaximumSide && width * height <= kMaximumArea,
          "{}: expected at most {} pixels and sides of 1 to {}, got {} x {}",
          origin, kMaximumArea, kMaximumSide, width, height);
}

Picture to_planes(std::span<const std::uint8_t> interleaved, std::int64_t width,
                  std::int64_t height) {
  const std::int64_t area = width * height;
  Picture picture{{3, height, width}, {}};
  picture.pixels.resize(std::size_t(3 * area));
  for (std::int64_t i = 0; i < area; ++i)
    for (std::int64_t c = 0; c < 3; ++c)
      picture.pixels[c * area + i] = interleaved[3 * i + c];
  return picture;
}

std::vector<std::uint8_t> to_interleaved(const Picture& picture) {
  const std::int64_t channels = picture.shape[0];
  const std::int64_t area = picture.shape[1] * picture.shape[2];
  std::vector<std::uint8_t> rows(picture.pixels.size());
  for (std::int64_t i = 0; i < area; ++i)
    for (std::int64_t c = 0; c < channels; ++c)
      rows[std::size_t(channels * i + c)] =
          picture.pixels[std::size_t(c * area + i)];
  return rows;
}

}  // namespace triad::data
