#include "triad/fpga/emit/bits.h"

#include <gtest/gtest.h>

#include "triad/base/random.h"

namespace triad::fpga {
namespace {

TEST(Bits, FieldsLieOneAboveTheOther) {
  Bits bits;
  bits.append(1, 1);
  bits.append(0b10, 2);
  bits.append(-1, 9);  // its low bits alone
  bits.append(0x5, 3);
  EXPECT_EQ(bits.width(), 15);
  EXPECT_EQ(bits.hex(), "5ffd");
}

TEST(Bits, HoldsManyFieldsOfAnyWidth) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Random random(seed);
    Bits bits, half;
    std::vector<bool> expected;
    for (int field = 0; field < 40; ++field) {
      const auto value = std::int64_t(random.next());
      const int width = int(random.below(65));
      (field < 20 ? bits : half).append(value, width);
      for (int i = 0; i < width; ++i) expected.push_back(value >> i & 1);
    }
    bits.append(half);
    ASSERT_EQ(bits.width(), int(expected.size()));
    std::string hex;
    for (std::size_t low = 0; low < expected.size(); low += 4) {
      int digit = 0;
      for (std::size_t i = low; i < std::min(low + 4, expected.size()); ++i)
        digit |= int(expected[i]) << (i - low);
      hex.insert(hex.begin(), "0123456789abcdef"[digit]);
    }
    ASSERT_EQ(bits.hex(), hex);
  }
}

TEST(Bits, IndicesTakeAtLeastOneBit) {
  EXPECT_EQ(index_width(1), 1);
  EXPECT_EQ(index_width(2), 1);
  EXPECT_EQ(index_width(3), 2);
  EXPECT_EQ(index_width(256), 8);
  EXPECT_EQ(index_width(257), 9);
}

}  // namespace
}  // namespace triad::fpga
