#include "triad/encoding/power_terms.h"

#include <algorithm>
#include <array>
#include <bit>
#include <bitset>

namespace triad::encoding {
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

// The digit of `code` for each of the ascending `shifts`, together `powers`,
// which can make it.
std::array<std::int8_t, kPowers> digits_of(int code, unsigned powers,
                                           const std::vector<int>& shifts) {
  std::array<std::int8_t, kPowers> digits{};
  for (std::size_t t = shifts.size(); t-- > 0;) {
    powers &= ~(1u << shifts[t]);
    const Values rest = values_of(powers);
    for (const int digit : {0, 1, -1}) {
      const int left = code - digit * (1 << shifts[t]);
      if (std::abs(left) >= kOffset || !rest[std::size_t(left + kOffset)])
        continue;
      digits[t] = std::int8_t(digit);
      code = left;
      break;
    }
  }
  return digits;
}

}  // namespace

std::vector<PowerTerm> power_terms(std::span<const std::int8_t> codes) {
  Values needed;
  for (const std::int8_t code : codes)
    needed.set(std::size_t(int(code) + kOffset));
  const auto set = std::ranges::find_if(power_sets(), [&](const PowerSet& set) {
    return (needed & ~set.values).none();
  });
  std::vector<int> shifts;
  for (int i = 0; i < kPowers; ++i)
    if (set->powers >> i & 1) shifts.push_back(i);
  std::array<std::array<std::int8_t, kPowers>, 256> digits{};
  for (int code = -128; code < 128; ++code)
    if (needed[std::size_t(code + kOffset)])
      digits[std::uint8_t(code)] = digits_of(code, set->powers, shifts);

  std::vector<PowerTerm> terms;
  for (std::size_t t = 0; t < shifts.size(); ++t) {
    PowerTerm term{shifts[t], std::vector<std::int8_t>(codes.size())};
    for (std::size_t i = 0; i < codes.size(); ++i)
      term.codes[i] = digits[std::uint8_t(codes[i])][t];
    terms.push_back(std::move(term));
  }
  return terms;
}

}  // namespace triad::encoding
