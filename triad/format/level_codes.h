#pragma once
// Codes of `Levels` packed to their own width, low bits first: code i lies at
// bits [i * bits, (i + 1)
// * bits) of the stream, two's complement. Eight bits are plain bytes.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace triad::format {

// bits 2..8; each code must fit.
std::vector<std::uint8_t> pack_levels(std::span<const std::int8_t> codes,
                                      int bits);

// Throws Error if the bytes are not exactly those of `count` codes (padding
// bits must be zero) or hold the lowest code, -2^(bits-1), which Levels does
// not use.
std::vector<std::int8_t> unpack_levels(std::span<const std::uint8_t> bytes,
                                       int bits, std::size_t count);

}  // namespace triad::format
