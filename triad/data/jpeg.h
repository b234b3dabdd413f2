#pragma once
// The JPEG half of picture_file.h, behind libjpeg's C interface.

#include <span>
#include <string_view>

#include "triad/data/dataset.h"

namespace triad::data {

// As decode_picture, for JPEG alone.
Picture decode_jpeg(std::span<const std::byte> bytes, std::string_view origin);

}  // namespace triad::data
