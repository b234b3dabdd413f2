#include "triad/data/jpeg.h"

// jpeglib.h needs size_t and FILE before it.
#include <jerror.h>
#include <jpeglib.h>

#include <csetjmp>
#include <cstddef>
#include <cstdio>

#include "triad/base/error.h"
#include "triad/data/planes.h"

namespace triad::data {
namespace {

// A progressive file of a few bytes may ask for thousands of passes over a
// large picture.
constexpr int kMaximumScans = 200;

// libjpeg reports errors by a function that must not return. We leave by
// longjmp: the frames it jumps over are libjpeg's own C and the guarded steps
// below, which own nothing.
struct Decoder {
  jpeg_decompress_struct info;
  jpeg_error_mgr errors;
  jpeg_progress_mgr progress;
  std::jmp_buf escape;
  char message[JMSG_LENGTH_MAX];
};

[[noreturn]] void leave(Decoder* decoder) { std::longjmp(decoder->escape, 1); }

[[noreturn]] void on_error(j_common_ptr info) {
  auto* decoder = static_cast<Decoder*>(info->client_data);
  info->err->format_message(info, decoder->message);
  leave(decoder);
}

// Warnings mean odd but readable data, except those of a file that ends early.
void on_message(j_common_ptr info, int level) {
  const int code = info->err->msg_code;
  if (level < 0 && (code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER))
    on_error(info);
}

void on_progress(j_common_ptr info) {
  auto* decoder = static_cast<Decoder*>(info->client_data);
  if (decoder->info.input_scan_number <= kMaximumScans) return;
  std::snprintf(decoder->message, sizeof decoder->message, "more than %d scans",
                kMaximumScans);
  leave(decoder);
}

void create(Decoder& decoder) {
  decoder.info.err = jpeg_std_error(&decoder.errors);
  decoder.errors.error_exit = on_error;
  decoder.errors.emit_message = on_message;
  decoder.info.client_data = &decoder;
}

// Guarded step 1: sizes and colours. False: decoder.message says why not.
bool read_header(Decoder& decoder, std::span<const std::byte> bytes) {
  if (setjmp(decoder.escape)) return false;
  jpeg_create_decompress(&decoder.info);
  decoder.progress.progress_monitor = on_progress;
  decoder.info.progress = &decoder.progress;
  jpeg_mem_src(&decoder.info,
               reinterpret_cast<const unsigned char*>(bytes.data()),
               static_cast<unsigned long>(bytes.size()));
  jpeg_read_header(&decoder.info, TRUE);
  const J_COLOR_SPACE space = decoder.info.jpeg_color_space;
  const bool is_cmyk = space == JCS_CMYK || space == JCS_YCCK;
  decoder.info.out_color_space = is_cmyk ? JCS_CMYK : JCS_RGB;
  return true;
}

// Guarded step 2: all rows into `out`, which has room for them.
bool read_rows(Decoder& decoder, std::uint8_t* out) {
  if (setjmp(decoder.escape)) return false;
  jpeg_start_decompress(&decoder.info);
  const std::size_t row = std::size_t(decoder.info.output_width) *
                          std::size_t(decoder.info.output_components);
  while (decoder.info.output_scanline < decoder.info.output_height) {
    JSAMPROW to = out + row * decoder.info.output_scanline;
    jpeg_read_scanlines(&decoder.info, &to, 1);
  }
  jpeg_finish_decompress(&decoder.info);
  return true;
}

// Adobe writes CMYK inverted, so that ink 255 is none.
void cmyk_to_rgb(std::vector<std::uint8_t>& pixels) {
  const std::size_t area = pixels.size() / 4;
  for (std::size_t i = 0; i < area; ++i)
    for (std::size_t c = 0; c < 3; ++c)
      pixels[3 * i + c] =
          std::uint8_t((pixels[4 * i + c] * pixels[4 * i + 3] + 127) / 255);
  pixels.resize(3 * area);
}

}  // namespace

Picture decode_jpeg(std::span<const std::byte> bytes, std::string_view origin) {
  Decoder decoder = {};
  create(decoder);
  // Destroying a decoder that was never created is allowed: all its pointers
  // are null.
  struct Destroy {
    Decoder& decoder;
    ~Destroy() { jpeg_destroy_decompress(&decoder.info); }
  } const destroy{decoder};

  require(read_header(decoder, bytes), "{}: damaged JPEG: {}", origin,
          decoder.message);
  const std::int64_t width = decoder.info.image_width;
  const std::int64_t height = decoder.info.image_height;
  check_picture_size(std::uint64_t(width), std::uint64_t(height), origin);
  const bool is_cmyk = decoder.info.out_color_space == JCS_CMYK;
  std::vector<std::uint8_t> rows(
      std::size_t(width * height * (is_cmyk ? 4 : 3)));
  require(read_rows(decoder, rows.data()), "{}: damaged or truncated JPEG: {}",
          origin, decoder.message);
  if (is_cmyk) cmyk_to_rgb(rows);
  return to_planes(rows, width, height);
}

}  // namespace triad::data
