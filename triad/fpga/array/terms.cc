#include "triad/fpga/array/terms.h"

#include <algorithm>
#include <array>
#include <bit>
#include <bitset>

namespace triad::fpga {
namespace {

constexpr int kPowers = 8;    // 2^0 .. 2^7; -128 is one of them
constexpr int kOffset = 256;  // of the integer 0; any sum is above -256
using Values = std::bitset<2 * kOffset>;

// A set of powers, and all integers that it can make.
struct PowerSet {
  unsigned powers = 0;  // bit i: 2^i
  Values values;
};

Values values_of(unsigned powers) {
  Values values;
  values.set(kOffset);
  for (int i = 0; i < kPowers; ++i)
    if (powers >> i & 1) values |= values << (1 << i) | values >> (1 << i);
  return values;
}

// All sets, those of fewer and smaller powers first.
const std::vector<PowerSet>& power_sets() {
  static const std::vector<PowerSet> sets = [] {
    std::vector<PowerSet> result;
    for (unsigned powers = 0; powers < 1u << kPowers; ++powers)
      result.push_back({powers, values_of(powers)});
    std::ranges::stable_sort(result, {}, [](const PowerSet& set) {
      return std::popcount(set.powers);
    });
    return result;
  }();
  return sets;
}

// Writes the digits of `code` at `at` of each of `terms`, whose powers of two,
// together `powers`, can make it.
void write_digits(int code, unsigned powers, std::size_t at,
                  std::vector<TernaryTerm>& terms) {
  for (std::size_t t = terms.size(); t-- > 0;) {
    powers &= ~(1u << terms[t].shift);
    const Values rest = values_of(powers);
    for (const int digit : {0, 1, -1}) {
      const int left = code - digit * (1 << terms[t].shift);
      if (std::abs(left) >= kOffset || !rest[std::size_t(left + kOffset)])
        continue;
      terms[t].codes[at] = std::int8_t(digit);
      code = left;
      break;
    }
  }
}

}  // namespace

std::vector<TernaryTerm> ternary_terms(std::span<const std::int8_t> codes) {
  Values needed;
  for (const std::int8_t code : codes)
    needed.set(std::size_t(int(code) + kOffset));
  const auto set = std::ranges::find_if(power_sets(), [&](const PowerSet& set) {
    return (needed & ~set.values).none();
  });
  std::vector<TernaryTerm> terms;
  for (int i = 0; i < kPowers; ++i)
    if (set->powers >> i & 1)
      terms.push_back({i, std::vector<std::int8_t>(codes.size())});
  for (std::size_t i = 0; i < codes.size(); ++i)
    write_digits(codes[i], set->powers, i, terms);
  return terms;
}

}  // namespace triad::fpga
