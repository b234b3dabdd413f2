#pragma once
// Reading and writing single elements of stored integers, for the operations
// that are not worth a kernel.

#include <cstring>

#include "triad/runtime/layout.h"

namespace triad::runtime {

// The stored integer at `bytes`.
inline std::int32_t read_stored(const std::byte* bytes,
                                std::int64_t element_bytes) {
  if (element_bytes == 1) return std::int32_t(std::uint8_t(*bytes));
  std::int16_t word;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

inline void write_stored(std::byte* bytes, std::int64_t element_bytes,
                         std::int32_t stored) {
  if (element_bytes == 1) {
    *bytes = std::byte(std::uint8_t(stored));
    return;
  }
  const auto word = std::int16_t(stored);
  std::memcpy(bytes, &word, sizeof word);
}

}  // namespace triad::runtime
