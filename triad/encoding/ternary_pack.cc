#include <algorithm>
#include <array>
#include <cstring>

#include "triad/base/error.h"
#include "triad/encoding/ternary.h"

namespace triad::encoding {
namespace {

constexpr std::size_t kTritsPerByte = 5;
constexpr int kHighestByte = 242;  // 3^5 - 1

void check_codes(std::span<const std::int8_t> codes) {
  for (const int code : codes)
    require(code >= -1 && code <= 1,
            "ternary codes: expected -1, 0 or 1, got {}", code);
}

// The five codes of each byte, and three zeros. Bytes above 242 stand for
// nothing.
std::array<std::array<std::int8_t, 8>, 256> five_trits() {
  std::array<std::array<std::int8_t, 8>, 256> table = {};
  for (int byte = 0; byte <= kHighestByte; ++byte) {
    int rest = byte;
    for (std::size_t i = 0; i < kTritsPerByte; ++i, rest /= 3)
      table[std::size_t(byte)][i] = std::int8_t(rest % 3 - 1);
  }
  return table;
}

void check_byte_count(std::size_t bytes, std::size_t count,
                      std::size_t per_byte) {
  const std::size_t expected = count / per_byte + (count % per_byte != 0);
  require(bytes == expected,
          "ternary codes: expected {} bytes for {} codes, got {}", expected,
          count, bytes);
}

}  // namespace

std::vector<std::uint8_t> pack_2bit(std::span<const std::int8_t> codes) {
  check_codes(codes);
  std::vector<std::uint8_t> bytes(codes.size() / 4 + (codes.size() % 4 != 0));
  for (std::size_t i = 0; i < codes.size(); ++i)
    bytes[i / 4] |= std::uint8_t((codes[i] & 3) << (2 * (i % 4)));
  return bytes;
}

std::vector<std::int8_t> unpack_2bit(std::span<const std::uint8_t> bytes,
                                     std::size_t count) {
  check_byte_count(bytes.size(), count, 4);
  constexpr std::int8_t kCodes[4] = {0, 1, 0, -1};
  std::vector<std::int8_t> codes(count);
  for (std::size_t i = 0; i < 4 * bytes.size(); ++i) {
    const int pair = bytes[i / 4] >> (2 * (i % 4)) & 3;
    require(pair != 2 && (i < count || pair == 0),
            "ternary codes: byte {} is damaged: 0x{:02x}", i / 4, bytes[i / 4]);
    if (i < count) codes[i] = kCodes[pair];
  }
  return codes;
}

std::vector<std::uint8_t> pack_5trit(std::span<const std::int8_t> codes) {
  check_codes(codes);
  std::vector<std::uint8_t> bytes;
  bytes.reserve(codes.size() / kTritsPerByte + 1);
  for (std::size_t first = 0; first < codes.size(); first += kTritsPerByte) {
    int byte = 0;
    for (std::size_t i = first + kTritsPerByte; i-- > first;)
      byte = 3 * byte + 1 + (i < codes.size() ? codes[i] : 0);
    bytes.push_back(std::uint8_t(byte));
  }
  return bytes;
}

std::vector<std::int8_t> unpack_5trit(std::span<const std::uint8_t> bytes,
                                      std::size_t count) {
  check_byte_count(bytes.size(), count, kTritsPerByte);
  static const auto kTrits = five_trits();
  // Eight codes at a time, three more than a byte has.
  std::vector<std::int8_t> codes(count + 2 * kTritsPerByte);
  std::uint8_t highest = 0;
  for (std::size_t b = 0; b < bytes.size(); ++b) {
    highest = std::max(highest, bytes[b]);
    std::memcpy(&codes[kTritsPerByte * b], kTrits[bytes[b]].data(), 8);
  }
  auto damaged = bytes.end();
  if (highest > kHighestByte)
    damaged = std::ranges::find_if(
        bytes, [](std::uint8_t byte) { return byte > kHighestByte; });
  else if (std::any_of(codes.begin() + std::ptrdiff_t(count), codes.end(),
                       [](std::int8_t code) { return code != 0; }))
    damaged = bytes.end() - 1;  // more codes than there are
  require(damaged == bytes.end(), "ternary codes: byte {} is damaged: 0x{:02x}",
          damaged - bytes.begin(), damaged == bytes.end() ? 0 : *damaged);
  codes.resize(count);
  return codes;
}

}  // namespace triad::encoding
