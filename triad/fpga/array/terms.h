#pragma once
// Weights of several bits as ternary terms of powers of two, so that PEs
// without a multiplier work on them: a block of codes becomes
//   code[i] = sum over terms of 2^shift * term.codes[i],  term codes -1, 0, +1

#include <cstdint>
#include <span>
#include <vector>

namespace triad::fpga {

struct TernaryTerm {
  int shift = 0;
  std::vector<std::int8_t> codes;
};

// The fewest terms that give `codes`, by a search over all sets of powers:
// none for zeros alone, one for codes that are ternary already, at most 8.
std::vector<TernaryTerm> ternary_terms(std::span<const std::int8_t> codes);

}  // namespace triad::fpga
