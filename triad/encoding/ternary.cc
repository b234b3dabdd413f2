#include "triad/encoding/ternary.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "triad/base/error.h"

namespace triad::encoding {
namespace {

void check_settings(const TernarySettings& settings) {
  const float share = settings.threshold_share;
  if (settings.threshold_of == ThresholdOf::maximum) {
    require(
        share >= 0 && share < 1,
        "ternary: expected a threshold share in [0, 1) of the maximum, got {}",
        share);
  } else {
    require(share > 0 && std::isfinite(share),
            "ternary: expected a threshold share above 0 of the mean, got {}",
            share);
  }
  require(settings.group_zero_share >= 0 && settings.group_zero_share < 1,
          "ternary: expected a group zero share in [0, 1), got {}",
          settings.group_zero_share);
}

// Sum of |w|; four sums hide the latency of the addition. Not finite if a
// weight is not.
double sum_of_magnitudes(std::span<const float> weights) {
  double sums[4] = {};
  std::size_t i = 0;
  for (; i + 4 <= weights.size(); i += 4)
    for (std::size_t lane = 0; lane < 4; ++lane)
      sums[lane] += std::abs(weights[i + lane]);
  for (; i < weights.size(); ++i) sums[0] += std::abs(weights[i]);
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

float largest_magnitude(std::span<const float> weights) {
  float largest = 0;
  for (const float weight : weights)
    largest = std::max(largest, std::abs(weight));
  return largest;
}

// Copies the weights of living groups and zeroes the others; returns the number
// of living weights in each scope.
std::vector<std::int64_t> copy_living(std::span<const float> weights,
                                      const Grouping& grouping,
                                      const Pattern& pattern,
                                      std::size_t scopes,
                                      std::span<float> kept) {
  const std::size_t scope_size = weights.size() / scopes;
  if (kept.data() != weights.data())
    std::copy(weights.begin(), weights.end(), kept.begin());
  std::vector<std::int64_t> living(scopes, std::int64_t(scope_size));
  if (pattern.alive.empty()) return living;
  for (std::int64_t group = 0; group < grouping.count(); ++group) {
    if (is_alive(pattern, group)) continue;
    grouping.for_each_run(group, [&](std::int64_t first, std::int64_t length) {
      std::fill_n(kept.begin() + first, length, 0.0f);
      living[std::size_t(first) / scope_size] -= length;
    });
  }
  return living;
}

float threshold_of(std::span<const float> scope, std::int64_t living,
                   const TernarySettings& settings) {
  if (settings.threshold_of == ThresholdOf::maximum)
    return settings.threshold_share * largest_magnitude(scope);
  if (living == 0) return 0;
  return float(double(settings.threshold_share) *
               (sum_of_magnitudes(scope) / double(living)));
}

// Zeroes the smallest kept weights of each group until it has its share of
// zeros.
void zero_smallest(const Grouping& grouping, float group_zero_share,
                   std::span<float> kept) {
  std::vector<std::pair<float, std::int64_t>> candidates;  // |w|, index
  for (std::int64_t group = 0; group < grouping.count(); ++group) {
    candidates.clear();
    std::int64_t size = 0;
    grouping.for_each(group, [&](std::int64_t i) {
      const float magnitude = std::abs(kept[std::size_t(i)]);
      if (magnitude > 0) candidates.emplace_back(magnitude, i);
      ++size;
    });
    // In float, so that 0.2f of 5 is 1 and not a little more.
    const auto wanted = std::int64_t(std::ceil(group_zero_share * float(size)));
    const std::int64_t missing =
        wanted - (size - std::int64_t(candidates.size()));
    if (missing <= 0) continue;
    const auto middle =
        candidates.begin() + std::min(missing, std::int64_t(candidates.size()));
    std::nth_element(candidates.begin(), middle, candidates.end());
    for (auto zeroed = candidates.begin(); zeroed != middle; ++zeroed)
      kept[std::size_t(zeroed->second)] = 0;
  }
}

float mean_of_kept(std::span<const float> scope) {
  std::int64_t count = 0;
  for (const float weight : scope) count += weight != 0;
  return count == 0 ? 0.0f : float(sum_of_magnitudes(scope) / double(count));
}

// The one algorithm behind encode and project: `kept` receives the weights that
// are kept, zero elsewhere; returns the scales.
std::vector<float> keep(std::span<const float> weights,
                        const Grouping& grouping, const Pattern& pattern,
                        const TernarySettings& settings,
                        std::span<float> kept) {
  check_settings(settings);
  require(weights.size() == std::size_t(grouping.shape().count()),
          "ternary: expected {} weights, got {}", grouping.shape().count(),
          weights.size());
  require(std::isfinite(sum_of_magnitudes(weights)),
          "ternary: expected finite weights");

  const bool per_filter = settings.scale_per == ScalePer::filter;
  std::vector<float> scales(per_filter ? std::size_t(grouping.shape().outputs)
                                       : 1);
  const std::size_t scope_size = weights.size() / scales.size();
  const std::vector<std::int64_t> living =
      copy_living(weights, grouping, pattern, scales.size(), kept);
  for (std::size_t k = 0; k < scales.size(); ++k) {
    const std::span<float> scope = kept.subspan(k * scope_size, scope_size);
    const float threshold = threshold_of(scope, living[k], settings);
    for (float& weight : scope)
      weight = std::abs(weight) >= threshold ? weight : 0.0f;
  }
  if (settings.group_zero_share > 0)
    zero_smallest(grouping, settings.group_zero_share, kept);
  for (std::size_t k = 0; k < scales.size(); ++k)
    scales[k] = mean_of_kept(kept.subspan(k * scope_size, scope_size));
  return scales;
}

}  // namespace

Ternary encode_ternary(std::span<const float> weights, const Shape& shape,
                       const Pattern& pattern,
                       const TernarySettings& settings) {
  const Grouping grouping = grouping_of(shape, pattern);
  std::vector<float> kept(weights.size());
  std::vector<float> scales = keep(weights, grouping, pattern, settings, kept);
  std::vector<std::int8_t> codes(kept.size());
  for (std::size_t i = 0; i < kept.size(); ++i)
    codes[i] = std::int8_t((kept[i] > 0) - (kept[i] < 0));
  Pattern found =
      find_pattern(codes, grouping, pattern.structure, pattern.geometry);
  return {
      shape, std::move(found), {{share(std::move(codes)), std::move(scales)}}};
}

void project_ternary(std::span<const float> weights, const Shape& shape,
                     const Pattern& pattern, const TernarySettings& settings,
                     std::span<float> projected) {
  require(projected.size() == weights.size(),
          "ternary: expected {} projected weights, got {}", weights.size(),
          projected.size());
  const Grouping grouping = grouping_of(shape, pattern);
  const std::vector<float> scales =
      keep(weights, grouping, pattern, settings, projected);
  const std::size_t scope_size = projected.size() / scales.size();
  for (std::size_t k = 0; k < scales.size(); ++k)
    for (float& weight : projected.subspan(k * scope_size, scope_size))
      weight = float((weight > 0) - (weight < 0)) * scales[k];
}

}  // namespace triad::encoding
