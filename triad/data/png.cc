#include "triad/data/png.h"

#include <spng.h>

#include <memory>

#include "triad/base/error.h"
#include "triad/data/planes.h"

namespace triad::data {
namespace {

// Larger text and colour-profile chunks than any real picture has are refused.
constexpr std::size_t kChunkLimit = std::size_t(16) << 20;

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

}  // namespace triad::data
