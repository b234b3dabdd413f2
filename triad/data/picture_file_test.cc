#include "triad/data/picture_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <jpeglib.h>
#include <spng.h>

#include <cstdio>
#include <cstdlib>

#include "triad/base/error.h"
#include "triad/base/file.h"
#include "triad/base/random.h"

namespace triad::data {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// A smooth picture [H, W, channels], interleaved.
std::vector<std::uint8_t> gradient(int width, int height, int channels) {
  std::vector<std::uint8_t> rows;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < channels; ++c)
        rows.push_back(std::uint8_t(c == 0 ? 8 * x : c == 1 ? 6 * y : 120));
  return rows;
}

struct JpegForm {
  int channels = 3;  // 1 grey, 3 RGB, 4 CMYK
  bool is_progressive = false;
};

std::string make_jpeg(int width, int height, const JpegForm& form = {}) {
  jpeg_compress_struct info = {};
  jpeg_error_mgr errors;
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* out = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &out, &size);
  info.image_width = JDIMENSION(width);
  info.image_height = JDIMENSION(height);
  info.input_components = form.channels;
  info.in_color_space = form.channels == 1   ? JCS_GRAYSCALE
                        : form.channels == 3 ? JCS_RGB
                                             : JCS_CMYK;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, 98, TRUE);
  if (form.is_progressive) jpeg_simple_progression(&info);
  jpeg_start_compress(&info, TRUE);
  std::vector<std::uint8_t> rows = gradient(width, height, form.channels);
  for (int y = 0; y < height; ++y) {
    JSAMPROW row = rows.data() + y * width * form.channels;
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  std::string file(reinterpret_cast<char*>(out), size);
  jpeg_destroy_compress(&info);
  std::free(out);
  return file;
}

std::string make_png(int width, int height, int color_type, int channels) {
  spng_ctx* context = spng_ctx_new(SPNG_CTX_ENCODER);
  spng_set_option(context, SPNG_ENCODE_TO_BUFFER, 1);
  spng_ihdr header = {std::uint32_t(width),
                      std::uint32_t(height),
                      8,
                      std::uint8_t(color_type),
                      0,
                      0,
                      0};
  spng_set_ihdr(context, &header);
  const std::vector<std::uint8_t> rows = gradient(width, height, channels);
  spng_encode_image(context, rows.data(), rows.size(), SPNG_FMT_PNG,
                    SPNG_ENCODE_FINALIZE);
  std::size_t size = 0;
  int error = 0;
  void* bytes = spng_get_png_buffer(context, &size, &error);
  std::string file(static_cast<char*>(bytes), size);
  std::free(bytes);
  spng_ctx_free(context);
  return file;
}

std::string make_rgb_png(int width, int height) {
  return make_png(width, height, SPNG_COLOR_TYPE_TRUECOLOR, 3);
}

Picture decode(const std::string& file) {
  return decode_picture(std::as_bytes(std::span(file)), "p.jpg");
}

