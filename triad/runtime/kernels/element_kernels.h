#pragma once
// The contract of the kernels that convolve nothing: sums, maxima, tables,
// copies (kernel.h says what holds for all).

#include <cstddef>
#include <cstdint>

namespace triad::runtime {

// Bytes a kernel may read, and throw away, beyond what it needs.
constexpr std::int64_t kReadSlackBytes = 512;

constexpr int kVectorPixels = 16;  // pixels handled at a time

// Up to 16 neighbouring pixels that are computed together.
struct PixelVector {
  std::int32_t input = 0, output = 0;  // bytes from the values' starts
  std::uint32_t mask = 0;  // bit i: pixel i is a real one and is written
};

// Numbers of a sum of two bytes (docs/integer_arithmetic.md).
struct Addition {
  std::int32_t zero[2] = {};  // stored zeros of the inputs
  std::int16_t multiplier[2] = {};
  int shift = 0;
  std::int32_t output_zero = 0;
};

// Sum of two values that have the layout of their output.
struct PlaneAddition {
  Addition numbers;
  const PixelVector* vectors = nullptr;  // of one plane
  std::int64_t vector_count = 0;
  std::int64_t plane = 0;  // bytes
};

// Quads first .. last - 1.
using Add = void (*)(const PlaneAddition&, const std::byte* a,
                     const std::byte* b, std::byte* output, std::int64_t first,
                     std::int64_t last);

// Maxima over windows of bytes that lie inside the input.
struct Maximum {
  std::int64_t kernel[2] = {}, stride[2] = {};
  std::int64_t input_pitch = 0, output_pitch = 0;  // bytes from row to row
  std::int64_t height = 0, width = 0;              // of the output, pixels
};

// One plane; input and output at its pixel (0, 0).
using MaxPool = void (*)(const Maximum&, const std::uint8_t* input,
                         std::uint8_t* output);

// Rows of bytes of up to four channels to pixels of four bytes, each byte
// through its channel's table; channels beyond `channels` become zero.
//   rows    [channels][count]
//   tables  [channels][256]
using LookUp = void (*)(const std::uint8_t* const* rows,
                        const std::uint8_t* const* tables, int channels,
                        std::byte* pixels, std::int64_t count);

// Every second one of 2 * count pixels of four bytes, from the first on.
using CopyEven = void (*)(const std::byte* from, std::byte* to,
                          std::int64_t count);

// A dword of each pixel put together from up to four dwords elsewhere:
// ((dword >> right) & mask) << left of each source, by `or`.
struct PackSource {
  std::int32_t offset = 0;  // bytes from the first pixel read
  int right = 0, left = 0;
  std::uint32_t mask = 0;
};
struct PackSources {
  PackSource of[4] = {};
  int count = 0;
};

using PackRow = void (*)(const PackSources&, const std::byte* from,
                         std::byte* to, std::int64_t count);

}  // namespace triad::runtime
