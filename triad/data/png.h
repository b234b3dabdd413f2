#pragma once
// The PNG half of picture_file.h, behind libspng's C interface.

#include <span>
#include <string_view>

#include "triad/data/dataset.h"

namespace triad::data {

// As decode_picture, for PNG alone.
Picture decode_png(std::span<const std::byte> bytes, std::string_view origin);

}  // namespace triad::data