std::string error_of(const std::string& file) {
  try {
    decode(file);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

// Pixels of a gradient() picture, within the loss of the file format.
void expect_gradient(const Picture& picture, int width, int height, int loss) {
  ASSERT_EQ(picture.shape, (Shape{3, height, width}));
  const std::vector<std::uint8_t> rows = gradient(width, height, 3);
  for (int i = 0; i < width * height; ++i)
    for (int c = 0; c < 3; ++c)
      ASSERT_NEAR(picture.pixels[c * width * height + i], rows[3 * i + c],
                  loss);
}

TEST(PictureFile, PngIsExact) {
  expect_gradient(decode(make_rgb_png(17, 9)), 17, 9, 0);
}

TEST(PictureFile, JpegIsCloseWhetherProgressiveOrNot) {
  expect_gradient(decode(make_jpeg(30, 21)), 30, 21, 8);
  expect_gradient(decode(make_jpeg(30, 21, {.is_progressive = true})), 30, 21,
                  8);
}

TEST(PictureFile, GreyIsRepeated) {
  for (const std::string& file :
       {make_jpeg(8, 8, {.channels = 1}),
        make_png(8, 8, SPNG_COLOR_TYPE_GRAYSCALE, 1)}) {
    const Picture picture = decode(file);
    ASSERT_EQ(picture.shape, (Shape{3, 8, 8}));
    for (int i = 0; i < 64; ++i) {
      EXPECT_EQ(picture.pixels[i], picture.pixels[64 + i]);
      EXPECT_EQ(picture.pixels[i], picture.pixels[128 + i]);
      EXPECT_NEAR(picture.pixels[i], 8 * (i % 8), 4);
    }
  }
}

TEST(PictureFile, TransparencyIsIgnored) {
  const Picture picture =
      decode(make_png(4, 3, SPNG_COLOR_TYPE_TRUECOLOR_ALPHA, 4));
  EXPECT_EQ(picture.shape, (Shape{3, 3, 4}));
  EXPECT_EQ(picture.pixels[1], 8);
}

TEST(PictureFile, InvertedCmykBecomesRgb) {
  const Picture picture = decode(make_jpeg(8, 8, {.channels = 4}));
  ASSERT_EQ(picture.shape, (Shape{3, 8, 8}));
  EXPECT_NEAR(picture.pixels[7], 8 * 7 * 120 / 255, 4);  // C x K
}

TEST(PictureFile, EveryTruncationIsAnErrorOfOneLine) {
  for (const std::string& file :
       {make_jpeg(16, 16), make_jpeg(16, 16, {.is_progressive = true}),
        make_rgb_png(16, 16)})
    // The last two bytes of a JPEG are its end mark, all pixels before.
    for (std::size_t size = 0; size + 2 < file.size(); size += 3) {
      const std::string message = error_of(file.substr(0, size));
      EXPECT_THAT(message, HasSubstr("p.jpg")) << size;
      EXPECT_EQ(message.find('\n'), std::string::npos);
    }
}

TEST(PictureFile, RefusesHugeSizesWithoutAllocatingThem) {
  std::string png = make_rgb_png(4, 4);
  png[17] =
      '\x7f';  // width of some eight millions; the chunk's CRC is wrong too
  EXPECT_THAT(error_of(png), HasSubstr("p.jpg"));
  std::string jpeg = make_jpeg(4, 4);
  const std::size_t frame = jpeg.find("\xff\xc0");
  ASSERT_NE(frame, std::string::npos);
  for (int i = 5; i < 9; ++i) jpeg[frame + i] = '\x7f';  // 32,639 squared
  EXPECT_THAT(error_of(jpeg), HasSubstr("at most 67108864 pixels"));
}

TEST(PictureFile, OtherFilesAreNamed) {
  EXPECT_THAT(error_of(""), HasSubstr("JPEG or PNG"));
  EXPECT_THAT(error_of("GIF89a"), HasSubstr("JPEG or PNG"));
  EXPECT_THROW(read_picture("no/such/file.png"), Error);
  EXPECT_THROW(read_picture(testing::TempDir()), Error);
}

TEST(PictureFile, SurvivesDamage) {
  for (const std::string& whole :
       {make_jpeg(24, 16), make_jpeg(24, 16, {.is_progressive = true}),
        make_jpeg(9, 9, {.channels = 4}), make_rgb_png(12, 12)})
    for (std::uint64_t trial = 0; trial < 1500; ++trial) {
      Random random(1, whole.size(), trial);
      std::string file = whole;
      for (int i = 0; i < 3; ++i)
        file[random.below(std::uint32_t(file.size()))] =
            char(random.below(256));
      try {
        const Picture picture = decode(file);
        EXPECT_EQ(element_count(picture.shape),
                  std::int64_t(picture.pixels.size()));
      } catch (const Error&) {
      }
    }
}

TEST(PictureFile, ReadsPhotographs) {
  const char* data = std::getenv("TRIAD_DATA");
  if (data == nullptr) GTEST_SKIP() << "set TRIAD_DATA to the data folder";
  const Picture picture =
      read_picture(fs::path(data) / "imagenet-sample" / "n01440764_tench.JPEG");
  EXPECT_EQ(picture.shape, (Shape{3, 375, 500}));
}

}  // namespace
}  // namespace triad::data
