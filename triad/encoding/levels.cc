#include "triad/encoding/levels.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "triad/base/error.h"

namespace triad::encoding {

Levels encode_levels(std::span<const float> weights, const Shape& shape,
                     const LevelsSettings& settings) {
  require(settings.bits >= 2 && settings.bits <= 8,
          "levels: expected 2 to 8 bits, got {}", settings.bits);
  require(!shape.empty() && !weights.empty() &&
              std::int64_t(weights.size()) == element_count(shape),
          "levels: expected weights for shape {}, got {}",
          triad::to_string(shape), weights.size());
  const auto highest = float((1 << (settings.bits - 1)) - 1);
  std::vector<float> scales(settings.scale_per_filter ? std::size_t(shape[0])
                                                      : 1);
  std::vector<std::int8_t> codes(weights.size());
  const std::size_t filter = weights.size() / scales.size();
  for (std::size_t k = 0; k < scales.size(); ++k) {
    float largest = 0;
    for (const float weight : weights.subspan(k * filter, filter)) {
      require(std::isfinite(weight), "levels: expected finite weights, got {}",
              weight);
      largest = std::max(largest, std::abs(weight));
    }
    float scale = largest / highest;
    // Rounded up, the largest float would decode to infinity.
    if (!std::isfinite(scale * highest)) scale = std::nextafter(scale, 0.0f);
    scales[k] = scale;
    if (scale == 0) continue;  // all zero, or too small for a float
    for (std::size_t i = k * filter; i < (k + 1) * filter; ++i) {
      const float level = std::nearbyint(weights[i] / scale);
      codes[i] = std::int8_t(std::clamp(level, -highest, highest));
    }
  }
  return {shape, settings.bits, share(std::move(codes)), std::move(scales)};
}

}  // namespace triad::encoding
