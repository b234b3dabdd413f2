#pragma once
// Weights of several bits as ternary terms of powers of two, so that hardware
// without a multiplier works on them: a block of codes becomes
//   code[i] = sum over terms of 2^shift * term.codes[i],  term codes -1, 0, +1

#include <cstdint>
#include <span>
#include <vector>

namespace triad::encoding {

struct PowerTerm {
  int shift = 0;
  std::vector<std::int8_t> codes;
};

// The fewest terms that give `codes`, smallest power first, by a search over
// all sets of powers: none for zeros alone, one for codes that are ternary
// already, at most 8. Equal codes have equal digits in each term.
std::vector<PowerTerm> power_terms(std::span<const std::int8_t> codes);

}  // namespace triad::encoding
