#pragma once
// The PNG half of picture_file.h, behind libspng's C interface.

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "triad/data/dataset.h"

namespace triad::data {

// As decode_picture, for PNG alone.
Picture decode_png(std::span<const std::byte> bytes, std::string_view origin);

// A PNG file of a grey or RGB picture, 8 bits a channel. Throws Error for
// another number of channels.
std::vector<std::byte> encode_png(const Picture& picture);

}  // namespace triad::data
