#include "triad/base/random.h"

#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

#include "triad/base/error.h"

namespace triad {
namespace {

constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15;

std::uint64_t mix(std::uint64_t bits) {
  bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
  bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
  return bits ^ (bits >> 31);
}

}  // namespace

// Each key is mixed before the next enters, so that neighbouring (seed, stream,
// index) start far apart on the one cycle of SplitMix64.
Random::Random(std::uint64_t seed, std::uint64_t stream, std::uint64_t index)
    : state_(
          mix(mix(mix(seed + kGolden) + stream + kGolden) + index + kGolden)) {}

std::uint64_t Random::next() { return mix(state_ += kGolden); }

double Random::uniform() { return double(next() >> 11) * 0x1p-53; }

double Random::uniform(double low, double high) {
  const double value = low + (high - low) * uniform();
  // Rounding may reach `high`, which is outside the range.
  return value < high ? value : low;
}

// Lemire, "Fast random integer generation in an interval", 2019.
std::uint32_t Random::below(std::uint32_t limit) {
  const std::uint32_t uneven = (0u - limit) % limit;
  for (;;) {
    const std::uint64_t product = (next() >> 32) * limit;
    if (std::uint32_t(product) >= uneven) return std::uint32_t(product >> 32);
  }
}

// Box and Muller; the second value is dropped, so that a draw needs no memory.
double Random::normal() {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
  return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

std::vector<std::int64_t> permutation(std::int64_t count, std::uint64_t seed,
                                      std::uint64_t stream) {
  require(count >= 0 && count <= std::int64_t(UINT32_MAX),
          "permutation: expected a count in [0, 2^32), got {}", count);
  std::vector<std::int64_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), std::int64_t(0));
  Random random(seed, stream);
  for (std::size_t i = order.size(); i > 1; --i)
    std::swap(order[i - 1], order[random.below(std::uint32_t(i))]);
  return order;
}

}  // namespace triad
