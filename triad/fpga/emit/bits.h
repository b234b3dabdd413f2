#pragma once
// A word of a memory: as many bits as its fields need, packed from the lowest.

#include <cstdint>
#include <string>
#include <vector>

namespace triad::fpga {

class Bits {
 public:
  // Puts the low `width` bits (0..64) of `value` above those that are there.
  void append(std::int64_t value, int width);
  void append(const Bits& other);

  int width() const { return width_; }

  // Bits 32 * index and those above it; 0 beyond the highest.
  std::uint32_t part(int index) const;

  // As $readmemh reads it: ceil(width / 4) digits, highest first.
  std::string hex() const;

 private:
  std::vector<std::uint8_t> digits_;  // 4 bits each, lowest first
  int width_ = 0;
};

// Bits of a field that holds 0 .. count - 1; 1 at least.
int index_width(std::int64_t count);

}  // namespace triad::fpga
