#pragma once
// Bounds that keep a small hostile file from asking for much memory (SPEC.md,
// "Limits").

#include <algorithm>
#include <cstdint>

#include "triad/encoding/encoding.h"
#include "triad/graph/graph.h"

namespace triad::format {

constexpr std::uint64_t kMaximumFileBytes = 2'000'000'000;
constexpr std::uint32_t kMaximumTables = 1'000'000;
constexpr std::uint32_t kMaximumDepth = 8;

// Dead groups take no bytes in the file but codes in memory. Ternary weights
// times terms, plus one for each group, of all layers together may not exceed
// this.
constexpr std::uint64_t maximum_ternary_codes(std::uint64_t file_bytes) {
  return std::min((std::uint64_t(1) << 24) + 4096 * file_bytes, std::uint64_t(1)
                                                                    << 31);
}

inline std::uint64_t ternary_codes(std::int64_t weights, std::int64_t groups,
                                   std::size_t terms) {
  return std::uint64_t(weights) * terms + std::uint64_t(groups);
}

// Vectors of a file may be shared, but not so that reading it grows beyond
// this.
constexpr std::uint64_t maximum_bytes_read(std::uint64_t file_bytes) {
  return 4 * file_bytes;
}

}  // namespace triad::format
