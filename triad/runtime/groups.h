#pragma once
// Packing a layer's integer codes for the kernels: for each block of outputs,
// the groups that hold a code. A grouped or depthwise convolution is a full one
// whose other groups are dead; nothing else needs to know about it.

#include <cstdint>
#include <span>
#include <vector>

#include "triad/runtime/aligned.h"

namespace triad::runtime {

// Codes [outputs, inputs / convolution_groups, taps] of a layer.
struct LayerCodes {
  std::span<const std::int8_t> codes;
  std::int64_t outputs = 0, inputs = 0, taps = 1;
  std::int64_t convolution_groups = 1;
};

struct Groups {
  std::int64_t blocks = 0;
  std::int64_t group_bytes = 0;
  std::vector<std::int32_t> begin;   // [blocks + 1]
  std::vector<std::int32_t> places;  // [groups] ascending in each block
  AlignedBytes weights;              // [groups][group_bytes]

  std::int64_t count() const { return std::int64_t(places.size()); }
  std::int64_t bytes() const {
    return count() * (group_bytes + std::int64_t(sizeof(std::int32_t)));
  }
  const std::int8_t* codes() const {
    return reinterpret_cast<const std::int8_t*>(weights.get());
  }
};

// Groups of 8 outputs x 4 inputs x 1 tap, [8][4], ordered by output block,
// inputs, tap. Places are quad of inputs * taps + tap.
Groups pack_groups(const LayerCodes& layer);

// Groups of twice as many outputs: those of neighbouring blocks at the same
// place side by side, zeros where only one of them lives.
Groups join_pairs(const Groups& groups);

// Groups of 16 outputs x 16 inputs, 2-bit (kernels/kernel.h), of a ternary
// linear layer whose input is a plain vector of bytes. Places are inputs / 16.
Groups pack_ternary_groups(const LayerCodes& layer);

}  // namespace triad::runtime
