#pragma once
// A picture of few channels leaves most lanes idle. So it is stored with the
// pixels at its right: pixel x has the channels of pixels x .. x + copies - 1,
// and the first convolution takes a row of its taps at once.

#include <cstdint>

#include "triad/fpga/workload.h"

namespace triad::fpga {

// `left` and `right` are pixels of padding, real zeros, stored with each row.
struct PackedPicture {
  std::int64_t width = 1, left = 0, right = 0, copies = 1;

  std::int64_t stored_width() const {
    return left + width + right - copies + 1;
  }
};

// Rewrites the picture and its convolution in `workload`, where the picture has
// no other reader and the cycles that its convolution saves, if dense and
// ternary, are more than those that storing costs; else changes nothing.
PackedPicture pack_picture(Workload& workload, int pes, int lanes);

}  // namespace triad::fpga
