#include "triad/data/transform.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "triad/base/error.h"
#include "triad/base/random.h"

namespace triad::data {
namespace {

using testing::Each;
using testing::ElementsAre;

Picture noise(const Shape& shape) {
  Random random(5);
  Picture picture{shape, {}};
  for (std::int64_t i = 0; i < element_count(shape); ++i)
    picture.pixels.push_back(std::uint8_t(random.below(256)));
  return picture;
}

TEST(Resize, OwnSizeChangesNothing) {
  const Picture picture = noise({3, 7, 11});
  EXPECT_EQ(resize(picture, 7, 11).pixels, picture.pixels);
}

TEST(Resize, FlatStaysFlat) {
  for (const int value : {0, 1, 128, 255}) {
    const Picture flat{{1, 37, 53},
                       std::vector<std::uint8_t>(37 * 53, std::uint8_t(value))};
    for (const int size : {1, 5, 36, 60, 201}) {
      const Picture out = resize(flat, size, size + 1);
      EXPECT_EQ(out.shape, (Shape{1, size, size + 1}));
      EXPECT_THAT(out.pixels, Each(value));
    }
  }
}

// Worked by hand from the triangle filter of Pillow's Resample.c.
TEST(Resize, WeighsByTheTriangleFilter) {
  const Picture row{{1, 1, 4}, {0, 50, 100, 250}};
  EXPECT_THAT(resize(row, 1, 2).pixels, ElementsAre(36, 157));
  EXPECT_THAT(resize(row, 1, 3).pixels, ElementsAre(15, 75, 205));
  EXPECT_THAT(resize(row, 1, 6).pixels, ElementsAre(0, 25, 58, 92, 175, 250));
}

TEST(Resize, FineCheckersBecomeGreyInsteadOfAliasing) {
  Picture checkers{{1, 64, 64}, {}};
  for (int i = 0; i < 64 * 64; ++i)
    checkers.pixels.push_back((i + i / 64) % 2 ? 255 : 0);
  for (const int value : resize(checkers, 8, 8).pixels)
    EXPECT_NEAR(value, 127.5, 4);
}

TEST(Resize, RefusesEmptySizes) {
  EXPECT_THROW(resize(noise({1, 2, 2}), 0, 1), Error);
}

TEST(CentreCrop, TakesTheMiddle) {
  const Picture picture{{1, 3, 4}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}};
  EXPECT_THAT(centre_crop(picture, 1, 2).pixels, ElementsAre(5, 6));
  EXPECT_THROW(centre_crop(picture, 4, 4), Error);
}

TEST(WithChannels, GreySurvivesTheWayToColourAndBack) {
  Picture grey{{1, 16, 16}, {}};
  for (int i = 0; i < 256; ++i) grey.pixels.push_back(std::uint8_t(i));
  const Picture colour = with_channels(grey, 3);
  EXPECT_EQ(colour.shape, (Shape{3, 16, 16}));
  EXPECT_EQ(with_channels(colour, 1).pixels, grey.pixels);
  EXPECT_THROW(with_channels(grey, 2), Error);
}

TEST(Fit, KeepsAPictureOfTheRightSize) {
  const Picture picture = noise({3, 32, 32});
  EXPECT_EQ(fit(picture, {3, 32, 32}).pixels, picture.pixels);
}

TEST(Fit, ScalesTheShorterSideAndCrops) {
  for (const Shape& from :
       {Shape{3, 375, 500}, Shape{3, 500, 333}, Shape{1, 20, 30},
        Shape{3, 1, 1}, Shape{3, 1, 300}}) {
    const Picture out = fit(noise(from), {3, 224, 224});
    EXPECT_EQ(out.shape, (Shape{3, 224, 224})) << to_string(from);
    EXPECT_EQ(out.pixels.size(), 3 * 224 * 224u);
  }
}

TEST(Fit, RefusesOtherShapes) {
  EXPECT_THROW(fit(noise({3, 4, 4}), {10}), Error);
}

}  // namespace
}  // namespace triad::data
