#include "triad/data/png.h"

#include <spng.h>

#include <cstdlib>
#include <memory>

#include "triad/base/error.h"
#include "triad/data/planes.h"

namespace triad::data {
namespace {

// Larger text and colour-profile chunks than any real picture has are refused.
constexpr std::size_t kChunkLimit = std::size_t(16) << 20;
constexpr std::string_view kEncoded = "encode_png";

struct FreeContext {
  void operator()(spng_ctx* context) const { spng_ctx_free(context); }
};

void check(int code, std::string_view origin) {
  require(code == 0, "{}: damaged or truncated PNG: {}", origin,
          spng_strerror(code));
}

}  // namespace

Picture decode_png(std::span<const std::byte> bytes, std::string_view origin) {
  const std::unique_ptr<spng_ctx, FreeContext> context(spng_ctx_new(0));
  require(context != nullptr, "{}: no memory to read PNG", origin);
  check(spng_set_chunk_limits(context.get(), kChunkLimit, kChunkLimit), origin);
  check(spng_set_png_buffer(context.get(), bytes.data(), bytes.size()), origin);
  spng_ihdr header;
  check(spng_get_ihdr(context.get(), &header), origin);
  check_picture_size(header.width, header.height, origin);
  std::size_t size = 0;
  check(spng_decoded_image_size(context.get(), SPNG_FMT_RGB8, &size), origin);
  std::vector<std::uint8_t> rows(size);
  check(spng_decode_image(context.get(), rows.data(), rows.size(),
                          SPNG_FMT_RGB8, 0),
        origin);
  check(spng_decode_chunks(context.get()), origin);  // up to IEND
  return to_planes(rows, header.width, header.height);
}

std::vector<std::byte> encode_png(const Picture& picture) {
  const std::int64_t channels = picture.shape[0];
  require(channels == 1 || channels == 3,
          "encode_png: expected 1 or 3 channels, got {}", channels);
  const std::vector<std::uint8_t> rows = to_interleaved(picture);
  const std::unique_ptr<spng_ctx, FreeContext> context(
      spng_ctx_new(SPNG_CTX_ENCODER));
  require(context != nullptr, "encode_png: no memory");
  check(spng_set_option(context.get(), SPNG_ENCODE_TO_BUFFER, 1), kEncoded);
  spng_ihdr header = {};
  header.height = std::uint32_t(picture.shape[1]);
  header.width = std::uint32_t(picture.shape[2]);
  header.bit_depth = 8;
  header.color_type =
      channels == 1 ? SPNG_COLOR_TYPE_GRAYSCALE : SPNG_COLOR_TYPE_TRUECOLOR;
  check(spng_set_ihdr(context.get(), &header), kEncoded);
  check(spng_encode_image(context.get(), rows.data(), rows.size(), SPNG_FMT_PNG,
                          SPNG_ENCODE_FINALIZE),
        kEncoded);
  std::size_t size = 0;
  int code = 0;
  const std::unique_ptr<void, void (*)(void*)> file(
      spng_get_png_buffer(context.get(), &size, &code), std::free);
  check(code, kEncoded);
  const auto* first = static_cast<const std::byte*>(file.get());
  return {first, first + size};
}

}  // namespace triad::data
