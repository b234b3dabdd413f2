#include "triad/format/level_codes.h"

#include <gtest/gtest.h>

#include "triad/base/error.h"
#include "triad/base/random.h"

namespace triad::format {
namespace {

TEST(LevelCodes, PackedCodesComeBackAtEveryWidthAndLength) {
  Random random(3);
  for (int bits = 2; bits <= 8; ++bits) {
    const int highest = (1 << (bits - 1)) - 1;
    for (std::size_t count = 0; count < 40; ++count) {
      std::vector<std::int8_t> codes(count);
      for (auto& code : codes)
        code = std::int8_t(int(random.below(2 * highest + 1)) - highest);
      const auto bytes = pack_levels(codes, bits);
      EXPECT_EQ(bytes.size(), (count * bits + 7) / 8);
      EXPECT_EQ(unpack_levels(bytes, bits, count), codes);
    }
  }
}

TEST(LevelCodes, DamagedBytesAreRefused) {
  using Bytes = std::vector<std::uint8_t>;
  EXPECT_THROW(unpack_levels(Bytes{0x80}, 8, 1), Error);  // code -128
  EXPECT_THROW(unpack_levels(Bytes{0x08}, 4, 1), Error);  // code -8
  EXPECT_THROW(unpack_levels(Bytes{0x10}, 4, 1), Error);  // padding
  EXPECT_THROW(unpack_levels(Bytes{0, 0}, 4, 1), Error);  // too long
  EXPECT_THROW(unpack_levels(Bytes{0}, 4, 3), Error);     // too short
  EXPECT_NO_THROW(unpack_levels(Bytes{0x77, 0x07}, 4, 3));
}

}  // namespace
}  // namespace triad::format
