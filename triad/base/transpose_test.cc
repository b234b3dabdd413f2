#include "triad/base/transpose.h"

#include <gtest/gtest.h>

namespace triad {
namespace {

TEST(Transpose, TurnsRowsIntoColumns) {
  std::uint8_t from[8][10], to[8][12] = {};
  for (int i = 0; i < 8; ++i)
    for (int j = 0; j < 10; ++j) from[i][j] = std::uint8_t(i * 10 + j);
  transpose_8x8([&](int i) { return from[i]; }, [&](int j) { return to[j]; });
  for (int i = 0; i < 8; ++i)
    for (int j = 0; j < 8; ++j) EXPECT_EQ(to[j][i], from[i][j]);
  EXPECT_EQ(to[0][8], 0) << "nothing beyond the eight is written";
}

TEST(Transpose, MayWriteWhereItReads) {
  std::uint8_t bytes[8][8];
  for (int i = 0; i < 64; ++i) bytes[i / 8][i % 8] = std::uint8_t(i);
  const auto row = [&](int i) { return bytes[i]; };
  transpose_8x8(row, row);
  for (int i = 0; i < 64; ++i) EXPECT_EQ(bytes[i % 8][i / 8], i);
}

}  // namespace
}  // namespace triad
