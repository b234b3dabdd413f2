#include "triad/base/sha256.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace triad {
namespace {

// First 32 bits of the fractional parts of the cube roots of the first 64
// primes.
constexpr std::array<std::uint32_t, 64> kRound = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
    0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
    0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

std::uint32_t load_big_endian(const std::byte* p) {
  return std::uint32_t(p[0]) << 24 | std::uint32_t(p[1]) << 16 |
         std::uint32_t(p[2]) << 8 | std::uint32_t(p[3]);
}

// The message schedule: 16 words of the block and 48 mixed from them.
std::array<std::uint32_t, 64> expand(const std::byte* block) {
  std::array<std::uint32_t, 64> w;
  for (int i = 0; i < 16; ++i) w[i] = load_big_endian(block + 4 * i);
  for (int i = 16; i < 64; ++i) {
    const std::uint32_t a = w[i - 15], b = w[i - 2];
    const std::uint32_t mix_a = std::rotr(a, 7) ^ std::rotr(a, 18) ^ (a >> 3);
    const std::uint32_t mix_b = std::rotr(b, 17) ^ std::rotr(b, 19) ^ (b >> 10);
    w[i] = w[i - 16] + mix_a + w[i - 7] + mix_b;
  }
  return w;
}

}  // namespace

void Sha256::compress(const std::byte* block) {
  const std::array<std::uint32_t, 64> w = expand(block);
  auto [a, b, c, d, e, f, g, h] = state_;
  for (int i = 0; i < 64; ++i) {
    const std::uint32_t sum_e =
        std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
    const std::uint32_t sum_a =
        std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
    const std::uint32_t t = h + sum_e + ((e & f) ^ (~e & g)) + kRound[i] + w[i];
    const std::uint32_t u = sum_a + ((a & b) ^ (a & c) ^ (b & c));
    h = g, g = f, f = e, e = d + t;
    d = c, c = b, b = a, a = t + u;
  }
  const std::array<std::uint32_t, 8> add = {a, b, c, d, e, f, g, h};
  for (int i = 0; i < 8; ++i) state_[i] += add[i];
}

Sha256& Sha256::update(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const std::size_t used = size_bytes_ % 64;
    const std::size_t take = std::min(bytes.size(), 64 - used);
    if (take == 64) {
      compress(bytes.data());  // a whole block: no copy
    } else {
      std::memcpy(pending_.data() + used, bytes.data(), take);
      if (used + take == 64) compress(pending_.data());
    }
    size_bytes_ += take;
    bytes = bytes.subspan(take);
  }
  return *this;
}

Sha256& Sha256::update(std::string_view text) {
  return update(std::as_bytes(std::span(text)));
}

std::string Sha256::hex() const {
  Sha256 last = *this;
  // Padding: a one bit, zeros up to 8 bytes before a block's end, the length.
  std::array<std::byte, 72> padding = {std::byte{0x80}};
  const std::size_t zeros_end = (119 - size_bytes_ % 64) % 64 + 1;
  for (int i = 0; i < 8; ++i)
    padding[zeros_end + i] = std::byte(size_bytes_ * 8 >> (56 - 8 * i));
  last.update(std::span(padding).first(zeros_end + 8));
  std::string text;
  for (const std::uint32_t word : last.state_)
    text += fmt::format("{:08x}", word);
  return text;
}

std::string sha256(std::span<const std::byte> bytes) {
  return Sha256().update(bytes).hex();
}

std::string sha256(std::string_view text) {
  return Sha256().update(text).hex();
}

}  // namespace triad
