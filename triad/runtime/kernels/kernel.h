#pragma once
// The contract between a plan and its kernels: plain structs and functions, so
// that a source compiled for one instruction set needs nothing else. Every
// kernel gives the bits of encoding/integer.h; the portable ones are the slow
// twins of the others. No kernel allocates, locks, throws or checks: the plan
// has proved that all offsets lie within its memory.

#include <cstddef>
#include <cstdint>

#include "triad/runtime/kernels/element_kernels.h"

namespace triad::runtime {

constexpr int kBlockOutputs = 8;  // outputs of a group

// Accumulators to stored integers (docs/integer_arithmetic.md).
struct Requantise {
  int shift = 0;
  const std::int16_t* multiplier = nullptr;  // [outputs], padded with zeros
  std::int32_t zero = 0;                     // stored form of real zero
  std::int32_t lowest = 0, highest = 0;      // of what is stored
  const float* logit_scale = nullptr;        // [outputs] where output is real
};

// What is added to the bytes of a convolution before they are stored: another
// value of the same layout.
struct Residual {
  const Addition* numbers = nullptr;  // input 0 is the convolution; or null
  std::int64_t distance = 0;  // bytes from an output to what is added to it
};

// One convolution: for each output block of 8, its living groups of 8 outputs x
// 4 inputs x 1 tap. Dead groups do not exist.
struct Convolution {
  const std::int32_t* begin = nullptr;    // [blocks + 1] first group of each
  const std::int32_t* offsets = nullptr;  // [groups] bytes from a pixel's input
  const std::int8_t* weights = nullptr;   // [groups][8][4]
  bool is_ternary = false;                // all codes are -1, 0 or 1
  // [blocks * 8] bias, zero point of the input and rounding of the shift.
  const std::int32_t* start = nullptr;
  Requantise requantise;
  Residual residual;
  const PixelVector* vectors = nullptr;
  std::int64_t output_plane = 0;  // bytes from quad to quad of the output
  std::int64_t output_quads = 0;
};

// A range of output blocks and of pixel vectors.
struct Tile {
  std::int64_t first_block = 0, last_block = 0;
  std::int64_t first_vector = 0, last_vector = 0;
};

// input, output: where the values start.
using Convolve = void (*)(const Convolution&, const std::byte* input,
                          std::byte* output, const Tile& tile);

// A convolution of few pixels, or a linear layer (one pixel): 16 outputs side
// by side. Groups of 16 outputs x 4 inputs of 64 bytes [16][4]; packed ternary
// ones are 16 outputs x 16 inputs, byte [16][4] holding the 2-bit codes of
// inputs i, 4 + i, 8 + i and 12 + i from its low bits up.
constexpr int kWideOutputs = 16;
constexpr int kWideGroupBytes = 64;

struct WideConvolution {
  const std::int32_t* begin = nullptr;    // [blocks + 1]
  const std::int32_t* offsets = nullptr;  // [groups] bytes from a pixel's input
  const std::int8_t* weights = nullptr;   // [groups][64], aligned to 64
  bool is_packed = false;                 // 2-bit codes
  bool is_ternary = false;                // all codes are -1, 0 or 1
  const std::int32_t* start = nullptr;    // [blocks * 16]
  Requantise requantise;
  Residual residual;
  const std::int32_t* inputs = nullptr;   // [pixels] bytes from the start
  const std::int32_t* outputs = nullptr;  // [pixels]
  // Pixels of a row; they lie side by side in the input.
  std::int64_t row_pixels = 1;
  std::int64_t output_plane = 0;
  std::int64_t output_quads = 0;
};

// Pixels are whole rows.
struct WideTile {
  std::int64_t first_block = 0, last_block = 0;
  std::int64_t first_pixel = 0, last_pixel = 0;
};

using ConvolveWide = void (*)(const WideConvolution&, const std::byte* input,
                              std::byte* output, const WideTile& tile);

// The kernels of one instruction set; those of a poorer one stand in where it
// has none of its own.
struct Kernels {
  const char* name;  // "portable", "avx2", "avx512vnni", "avx512vbmi"
  bool (*is_supported)();
  Convolve convolve;           // 8-bit input and output
  ConvolveWide convolve_wide;  // 8-bit input; output 8-bit or real
  Add add;
  MaxPool max_pool;
  LookUp look_up;
  CopyEven copy_even;
  PackRow pack_row;
};

}  // namespace triad::runtime
