#include "triad/format/level_codes.h"

#include <algorithm>

#include "triad/base/error.h"

namespace triad::format {
namespace {

std::size_t byte_count(std::size_t count, int bits) {
  return (count * std::size_t(bits) + 7) / 8;
}

}  // namespace

std::vector<std::uint8_t> pack_levels(std::span<const std::int8_t> codes,
                                      int bits) {
  std::vector<std::uint8_t> bytes(byte_count(codes.size(), bits));
  const unsigned mask = (1u << bits) - 1;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const std::size_t position = i * std::size_t(bits);
    const unsigned shifted = (unsigned(codes[i]) & mask) << position % 8;
    bytes[position / 8] |= std::uint8_t(shifted);
    if (shifted >> 8 != 0)
      bytes[position / 8 + 1] |= std::uint8_t(shifted >> 8);
  }
  return bytes;
}

std::vector<std::int8_t> unpack_levels(std::span<const std::uint8_t> bytes,
                                       int bits, std::size_t count) {
  require(bytes.size() == byte_count(count, bits),
          "level codes: expected {} bytes for {} codes of {} bits, got {}",
          byte_count(count, bits), count, bits, bytes.size());
  if (bits == 8) {  // whole bytes
    std::vector<std::int8_t> codes(bytes.begin(), bytes.end());
    const auto lowest = std::ranges::find(codes, INT8_MIN);
    require(lowest == codes.end(), "level codes: code {} is damaged: {}",
            lowest - codes.begin(), INT8_MIN);
    return codes;
  }
  std::vector<std::int8_t> codes(count);
  const int sign = 1 << (bits - 1);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t position = i * std::size_t(bits), first = position / 8;
    const unsigned high = first + 1 < bytes.size() ? bytes[first + 1] : 0u;
    const unsigned pair = (bytes[first] | high << 8) >> position % 8;
    const int code = int(pair & (2u * unsigned(sign) - 1));
    require(code != sign, "level codes: code {} is damaged: -{}", i, sign);
    codes[i] = std::int8_t((code ^ sign) - sign);
  }
  const std::size_t used = count * std::size_t(bits) % 8;
  require(used == 0 || bytes.back() >> used == 0,
          "level codes: expected zero padding after the last code");
  return codes;
}

}  // namespace triad::format
