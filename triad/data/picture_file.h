#pragma once
// Pictures from JPEG and PNG files. Files are untrusted: sizes are limited,
// damage is an Error.

#include <filesystem>
#include <span>
#include <string_view>

#include "triad/data/dataset.h"

namespace triad::data {

// Decodes a whole JPEG or PNG file to [3, H, W]; grey is repeated, palettes
// resolved, 16 bits rounded to 8, CMYK converted, transparency ignored, EXIF
// rotation ignored as ImageNet's own users do. Throws Error naming `origin` if
// it is neither, damaged, truncated, or larger than 2^26 pixels or 32,767 on a
// side.
Picture decode_picture(std::span<const std::byte> bytes,
                       std::string_view origin);

// The same from a file of at most 256 MB.
Picture read_picture(const std::filesystem::path& path);

}  // namespace triad::data
