#pragma once
// Turns 8 x 8 bytes, where weights change their order.

#include <cstdint>
#include <cstring>

namespace triad {
namespace transpose {

using Bytes = std::uint8_t __attribute__((vector_size(16)));
using Words = std::uint64_t __attribute__((vector_size(16)));

// In the first half; a copy into part of a vector would stall.
inline Bytes eight(const void* from) {
  std::uint64_t word;
  std::memcpy(&word, from, 8);
  return Bytes(Words{word, 0});
}

// a[0] b[0] a[1] b[1] ... of the first and of the last eight bytes.
inline Bytes first_halves(Bytes a, Bytes b) {
  return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21,
                                 6, 22, 7, 23);
}
inline Bytes last_halves(Bytes a, Bytes b) {
  return __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13,
                                 29, 14, 30, 15, 31);
}

}  // namespace transpose

// Writes byte j of row i to byte i of column j: rows(i) says where eight bytes
// are, columns(j) where eight go. All are read before any is written.
template <typename Rows, typename Columns>
void transpose_8x8(Rows rows, Columns columns) {
  using namespace transpose;
  Bytes fours[4], twos[4], ones[4];
  for (int i = 0; i < 4; ++i)
    fours[i] = first_halves(eight(rows(i)), eight(rows(i + 4)));
  for (int i = 0; i < 2; ++i) {
    twos[2 * i] = first_halves(fours[i], fours[i + 2]);
    twos[2 * i + 1] = last_halves(fours[i], fours[i + 2]);
  }
  for (int i = 0; i < 2; ++i) {
    ones[2 * i] = first_halves(twos[i], twos[i + 2]);
    ones[2 * i + 1] = last_halves(twos[i], twos[i + 2]);
  }
  for (int j = 0; j < 8; ++j) {
    const std::uint64_t column = Words(ones[j / 2])[j % 2];
    std::memcpy(columns(j), &column, 8);
  }
}

}  // namespace triad
