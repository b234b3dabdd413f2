#include "triad/data/transform.h"

#include <algorithm>
#include <cmath>

#include "triad/base/error.h"

namespace triad::data {
namespace {

constexpr int kFractionBits =
    22;  // of a weight; weights of one output sum to about 1

// Where one output comes from: inputs first .. first + weights.size() - 1.
struct Taps {
  std::int64_t first = 0;
  std::vector<std::int32_t> weights;
};

Taps taps_of(std::int64_t output, std::int64_t in, std::int64_t out) {
  const double scale = double(in) / double(out);
  const double support = std::max(scale, 1.0);
  const double centre = (double(output) + 0.5) * scale;
  const auto first =
      std::max<std::int64_t>(0, std::int64_t(centre - support + 0.5));
  const auto end =
      std::min<std::int64_t>(in, std::int64_t(centre + support + 0.5));
  std::vector<double> weights;
  double sum = 0;
  for (std::int64_t i = first; i < end; ++i) {
    const double away = std::abs((double(i) - centre + 0.5) / support);
    weights.push_back(std::max(0.0, 1.0 - away));
    sum += weights.back();
  }
  Taps taps{first, {}};
  for (const double weight : weights)
    taps.weights.push_back(
        std::int32_t(std::lround(weight / sum * (1 << kFractionBits))));
  return taps;
}

std::vector<Taps> all_taps(std::int64_t in, std::int64_t out) {
  std::vector<Taps> taps;
  for (std::int64_t i = 0; i < out; ++i) taps.push_back(taps_of(i, in, out));
  return taps;
}

// One output: bytes `stride` apart, weighted.
std::uint8_t weigh(const std::uint8_t* from, std::int64_t stride,
                   const Taps& taps) {
  std::int64_t sum = std::int64_t(1) << (kFractionBits - 1);
  for (std::size_t i = 0; i < taps.weights.size(); ++i)
    sum += std::int64_t(taps.weights[i]) *
           from[(taps.first + std::int64_t(i)) * stride];
  return std::uint8_t(std::clamp<std::int64_t>(sum >> kFractionBits, 0, 255));
}

Picture resize_rows(const Picture& picture, std::int64_t width) {
  const std::int64_t in = picture.shape[2];
  if (in == width) return picture;
  const std::vector<Taps> taps = all_taps(in, width);
  Picture out{{picture.shape[0], picture.shape[1], width}, {}};
  out.pixels.reserve(std::size_t(element_count(out.shape)));
  for (std::int64_t row = 0; row < picture.shape[0] * picture.shape[1]; ++row)
    for (const Taps& tap : taps)
      out.pixels.push_back(weigh(picture.pixels.data() + row * in, 1, tap));
  return out;
}

Picture resize_columns(const Picture& picture, std::int64_t height) {
  const std::int64_t in = picture.shape[1], width = picture.shape[2];
  if (in == height) return picture;
  const std::vector<Taps> taps = all_taps(in, height);
  Picture out{{picture.shape[0], height, width}, {}};
  out.pixels.reserve(std::size_t(element_count(out.shape)));
  for (std::int64_t c = 0; c < picture.shape[0]; ++c)
    for (const Taps& tap : taps)
      for (std::int64_t x = 0; x < width; ++x)
        out.pixels.push_back(
            weigh(picture.pixels.data() + c * in * width + x, width, tap));
  return out;
}

}  // namespace

Picture resize(const Picture& picture, std::int64_t height,
               std::int64_t width) {
  require(height >= 1 && width >= 1,
          "resize: expected sides of at least 1, got {} x {}", width, height);
  return resize_columns(resize_rows(picture, width), height);
}

Picture centre_crop(const Picture& picture, std::int64_t height,
                    std::int64_t width) {
  const std::int64_t in_height = picture.shape[1], in_width = picture.shape[2];
  require(height <= in_height && width <= in_width,
          "centre_crop: expected a picture of at least {} x {}, got {} x {}",
          width, height, in_width, in_height);
  const std::int64_t top = (in_height - height) / 2;
  const std::int64_t left = (in_width - width) / 2;
  Picture out{{picture.shape[0], height, width}, {}};
  out.pixels.reserve(std::size_t(element_count(out.shape)));
  for (std::int64_t c = 0; c < picture.shape[0]; ++c)
    for (std::int64_t y = 0; y < height; ++y) {
      const auto row =
          picture.pixels.begin() + (c * in_height + top + y) * in_width + left;
      out.pixels.insert(out.pixels.end(), row, row + width);
    }
  return out;
}

Picture with_channels(Picture picture, std::int64_t channels) {
  const std::int64_t have = picture.shape[0];
  if (have == channels) return picture;
  const std::size_t area = picture.pixels.size() / std::size_t(have);
  require((have == 1 && channels == 3) || (have == 3 && channels == 1),
          "a picture of {} channels cannot have {}: expected 1 and 3", have,
          channels);
  picture.shape[0] = channels;
  std::vector<std::uint8_t>& p = picture.pixels;
  if (channels == 3) {
    p.resize(3 * area);
    std::copy_n(p.begin(), area, p.begin() + std::ptrdiff_t(area));
    std::copy_n(p.begin(), area, p.begin() + std::ptrdiff_t(2 * area));
  } else {
    // 16-bit weights that sum to one: grey comes back exactly.
    for (std::size_t i = 0; i < area; ++i)
      p[i] = std::uint8_t((19595 * p[i] + 38470 * p[area + i] +
                           7471 * p[2 * area + i] + 32768) >>
                          16);
    p.resize(area);
  }
  return picture;
}

Picture fit(const Picture& picture, const Shape& shape) {
  require(shape.size() == 3, "fit: expected a shape [C, H, W], got {}",
          to_string(shape));
  Picture out = with_channels(picture, shape[0]);
  const std::int64_t height = out.shape[1], width = out.shape[2];
  if (height == shape[1] && width == shape[2]) return out;
  const double scale = std::max(double(shape[1]) / double(height),
                                double(shape[2]) / double(width)) *
                       256 / 224;
  out = resize(out,
               std::max(shape[1], std::int64_t(double(height) * scale + 1e-6)),
               std::max(shape[2], std::int64_t(double(width) * scale + 1e-6)));
  return centre_crop(out, shape[1], shape[2]);
}

}  // namespace triad::data
