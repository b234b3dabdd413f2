#include "triad/quantise/choose_multipliers.h"

#include <algorithm>
#include <cmath>

namespace triad::quantise {
namespace {

constexpr double kLargestMultiplier = INT16_MAX;
constexpr double kLargestGrowth = 16;

double exact_multiplier(const FilterGain& filter, int shift) {
  return std::ldexp(std::abs(filter.gain), 15 + shift);
}

// Expected squared error of one filter's outputs, in output steps.
double expected_error(const FilterGain& filter, double multiplier) {
  constexpr double kUniform = 0.289;       // deviation of rounding, in steps
  constexpr double kTypicalCode = 32;      // of 8-bit weights, of 127 at most
  constexpr double kSpreadDeviations = 4;  // spread / standard deviation
  const double shortfall = filter.reach / multiplier;
  double lost = 0;  // share of the signal
  if (filter.adjustable)
    lost = kUniform * std::max(shortfall, 1.0) / kTypicalCode;
  else
    lost = shortfall > 1 ? shortfall - 1 : kUniform / multiplier;
  const double term = kUniform * multiplier / 32768;
  const double signal = std::min(lost, 1.0) * filter.spread / kSpreadDeviations;
  return term * term + signal * signal;
}

// Output steps of an input step, times 2^15, at shift 0.
double term_gain(const encoding::Quantization& input, double scale) {
  return std::ldexp(input.scale / scale, 15 - encoding::align_shift(input));
}

}  // namespace

int choose_shift(const std::vector<FilterGain>& filters) {
  int best = 0;
  double smallest = INFINITY;
  for (int shift = 0; shift <= 31; ++shift) {
    double error = 0;
    for (const FilterGain& filter : filters) {
      if (filter.gain == 0) continue;
      const double multiplier = exact_multiplier(filter, shift);
      if (multiplier > kLargestMultiplier) return best;
      error += expected_error(filter, multiplier);
    }
    if (error >= smallest) continue;
    smallest = error;
    best = shift;
  }
  return best;
}

std::int16_t choose_multiplier(const FilterGain& filter, int shift) {
  double multiplier = exact_multiplier(filter, shift);
  if (filter.adjustable || filter.gain == 0)
    multiplier = std::max(std::ceil(multiplier), std::ceil(filter.reach));
  multiplier = std::clamp(std::nearbyint(multiplier), 1.0, kLargestMultiplier);
  return std::int16_t(filter.gain < 0 ? -multiplier : multiplier);
}

double scale_growth(const std::vector<FilterGain>& filters) {
  const int shift = choose_shift(filters);
  double largest = 1, shortfall = 1;
  for (const FilterGain& filter : filters) {
    if (filter.gain == 0) continue;
    const double multiplier = exact_multiplier(filter, shift);
    largest = std::max(largest, multiplier);
    if (filter.reach <= kLargestGrowth * multiplier)
      shortfall = std::max(shortfall, filter.reach / multiplier);
  }
  // Reach and multiplier shrink alike as the scale grows; only each whole step
  // of the shift doubles the multipliers.
  const double doubled = largest * std::exp2(std::ceil(std::log2(shortfall)));
  return std::max(1.0, doubled / (kLargestMultiplier - 1));
}

double smallest_term_scale(std::span<const encoding::Quantization> inputs) {
  double sum = 0;
  for (const auto& input : inputs) sum += term_gain(input, 1);
  // Half a step of rounding for each multiplier.
  return sum / (kLargestMultiplier - double(inputs.size()));
}

TermMultipliers choose_terms(std::span<const encoding::Quantization> inputs,
                             double scale, bool summed) {
  TermMultipliers result;
  for (int shift = 14; shift >= 0; --shift) {
    double sum = 0, largest = 0;
    result = {shift, {}};
    for (const auto& input : inputs) {
      const double multiplier =
          std::nearbyint(std::ldexp(term_gain(input, scale), shift));
      sum += multiplier;
      largest = std::max(largest, multiplier);
      result.multipliers.push_back(
          std::int16_t(std::min(multiplier, kLargestMultiplier)));
    }
    if ((summed ? sum : largest) <= kLargestMultiplier) break;
  }
  return result;
}

}  // namespace triad::quantise
