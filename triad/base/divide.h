#pragma once
// Whole divisions that round up.

#include <cstdint>

namespace triad {

// ceil(a / b) for a of either sign and b > 0.
constexpr std::int64_t divide_up(std::int64_t a, std::int64_t b) {
  return a >= 0 ? (a + b - 1) / b : -(-a / b);
}

}  // namespace triad
