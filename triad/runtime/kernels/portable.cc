#include "triad/runtime/kernels/portable.h"

#include <algorithm>
#include <cstring>

#include "triad/encoding/integer.h"

namespace triad::runtime {
namespace {

template <typename T>
const T& at(const std::byte* base, std::int64_t offset) {
  return *reinterpret_cast<const T*>(base + offset);
}
template <typename T>
T& at(std::byte* base, std::int64_t offset) {
  return *reinterpret_cast<T*>(base + offset);
}

// The rounding of the shift is part of `sum` already. Sums are kept unsigned:
// the right one fits, parts of it may wrap.
template <typename Out>
Out finish(const Requantise& to, std::uint32_t sum, std::int64_t k) {
  const auto accumulator = std::int32_t(sum);
  if constexpr (std::is_same_v<Out, float>) {
    return to.logit_scale[k] * float(accumulator);
  } else {
    const std::int16_t term = encoding::saturate_16(accumulator >> to.shift);
    return Out(std::clamp(
        encoding::rounding_high_multiply(term, to.multiplier[k]) + to.zero,
        to.lowest, to.highest));
  }
}

std::int32_t term(const Addition& work, int i, std::uint8_t stored) {
  const auto aligned = std::int16_t((stored - work.zero[i]) * 128);
  return encoding::rounding_high_multiply(aligned, work.multiplier[i]);
}

std::uint8_t add_bytes(const Addition& work, std::uint8_t a, std::uint8_t b) {
  const std::int32_t sum = term(work, 0, a) + term(work, 1, b);
  return std::uint8_t(encoding::saturate(
      std::int64_t(encoding::rounding_shift(sum, work.shift)) +
          work.output_zero,
      0, 255));
}

// `stored` to where it belongs, with the residual if there is one: only sums of
// bytes are fused.
template <typename Out>
void store(const Residual& residual, Out stored, Out& output) {
  if constexpr (std::is_same_v<Out, std::uint8_t>)
    if (residual.numbers)
      stored =
          add_bytes(*residual.numbers, stored, (&output)[residual.distance]);
  output = stored;
}

// Sums of one block for 16 pixels.
template <typename In>
void sum_block(const Convolution& work, const std::byte* input,
               std::int64_t block,
               std::uint32_t (&sums)[kBlockOutputs][kVectorPixels]) {
  for (int k = 0; k < kBlockOutputs; ++k)
    std::fill_n(sums[k], kVectorPixels,
                std::uint32_t(work.start[block * kBlockOutputs + k]));
  for (std::int32_t g = work.begin[block]; g < work.begin[block + 1]; ++g) {
    const In* pixels = &at<In>(input, work.offsets[g]);
    std::int32_t planes[4][kVectorPixels];
    for (int p = 0; p < kVectorPixels; ++p)
      for (int i = 0; i < 4; ++i) planes[i][p] = pixels[p * 4 + i];
    const std::int8_t* weight = work.weights + std::int64_t(g) * 32;
    for (int k = 0; k < kBlockOutputs; ++k)
      for (int i = 0; i < 4; ++i, ++weight) {
        if (*weight == 0) continue;
        for (int p = 0; p < kVectorPixels; ++p)
          sums[k][p] += std::uint32_t(*weight * planes[i][p]);
      }
  }
}

template <typename Out>
void store_block(const Convolution& work, const PixelVector& vector,
                 std::byte* output, std::int64_t block,
                 const std::uint32_t (&sums)[kBlockOutputs][kVectorPixels]) {
  for (int k = 0; k < kBlockOutputs; ++k) {
    const std::int64_t channel = block * kBlockOutputs + k;
    const std::int64_t quad = channel / 4;
    if (quad >= work.output_quads) return;
    Out* pixels =
        &at<Out>(output, vector.output + quad * work.output_plane) + k % 4;
    for (int p = 0; p < kVectorPixels; ++p)
      if (vector.mask >> p & 1)
        store(work.residual, finish<Out>(work.requantise, sums[k][p], channel),
              pixels[p * 4]);
  }
}

template <typename In, typename Out>
void convolve(const Convolution& work, const std::byte* input,
              std::byte* output, const Tile& tile) {
  std::uint32_t sums[kBlockOutputs][kVectorPixels];
  for (std::int64_t v = tile.first_vector; v < tile.last_vector; ++v)
    for (std::int64_t b = tile.first_block; b < tile.last_block; ++b) {
      const PixelVector& vector = work.vectors[v];
      sum_block<In>(work, input + vector.input, b, sums);
      store_block<Out>(work, vector, output, b, sums);
    }
}

// Adds one group of 16 outputs x 4 inputs.
void add_group(const std::int8_t* weights, const std::uint8_t* inputs,
               std::uint32_t (&sums)[kWideOutputs]) {
  for (int k = 0; k < kWideOutputs; ++k)
    for (int i = 0; i < 4; ++i)
      sums[k] += std::uint32_t(weights[k * 4 + i] * inputs[i]);
}

// The same for 16 outputs x 16 inputs of 2-bit codes.
void add_packed(const std::int8_t* packed, const std::uint8_t* inputs,
                std::uint32_t (&sums)[kWideOutputs]) {
  std::int8_t codes[kWideGroupBytes];
  for (int quad = 0; quad < 4; ++quad) {
    for (int i = 0; i < kWideGroupBytes; ++i)
      codes[i] = std::int8_t(
          std::int8_t(std::uint8_t(packed[i]) << (6 - 2 * quad) & 0xC0) >> 6);
    add_group(codes, inputs + quad * 4, sums);
  }
}

template <typename Out>
void convolve_wide_to(const WideConvolution& work, const std::byte* input,
                      std::byte* output, const WideTile& tile) {
  for (std::int64_t b = tile.first_block; b < tile.last_block; ++b)
    for (std::int64_t p = tile.first_pixel; p < tile.last_pixel; ++p) {
      std::uint32_t sums[kWideOutputs];
      for (int k = 0; k < kWideOutputs; ++k)
        sums[k] = std::uint32_t(work.start[b * kWideOutputs + k]);
      for (std::int32_t g = work.begin[b]; g < work.begin[b + 1]; ++g) {
        const auto* inputs =
            &at<std::uint8_t>(input, work.inputs[p] + work.offsets[g]);
        const std::int8_t* weights =
            work.weights + std::int64_t(g) * kWideGroupBytes;
        work.is_packed ? add_packed(weights, inputs, sums)
                       : add_group(weights, inputs, sums);
      }
      for (int k = 0; k < kWideOutputs; ++k) {
        const std::int64_t channel = b * kWideOutputs + k;
        if (channel / 4 >= work.output_quads) break;
        store(work.residual, finish<Out>(work.requantise, sums[k], channel),
              (&at<Out>(output,
                        work.outputs[p] +
                            channel / 4 * work.output_plane))[channel % 4]);
      }
    }
}

void convolve_wide(const WideConvolution& work, const std::byte* input,
                   std::byte* output, const WideTile& tile) {
  work.requantise.logit_scale
      ? convolve_wide_to<float>(work, input, output, tile)
      : convolve_wide_to<std::uint8_t>(work, input, output, tile);
}

void add(const PlaneAddition& work, const std::byte* a, const std::byte* b,
         std::byte* output, std::int64_t first, std::int64_t last) {
  for (std::int64_t quad = first; quad < last; ++quad)
    for (std::int64_t v = 0; v < work.vector_count; ++v) {
      const PixelVector& vector = work.vectors[v];
      const std::int64_t offset = quad * work.plane + vector.input;
      for (std::int64_t i = offset; i < offset + kVectorPixels * 4; ++i)
        if (vector.mask >> ((i - offset) / 4) & 1)
          at<std::uint8_t>(output, i) = add_bytes(
              work.numbers, at<std::uint8_t>(a, i), at<std::uint8_t>(b, i));
    }
}

void max_pool(const Maximum& work, const std::uint8_t* input,
              std::uint8_t* output) {
  for (std::int64_t y = 0; y < work.height; ++y)
    for (std::int64_t x = 0; x < work.width; ++x) {
      std::uint8_t highest[4] = {};
      for (std::int64_t r = 0; r < work.kernel[0]; ++r)
        for (std::int64_t s = 0; s < work.kernel[1]; ++s)
          for (int i = 0; i < 4; ++i)
            highest[i] = std::max(
                highest[i], input[(y * work.stride[0] + r) * work.input_pitch +
                                  (x * work.stride[1] + s) * 4 + i]);
      std::copy_n(highest, 4, output + y * work.output_pitch + x * 4);
    }
}

void look_up(const std::uint8_t* const* rows, const std::uint8_t* const* tables,
             int channels, std::byte* pixels, std::int64_t count) {
  for (int c = 0; c < 4; ++c)
    for (std::int64_t x = 0; x < count; ++x)
      pixels[x * 4 + c] =
          std::byte(c < channels ? tables[c][rows[c][x]] : std::uint8_t(0));
}

void copy_even(const std::byte* from, std::byte* to, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i)
    std::memcpy(to + i * 4, from + i * 8, 4);
}

void pack_row(const PackSources& sources, const std::byte* from, std::byte* to,
              std::int64_t count) {
  for (std::int64_t x = 0; x < count; ++x) {
    std::uint32_t pixel = 0;
    for (int i = 0; i < sources.count; ++i) {
      const PackSource& source = sources.of[i];
      pixel |= (at<std::uint32_t>(from, source.offset + x * 4) >> source.right &
                source.mask)
               << source.left;
    }
    at<std::uint32_t>(to, x * 4) = pixel;
  }
}

}  // namespace

Convolve portable_convolve(Element input, Element output) {
  using Byte = std::uint8_t;
  using Word = std::int16_t;
  static constexpr Convolve kTable[2][3] = {
      {convolve<Byte, Byte>, convolve<Byte, Word>, convolve<Byte, float>},
      {convolve<Word, Byte>, convolve<Word, Word>, convolve<Word, float>}};
  return kTable[input == Element::word][int(output)];
}

// Both convolutions are the same plain loops.
const Kernels kPortableKernels = {
    .name = "portable",
    .is_supported = [] { return true; },
    .convolve = convolve<std::uint8_t, std::uint8_t>,
    .convolve_wide = convolve_wide,
    .add = add,
    .max_pool = max_pool,
    .look_up = look_up,
    .copy_even = copy_even,
    .pack_row = pack_row};

}  // namespace triad::runtime
