#pragma once
// SHA-256 (FIPS 180-4), for provenance and file checks, not for secrets. Our
// own because the runtime ships without a cryptography library; about 250 MB/s.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace triad {

// Hashes bytes given in any number of pieces.
class Sha256 {
 public:
  Sha256& update(std::span<const std::byte> bytes);
  Sha256& update(std::string_view text);
  // 64 hexadecimal digits of all bytes so far; more may follow.
  std::string hex() const;

 private:
  void compress(const std::byte* block);

  std::array<std::uint32_t, 8> state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372,
                                         0xa54ff53a, 0x510e527f, 0x9b05688c,
                                         0x1f83d9ab, 0x5be0cd19};
  std::array<std::byte, 64> pending_ = {};
  std::uint64_t size_bytes_ = 0;
};

std::string sha256(std::span<const std::byte> bytes);
std::string sha256(std::string_view text);

}  // namespace triad
