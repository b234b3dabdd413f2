#pragma once
// What the picture decoders share.

#include <span>
#include <string_view>

#include "triad/data/dataset.h"

namespace triad::data {

// Throws Error naming `origin` unless 1 <= width, height <= 32,767 and the area
// is at most 2^26.
void check_picture_size(std::uint64_t width, std::uint64_t height,
                        std::string_view origin);

// Interleaved RGB rows [H, W, 3] to a picture [3, H, W].
Picture to_planes(std::span<const std::uint8_t> interleaved, std::int64_t width,
                  std::int64_t height);

// A picture [C, H, W] to interleaved rows [H, W, C].
std::vector<std::uint8_t> to_interleaved(const Picture& picture);

}  // namespace triad::data
