#pragma once
// From a picture of any size to the one a network takes.

#include "triad/data/dataset.h"

namespace triad::data {

// Antialiased bilinear: a triangle filter as wide as the reduction, in fixed
// point, first along rows, then along columns, each rounded to bytes; as
// Pillow's Resample.c does. Throws Error if a side is smaller than 1.
Picture resize(const Picture& picture, std::int64_t height, std::int64_t width);

// The middle [C, height, width]. Throws Error if the picture is smaller.
Picture centre_crop(const Picture& picture, std::int64_t height,
                    std::int64_t width);

// Grey repeated to 3 planes, or 3 planes weighted to grey (ITU-R 601: .299,
// .587, .114). Throws Error for other counts.
Picture with_channels(Picture picture, std::int64_t channels);

// To `shape` [C, H, W], as ImageNet networks are evaluated: scaled until it
// covers 256 / 224 of the target, then centre-cropped. A picture that has the
// target's height and width is not scaled.
Picture fit(const Picture& picture, const Shape& shape);

}  // namespace triad::data
