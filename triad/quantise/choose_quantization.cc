#include "triad/quantise/choose_quantization.h"

#include <algorithm>
#include <cmath>

#include "triad/base/error.h"

namespace triad::quantise {
namespace {

using encoding::Quantization;

constexpr int kCandidates = 100;  // scales tried, evenly spaced

std::int32_t quantise(double real, const Quantization& to) {
  const double q = std::nearbyint(real / to.scale) + to.zero_point;
  return std::int32_t(std::clamp(q, double(to.lowest()), double(to.highest())));
}

double squared_error(double real, const Quantization& to) {
  const double back = double(to.scale) * (quantise(real, to) - to.zero_point);
  return (real - back) * (real - back);
}

double squared_error(const ValueStatistics& statistics,
                     const Quantization& to) {
  double sum = 0;
  for (std::size_t bin = 0; bin < statistics.counts.size(); ++bin)
    if (statistics.counts[bin] > 0)
      sum += double(statistics.counts[bin]) *
             squared_error(statistics.centre(bin), to);
  return sum;
}

// Smallest |x| that at least `share` of the counted numbers do not exceed.
double percentile(const ValueStatistics& statistics, double share) {
  constexpr std::size_t bins = ValueStatistics::kBins;
  std::int64_t total = 0, below = 0;
  for (const std::int64_t count : statistics.counts) total += count;
  for (std::size_t i = 0; i < bins; ++i) {
    below += statistics.counts[bins + i] + statistics.counts[bins - 1 - i];
    if (double(below) >= share * double(total))
      return statistics.bin_width * double(i + 1);
  }
  return statistics.largest();
}

double least_squares_range(const ValueStatistics& statistics,
                           Quantization trial) {
  const double largest = statistics.largest();
  double best = largest, smallest_error = INFINITY;
  for (int i = kCandidates; i >= kCandidates / 10; --i) {
    const double range = largest * i / kCandidates;
    trial.scale = float(range / trial.highest());
    const double error = squared_error(statistics, trial);
    if (error >= smallest_error) continue;
    smallest_error = error;
    best = range;
  }
  return best;
}

// Occurrences of each byte in each channel, [C * 256].
std::vector<std::int64_t> count_bytes(const graph::Pictures& pictures) {
  const auto channels = std::size_t(pictures.shape[1]);
  const auto pixels = std::size_t(pictures.shape[2] * pictures.shape[3]);
  std::vector<std::int64_t> counts(channels * 256);
  for (std::size_t i = 0; i < pictures.bytes.size(); ++i)
    ++counts[i / pixels % channels * 256 + pictures.bytes[i]];
  return counts;
}

// Real number of each byte in each channel, [C * 256].
std::vector<double> real_bytes(const graph::Preprocessing& preprocessing) {
  std::vector<double> reals;
  for (std::size_t c = 0; c < preprocessing.mean.size(); ++c)
    for (int byte = 0; byte < 256; ++byte)
      reals.push_back((byte / 255.0 - preprocessing.mean[c]) /
                      preprocessing.deviation[c]);
  return reals;
}

Quantization choose_input_bits8(const std::vector<double>& reals,
                                const std::vector<std::int64_t>& counts) {
  const auto [low, high] = std::ranges::minmax(reals);
  const double lowest = std::min(low, 0.0), highest = std::max(high, 0.0);
  Quantization best;
  double smallest_error = INFINITY;
  for (int i = kCandidates; i >= kCandidates / 2; --i) {
    Quantization trial;
    trial.scale = float((highest - lowest) * i / kCandidates / 255);
    trial.zero_point = std::int32_t(std::clamp(
        std::nearbyint(-lowest / (highest - lowest) * 255), 0.0, 255.0));
    double error = 0;
    for (std::size_t j = 0; j < reals.size(); ++j)
      error += double(counts[j]) * squared_error(reals[j], trial);
    if (error >= smallest_error) continue;
    smallest_error = error;
    best = trial;
  }
  return best;
}

}  // namespace

Quantization choose_quantization(const ValueStatistics& statistics,
                                 bool non_negative, int bits,
                                 const ScaleSettings& settings) {
  require(settings.percentile > 0 && settings.percentile <= 1,
          "lowering: expected a percentile in (0, 1], got {}",
          settings.percentile);
  Quantization result{.bits = bits, .is_signed = !non_negative};
  double range = statistics.largest();
  if (settings.rule == ScaleRule::percentile)
    range = percentile(statistics, settings.percentile);
  else if (settings.rule == ScaleRule::least_squares)
    range = least_squares_range(statistics, result);
  if (range > 0) result.scale = float(range / result.highest());
  return result;
}

InputQuantization choose_input(const graph::Preprocessing& preprocessing,
                               const graph::Pictures& pictures, int bits) {
  const std::vector<double> reals = real_bytes(preprocessing);
  InputQuantization result;
  if (bits == 8) {
    result.quantization = choose_input_bits8(reals, count_bytes(pictures));
  } else {
    const auto [low, high] = std::ranges::minmax(reals);
    result.quantization = {.bits = bits, .is_signed = true};
    result.quantization.scale = float(std::max(-low, high) / 32767);
  }
  for (const double real : reals)
    result.table.push_back(std::int16_t(quantise(real, result.quantization)));
  return result;
}

}  // namespace triad::quantise
