#include "triad/data/picture_file.h"

#include "triad/base/error.h"
#include "triad/base/file.h"
#include "triad/data/jpeg.h"
#include "triad/data/png.h"

namespace triad::data {
namespace {

constexpr std::uint64_t kMaximumFileBytes = std::uint64_t(256) << 20;

bool starts_with(std::span<const std::byte> bytes, std::string_view magic) {
  return bytes.size() >= magic.size() &&
         std::string_view(reinterpret_cast<const char*>(bytes.data()),
                          magic.size()) == magic;
}

}  // namespace

Picture decode_picture(std::span<const std::byte> bytes,
                       std::string_view origin) {
  if (starts_with(bytes, "\xff\xd8\xff")) return decode_jpeg(bytes, origin);
  if (starts_with(bytes, "\x89PNG\r\n\x1a\n")) return decode_png(bytes, origin);
  fail("{}: expected a JPEG or PNG file", origin);
}

Picture read_picture(const std::filesystem::path& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  require(!error, "{}: cannot read: {}", path.string(), error.message());
  require(size <= kMaximumFileBytes, "{}: larger than {} bytes", path.string(),
          kMaximumFileBytes);
  return decode_picture(read_file(path), path.string());
}

}  // namespace triad::data
