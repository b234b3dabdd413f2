#include "triad/data/png.h"

#include <gmock/gmock.h>

#include "triad/base/error.h"

namespace triad::data {
namespace {

Picture numbered(std::int64_t channels) {
  Picture picture{{channels, 3, 5}, {}};
  for (std::int64_t i = 0; i < channels * 15; ++i)
    picture.pixels.push_back(std::uint8_t(5 * i));
  return picture;
}

TEST(Png, EncodedColourComesBackExactly) {
  const Picture picture = numbered(3);
  const Picture back = decode_png(encode_png(picture), "test");
  EXPECT_EQ(back.shape, picture.shape);
  EXPECT_EQ(back.pixels, picture.pixels);
}

TEST(Png, EncodedGreyComesBackInEveryChannel) {
  const Picture picture = numbered(1);
  const Picture back = decode_png(encode_png(picture), "test");
  ASSERT_EQ(back.shape, (Shape{3, 3, 5}));
  for (std::size_t i = 0; i < back.pixels.size(); ++i)
    EXPECT_EQ(back.pixels[i], picture.pixels[i % 15]);
}

TEST(Png, EncodeRefusesTwoChannels) {
  EXPECT_THROW(encode_png(numbered(2)), Error);
}

// libspng does not look at the checksum of the end mark.
TEST(Png, TruncationAnywhereBeforeTheEndMarkIsRefused) {
  const std::vector<std::byte> file = encode_png(numbered(3));
  for (std::size_t size = 0; size + 4 < file.size(); ++size)
    EXPECT_THROW(decode_png(std::span(file).first(size), "test"), Error)
        << size;
}

}  // namespace
}  // namespace triad::data
