// Vectors for requantise_bench.v and add_bench.v from the project's own
// arithmetic, triad/encoding/integer.h: random ones and corners.
//   make_vectors requantise|add 8|16
// A line is decimal numbers, inputs first, the expected output last.

#include <cstdio>
#include <random>
#include <string_view>

#include "triad/encoding/integer.h"

namespace {

using triad::encoding::Quantization;
using Random = std::mt19937;

constexpr int kLayers = 40, kPerLayer = 100;

std::int64_t between(Random& random, std::int64_t low, std::int64_t high) {
  return std::uniform_int_distribution<std::int64_t>(low, high)(random);
}

template <std::size_t N>
std::int64_t either(Random& random, const std::int64_t (&corners)[N],
                    std::int64_t otherwise) {
  const auto which = between(random, 0, 2 * N - 1);
  return which < std::int64_t(N) ? corners[which] : otherwise;
}

Quantization random_quantization(Random& random, int bits) {
  Quantization result;
  result.bits = bits;
  result.is_signed = between(random, 0, 1) != 0;
  if (bits == 8)
    result.zero_point = std::int32_t(either(
        random, {0}, between(random, result.lowest(), result.highest())));
  return result;
}

// Lines "shift zero_point lowest highest sum bias multiplier output".
void requantise(Random& random, int bits) {
  for (int layer = 0; layer < kLayers; ++layer) {
    const auto to = random_quantization(random, bits);
    const int shift = layer < 32 ? layer : int(between(random, 0, 31));
    for (int i = 0; i < kPerLayer; ++i) {
      // Sums of all sizes, and next to where rounding turns.
      const std::int64_t reach = std::int64_t(1) << between(random, 1, 31);
      const std::int64_t half = shift > 0 ? std::int64_t(1) << (shift - 1) : 0;
      const auto accumulator = std::int32_t(either(
          random, {INT32_MIN, INT32_MAX, half, half - 1, -half, -half - 1},
          between(random, -reach, reach - 1)));
      const auto multiplier = std::int16_t(either(
          random, {-32767, 32767, 1, 0}, between(random, -32767, 32767)));
      const auto bias =
          std::int32_t(between(random, INT32_MIN, INT32_MAX));  // wraps back
      const auto sum =
          std::int32_t(std::uint32_t(accumulator) - std::uint32_t(bias));
      std::printf(
          "%d %d %d %d %d %d %d %d\n", shift, to.zero_point, to.lowest(),
          to.highest(), sum, bias, multiplier,
          triad::encoding::requantise(accumulator, shift, multiplier, to));
    }
  }
}

std::int32_t random_value(Random& random, const Quantization& of) {
  return std::int32_t(either(random, {of.lowest(), of.highest(), of.zero_point},
                             between(random, of.lowest(), of.highest())));
}

// Lines "shift zero_point lowest highest zero_a zero_b multiplier_a
// multiplier_b a b output".
void add(Random& random, int bits) {
  for (int layer = 0; layer < kLayers; ++layer) {
    const auto a = random_quantization(random, bits);
    const auto b = random_quantization(random, bits);
    const auto to = random_quantization(random, bits);
    const int shift = layer < 32 ? layer : int(between(random, 0, 15));
    const auto left = std::int16_t(between(random, -32767, 32767));
    const int rest = 32767 - std::abs(left);
    const auto right = std::int16_t(between(random, -rest, rest));
    for (int i = 0; i < kPerLayer; ++i) {
      const auto q_a = random_value(random, a), q_b = random_value(random, b);
      using namespace triad::encoding;
      const std::int32_t sum = rounding_high_multiply(align(q_a, a), left) +
                               rounding_high_multiply(align(q_b, b), right);
      std::printf("%d %d %d %d %d %d %d %d %d %d %d\n", shift, to.zero_point,
                  to.lowest(), to.highest(), a.zero_point, b.zero_point, left,
                  right, q_a, q_b, combine(sum, shift, to));
    }
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) {
    std::fprintf(stderr, "usage: make_vectors requantise|add 8|16\n");
    return 2;
  }
  Random random(1);
  const int bits = std::string_view(arguments[2]) == "8" ? 8 : 16;
  if (std::string_view(arguments[1]) == "add")
    add(random, bits);
  else
    requantise(random, bits);
}
