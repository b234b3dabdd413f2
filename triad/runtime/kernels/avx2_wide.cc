// 16 outputs side by side, an input broadcast for each pixel.

#include "triad/runtime/kernels/avx2.h"
#include "triad/runtime/kernels/avx2_vectors.h"

namespace triad::runtime {
namespace {

constexpr int kTilePixels = 4;  // two accumulators each

// Adds a group of 16 outputs x 4 inputs to the sums of a pixel, in two halves
// of 8 outputs.
TRIAD_INLINE void add_wide(__m256i inputs, const __m256i (&weights)[2],
                           __m256i (&sums)[2]) {
  const __m256i low = _mm256_and_si256(inputs, _mm256_set1_epi16(0xFF));
  const __m256i high = _mm256_srli_epi16(inputs, 8);
  for (int i = 0; i < 2; ++i) {
    const __m256i weight_low =
        _mm256_srai_epi16(_mm256_slli_epi16(weights[i], 8), 8);
    const __m256i weight_high = _mm256_srai_epi16(weights[i], 8);
    sums[i] = _mm256_add_epi32(
        sums[i], _mm256_add_epi32(_mm256_madd_epi16(low, weight_low),
                                  _mm256_madd_epi16(high, weight_high)));
  }
}

// Codes -64, 0 and 64 of one quad of a packed group; pairs reach 2 * 64 * 255,
// which fits, but only just: they are widened at once.
TRIAD_INLINE void add_packed(__m256i inputs, const __m256i (&packed)[2],
                             int quad, __m256i (&sums)[2]) {
  const __m256i code = _mm256_set1_epi8(char(0xC0));
  const __m128i shift = _mm_cvtsi32_si128(6 - 2 * quad);
  for (int i = 0; i < 2; ++i) {
    const __m256i codes =
        _mm256_and_si256(_mm256_sll_epi32(packed[i], shift), code);
    sums[i] = _mm256_add_epi32(
        sums[i], _mm256_madd_epi16(_mm256_maddubs_epi16(inputs, codes),
                                   _mm256_set1_epi16(1)));
  }
}

TRIAD_INLINE void store_wide(const WideConvolution& work,
                             const __m256i (&sums)[2], std::byte* pixel,
                             std::int64_t block,
                             const AdditionVectors& addition) {
  const Requantise& to = work.requantise;
  alignas(32) std::int32_t stored[kWideOutputs];
  if (to.logit_scale) {
    for (int i = 0; i < 2; ++i)
      _mm256_store_ps(
          reinterpret_cast<float*>(stored) + i * 8,
          _mm256_mul_ps(_mm256_cvtepi32_ps(sums[i]),
                        _mm256_loadu_ps(to.logit_scale + block * 16 + i * 8)));
  } else {
    const __m128i shift = _mm_cvtsi32_si128(to.shift);
    // Lanes: outputs 0-3 and 8-11, then 4-7 and 12-15; put in order again.
    __m256i term = _mm256_packs_epi32(_mm256_sra_epi32(sums[0], shift),
                                      _mm256_sra_epi32(sums[1], shift));
    term = _mm256_permute4x64_epi64(term, 0xD8);
    term = _mm256_mulhrs_epi16(term, load(to.multiplier + block * 16));
    term = _mm256_adds_epi16(term, _mm256_set1_epi16(short(to.zero)));
    __m128i bytes = _mm_packus_epi16(_mm256_castsi256_si128(term),
                                     _mm256_extracti128_si256(term, 1));
    if (work.residual.numbers) {
      for (std::int64_t i = 0; i < 4 && block * 4 + i < work.output_quads; ++i)
        __builtin_memcpy(stored + i,
                         pixel + (block * 4 + i) * work.output_plane +
                             work.residual.distance,
                         4);
      bytes = _mm256_castsi256_si128(
          add_bytes(_mm256_castsi128_si256(bytes), load(stored), addition));
    }
    _mm_store_si128(reinterpret_cast<__m128i*>(stored), bytes);
  }
  const int dwords = to.logit_scale ? 4 : 1;  // of a quad
  for (std::int64_t i = 0; i < 4 && block * 4 + i < work.output_quads; ++i)
    __builtin_memcpy(pixel + (block * 4 + i) * work.output_plane,
                     stored + i * dwords, std::size_t(dwords) * 4);
}

// One pixel and codes of 8 bits.
__attribute__((noinline)) void convolve_levels(
    const WideConvolution& work, const std::byte* input, std::byte* output,
    std::int64_t block, const AdditionVectors& addition) {
  const std::int32_t* start = work.start + block * kWideOutputs;
  __m256i sums[2] = {load(start), load(start + 8)};
  for (std::int32_t g = work.begin[block]; g < work.begin[block + 1]; ++g) {
    const std::int8_t* weights =
        work.weights + std::int64_t(g) * kWideGroupBytes;
    add_wide(dword(input + work.offsets[g]),
             {load(weights), load(weights + 32)}, sums);
  }
  store_wide(work, sums, output, block, addition);
}

// One pixel and codes of 2 bits.
__attribute__((noinline)) void convolve_packed(
    const WideConvolution& work, const std::byte* input, std::byte* output,
    std::int64_t block, const AdditionVectors& addition) {
  __m256i sums[2] = {_mm256_setzero_si256(), _mm256_setzero_si256()};
  for (std::int32_t g = work.begin[block]; g < work.begin[block + 1]; ++g) {
    const std::int8_t* weights =
        work.weights + std::int64_t(g) * kWideGroupBytes;
    const __m256i packed[2] = {load(weights), load(weights + 32)};
    const std::byte* pixels = input + work.offsets[g];
    for (int quad = 0; quad < 4; ++quad)
      add_packed(dword(pixels + quad * 4), packed, quad, sums);
  }
  const std::int32_t* start = work.start + block * kWideOutputs;
  for (int i = 0; i < 2; ++i)
    sums[i] =
        _mm256_add_epi32(load(start + i * 8), _mm256_srai_epi32(sums[i], 6));
  store_wide(work, sums, output, block, addition);
}

using Sums = StoredSums[kTilePixels][2];

// Groups first .. last - 1, at most kTernaryGroups, of ternary codes.
TRIAD_INLINE void add_ternary(const std::int32_t* offset,
                              const std::int32_t* last,
                              const std::int8_t* weights,
                              const std::byte* const (&pixels)[kTilePixels],
                              Sums& sums) {
  __m256i words[kTilePixels][2];
#pragma GCC unroll 4
  for (int p = 0; p < kTilePixels; ++p)
    words[p][0] = words[p][1] = _mm256_setzero_si256();
  for (; offset != last; ++offset, weights += kWideGroupBytes) {
    _mm_prefetch(weights + kPrefetchBytes, _MM_HINT_T0);
    const __m256i low = load(weights), high = load(weights + 32);
#pragma GCC unroll 4
    for (int p = 0; p < kTilePixels; ++p) {
      const __m256i x = dword(pixels[p] + *offset);
      add_pairs(words[p][0], x, low);
      add_pairs(words[p][1], x, high);
    }
  }
#pragma GCC unroll 4
  for (int p = 0; p < kTilePixels; ++p)
    for (int i = 0; i < 2; ++i) widen(words[p][i], sums[p][i]);
}

// Ternary codes, up to four pixels.
__attribute__((noinline)) void convolve_ternary(
    const WideConvolution& work, const std::byte* input, std::byte* output,
    std::int64_t block, std::int64_t first_pixel, int count,
    const AdditionVectors& addition) {
  const std::byte* pixels[kTilePixels];
  Sums sums;
  const std::int32_t* start = work.start + block * kWideOutputs;
  for (int p = 0; p < kTilePixels; ++p) {
    // A tile that is not full computes its last pixel again.
    pixels[p] = input + work.inputs[first_pixel + (p < count ? p : count - 1)];
    store(load(start), sums[p][0]);
    store(load(start + 8), sums[p][1]);
  }
  const std::int32_t* first = work.offsets + work.begin[block];
  const std::int32_t* const last = work.offsets + work.begin[block + 1];
  const std::int8_t* weights =
      work.weights + std::int64_t(work.begin[block]) * kWideGroupBytes;
  while (first != last) {
    const std::int32_t* const end =
        last - first > kTernaryGroups ? first + kTernaryGroups : last;
    add_ternary(first, end, weights, pixels, sums);
    weights += (end - first) * kWideGroupBytes;
    first = end;
  }
  for (int p = 0; p < count; ++p)
    store_wide(work, {load(sums[p][0]), load(sums[p][1])},
               output + work.outputs[first_pixel + p], block, addition);
}

}  // namespace

void avx2_convolve_wide(const WideConvolution& work, const std::byte* input,
                        std::byte* output, const WideTile& tile) {
  const AdditionVectors addition = residual_vectors(work.residual);
  const bool in_tiles = work.is_ternary && !work.is_packed;
  const std::int64_t step = in_tiles ? kTilePixels : 1;
  // All pixels before the next block: its weights are fetched once.
  for (std::int64_t b = tile.first_block; b < tile.last_block; ++b)
    for (std::int64_t p = tile.first_pixel; p < tile.last_pixel; p += step)
      if (in_tiles)
        convolve_ternary(
            work, input, output, b, p,
            tile.last_pixel - p < step ? int(tile.last_pixel - p) : kTilePixels,
            addition);
      else
        (work.is_packed ? convolve_packed : convolve_levels)(
            work, input + work.inputs[p], output + work.outputs[p], b,
            addition);
}

}  // namespace triad::runtime
