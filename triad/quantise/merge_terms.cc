#include "triad/quantise/merge_terms.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <span>
#include <tuple>
#include <utility>

#include "triad/encoding/power_terms.h"

namespace triad::quantise {
namespace {

using encoding::Ternary;

constexpr int kLargestCode = 127;
// Half a step of 8 bits, as a share of the largest weight; scales are floats,
// so that equal ratios differ by a few 2^-24.
constexpr double kTolerance = 0.5 / kLargestCode + 1e-6;

// The sums of all terms, [shape], exact but for the last bits of a double.
std::vector<double> sum_up(const Ternary& weight) {
  std::vector<double> sums(weight.terms.front().codes->size());
  for (const auto& [codes, scales] : weight.terms) {
    const std::size_t filter = sums.size() / scales.size();
    for (std::size_t i = 0; i < sums.size(); ++i)
      sums[i] += double(scales[i / filter]) * (*codes)[i];
  }
  return sums;
}

// What a filter's weights become: nearest(|w| / largest * steps).
struct Steps {
  double largest = 0;  // |w|
  int steps = 1;       // of it, 1 .. 127

  // In steps, not yet rounded.
  double in_steps(double weight) const { return weight / largest * steps; }
  std::int8_t code(double weight) const {
    return largest == 0 ? std::int8_t(0)
                        : std::int8_t(std::nearbyint(in_steps(weight)));
  }
  float scale() const { return float(largest / steps); }
  int bits() const { return 1 + std::bit_width(unsigned(steps)); }
};

// Largest error of a magnitude, as a share of the largest.
double error_of(const Steps& steps, std::span<const double> magnitudes) {
  double error = 0;
  for (const double x : magnitudes)
    error = std::max(error, std::abs(steps.in_steps(x) - steps.code(x)));
  return error / steps.steps;
}

std::size_t count_terms(const Steps& steps,
                        std::span<const double> magnitudes) {
  std::vector<std::int8_t> codes;
  for (const double x : magnitudes) codes.push_back(steps.code(x));
  return encoding::power_terms(codes).size();
}

// The different |w| of a filter, ascending: few, whatever its size.
std::vector<double> magnitudes_of(std::span<const double> weights) {
  std::vector<double> magnitudes;
  for (const double weight : weights) {
    const double x = std::abs(weight);
    const auto at = std::ranges::lower_bound(magnitudes, x);
    if (at == magnitudes.end() || *at != x) magnitudes.insert(at, x);
  }
  return magnitudes;
}

Steps choose_steps(std::span<const double> weights) {
  const std::vector<double> magnitudes = magnitudes_of(weights);
  Steps best{magnitudes.back(), 1};
  if (best.largest == 0) return best;
  using Key = std::tuple<int, std::size_t, double>;
  Key least{INT32_MAX, 0, 0};
  for (Steps tried = best; tried.steps <= kLargestCode; ++tried.steps) {
    if (tried.bits() > std::get<int>(least)) break;
    const double error = error_of(tried, magnitudes);
    if (error > kTolerance) continue;
    const Key key{tried.bits(), count_terms(tried, magnitudes), error};
    if (key < least) least = key, best = tried;
  }
  return best;
}

}  // namespace

encoding::Levels merge_terms(const Ternary& weight) {
  const std::vector<double> weights = sum_up(weight);
  const bool per_layer = std::ranges::all_of(
      weight.terms, [](const auto& term) { return term.scales.size() == 1; });
  const auto scopes = per_layer ? 1 : std::size_t(weight.shape[0]);
  const std::size_t size = weights.size() / scopes;
  encoding::Levels levels{weight.shape, 2, nullptr, {}};
  std::vector<std::int8_t> codes(weights.size());
  for (std::size_t k = 0; k < scopes; ++k) {
    const auto scope = std::span(weights).subspan(k * size, size);
    const Steps steps = choose_steps(scope);
    std::ranges::transform(scope, codes.begin() + std::ptrdiff_t(k * size),
                           [&](double x) { return steps.code(x); });
    levels.scales.push_back(steps.scale());
    levels.bits = std::max(levels.bits, steps.bits());
  }
  levels.codes = encoding::share(std::move(codes));
  return levels;
}

}  // namespace triad::quantise
