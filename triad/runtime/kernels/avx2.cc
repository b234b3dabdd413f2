// Compiled for AVX2: only <immintrin.h> and the kernel contract may be
// included, so that no inline function of another header is compiled for
// machines that cannot run it.
//
// Without a dot product of bytes, vpmaddubsw adds pairs of u8 x s8 into int16.
// With codes in -1, 0 and 1 a pair is at most 510, so that 64 groups add up in
// int16 before they must be widened: generic int8 needs a widening each time,
// and may saturate.

#include "triad/runtime/kernels/avx2.h"

#include <immintrin.h>

#include "triad/runtime/kernels/portable.h"

namespace triad::runtime {
namespace {

#define TRIAD_INLINE static inline __attribute__((always_inline))

constexpr int kHalves = 2;          // vectors of 8 pixels in one of 16
constexpr int kTileOutputs = 4;     // 8 accumulators and what feeds them
constexpr int kTernaryGroups = 64;  // 64 * 510 < 2^15

TRIAD_INLINE __m256i load(const void* bytes) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(bytes));
}

TRIAD_INLINE __m256i dword(const std::int8_t* weights) {
  return _mm256_set1_epi32(*reinterpret_cast<const std::int32_t*>(weights));
}

// Sums of four outputs for 16 pixels.
struct Sums {
  __m256i of[kTileOutputs][kHalves];
};

// Groups first .. last - 1 of ternary codes: int16 sums, widened now and then.
TRIAD_INLINE void add_ternary(const Convolution& work, const std::byte* pixels,
                              std::int32_t first, std::int32_t last, int half,
                              Sums& sums) {
  const __m256i ones = _mm256_set1_epi16(1);
  while (first < last) {
    const std::int32_t end =
        last - first > kTernaryGroups ? first + kTernaryGroups : last;
    __m256i words[kTileOutputs][kHalves];
#pragma GCC unroll 4
    for (int k = 0; k < kTileOutputs; ++k)
      words[k][0] = words[k][1] = _mm256_setzero_si256();
    const std::int8_t* weights =
        work.weights + std::int64_t(first) * 32 + half * 16;
    for (; first < end; ++first, weights += 32) {
      const std::byte* input = pixels + work.offsets[first];
      const __m256i x = load(input), y = load(input + 32);
#pragma GCC unroll 4
      for (int k = 0; k < kTileOutputs; ++k) {
        const __m256i weight = dword(weights + k * 4);
        words[k][0] =
            _mm256_add_epi16(words[k][0], _mm256_maddubs_epi16(x, weight));
        words[k][1] =
            _mm256_add_epi16(words[k][1], _mm256_maddubs_epi16(y, weight));
      }
    }
#pragma GCC unroll 4
    for (int k = 0; k < kTileOutputs; ++k)
#pragma GCC unroll 2
      for (int i = 0; i < kHalves; ++i)
        sums.of[k][i] = _mm256_add_epi32(sums.of[k][i],
                                         _mm256_madd_epi16(words[k][i], ones));
  }
}

// Codes of 8 bits: pairs could saturate, so bytes are widened first.
TRIAD_INLINE void add_levels(const Convolution& work, const std::byte* pixels,
                             std::int32_t first, std::int32_t last, int half,
                             Sums& sums) {
  const __m256i even = _mm256_set1_epi16(0xFF);
  const std::int8_t* weights =
      work.weights + std::int64_t(first) * 32 + half * 16;
  for (; first < last; ++first, weights += 32) {
    const std::byte* input = pixels + work.offsets[first];
    const __m256i x[kHalves] = {load(input), load(input + 32)};
    __m256i low[kHalves], high[kHalves];
#pragma GCC unroll 2
    for (int i = 0; i < kHalves; ++i) {
      low[i] = _mm256_and_si256(x[i], even);
      high[i] = _mm256_srli_epi16(x[i], 8);
    }
#pragma GCC unroll 4
    for (int k = 0; k < kTileOutputs; ++k) {
      const __m256i weight = dword(weights + k * 4);
      const __m256i weight_low =
          _mm256_srai_epi16(_mm256_slli_epi16(weight, 8), 8);
      const __m256i weight_high = _mm256_srai_epi16(weight, 8);
#pragma GCC unroll 2
      for (int i = 0; i < kHalves; ++i)
        sums.of[k][i] = _mm256_add_epi32(
            sums.of[k][i],
            _mm256_add_epi32(_mm256_madd_epi16(low[i], weight_low),
                             _mm256_madd_epi16(high[i], weight_high)));
    }
  }
}

// Sums of four outputs for 8 pixels to 8 pixels of four bytes.
TRIAD_INLINE __m256i requantise(const Sums& sums, int i, const Requantise& to,
                                std::int64_t k) {
  const __m128i shift = _mm_cvtsi32_si128(to.shift);
  const std::int16_t* m = to.multiplier + k;
  const __m256i first =
      _mm256_setr_epi16(m[0], m[0], m[0], m[0], m[1], m[1], m[1], m[1], m[0],
                        m[0], m[0], m[0], m[1], m[1], m[1], m[1]);
  const __m256i second =
      _mm256_setr_epi16(m[2], m[2], m[2], m[2], m[3], m[3], m[3], m[3], m[2],
                        m[2], m[2], m[2], m[3], m[3], m[3], m[3]);
  const __m256i zero = _mm256_set1_epi16(short(to.zero));
  __m256i ab = _mm256_packs_epi32(_mm256_sra_epi32(sums.of[0][i], shift),
                                  _mm256_sra_epi32(sums.of[1][i], shift));
  __m256i cd = _mm256_packs_epi32(_mm256_sra_epi32(sums.of[2][i], shift),
                                  _mm256_sra_epi32(sums.of[3][i], shift));
  ab = _mm256_adds_epi16(_mm256_mulhrs_epi16(ab, first), zero);
  cd = _mm256_adds_epi16(_mm256_mulhrs_epi16(cd, second), zero);
  const __m256i order =
      _mm256_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15, 0,
                       4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  return _mm256_shuffle_epi8(_mm256_packus_epi16(ab, cd), order);
}

// Addition of bytes (element_kernels.h), its numbers in vectors.
struct AdditionVectors {
  __m256i zero[2], multiplier[2], output_zero, one;
  __m128i shift, last_shift;
};

TRIAD_INLINE AdditionVectors addition_vectors(const Addition& work) {
  // (x >> (shift - 1)) + 1 >> 1 rounds without leaving 16 bits; where the + 1
  // saturates, so does the byte.
  const int last = work.shift > 0 ? 1 : 0;
  return {{_mm256_set1_epi16(short(work.zero[0])),
           _mm256_set1_epi16(short(work.zero[1]))},
          {_mm256_set1_epi16(work.multiplier[0]),
           _mm256_set1_epi16(work.multiplier[1])},
          _mm256_set1_epi16(short(work.output_zero)),
          _mm256_set1_epi16(short(last)),
          _mm_cvtsi32_si128(work.shift - last),
          _mm_cvtsi32_si128(last)};
}

TRIAD_INLINE __m256i add_words(__m256i a, __m256i b,
                               const AdditionVectors& by) {
  a = _mm256_mulhrs_epi16(_mm256_slli_epi16(_mm256_sub_epi16(a, by.zero[0]), 7),
                          by.multiplier[0]);
  b = _mm256_mulhrs_epi16(_mm256_slli_epi16(_mm256_sub_epi16(b, by.zero[1]), 7),
                          by.multiplier[1]);
  const __m256i sum = _mm256_adds_epi16(
      _mm256_sra_epi16(_mm256_add_epi16(a, b), by.shift), by.one);
  return _mm256_adds_epi16(_mm256_sra_epi16(sum, by.last_shift),
                           by.output_zero);
}

TRIAD_INLINE __m256i add_bytes(__m256i a, __m256i b,
                               const AdditionVectors& by) {
  const __m256i none = _mm256_setzero_si256();
  return _mm256_packus_epi16(add_words(_mm256_unpacklo_epi8(a, none),
                                       _mm256_unpacklo_epi8(b, none), by),
                             add_words(_mm256_unpackhi_epi8(a, none),
                                       _mm256_unpackhi_epi8(b, none), by));
}

// The eight lowest bits of `mask` as dwords of ones and zeros.
TRIAD_INLINE __m256i spread(std::uint32_t mask) {
  const __m256i bits = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
  return _mm256_cmpeq_epi32(
      _mm256_and_si256(_mm256_set1_epi32(int(mask)), bits), bits);
}

template <bool kIsTernary>
void convolve_half(const Convolution& work, const std::byte* input,
                   std::byte* output, std::int64_t block, int half,
                   const PixelVector& vector) {
  const std::int64_t quad = block * 2 + half;
  if (quad >= work.output_quads) return;
  Sums sums;
#pragma GCC unroll 4
  for (int k = 0; k < kTileOutputs; ++k)
    sums.of[k][0] = sums.of[k][1] =
        _mm256_set1_epi32(work.start[quad * kTileOutputs + k]);
  const std::byte* pixels = input + vector.input;
  if (kIsTernary)
    add_ternary(work, pixels, work.begin[block], work.begin[block + 1], half,
                sums);
  else
    add_levels(work, pixels, work.begin[block], work.begin[block + 1], half,
               sums);
  auto* to =
      reinterpret_cast<int*>(output + vector.output + quad * work.output_plane);
#pragma GCC unroll 2
  for (int i = 0; i < kHalves; ++i) {
    __m256i bytes = requantise(sums, i, work.requantise, quad * 4);
    if (work.residual.numbers)
      bytes = add_bytes(bytes, load(to + i * 8 + work.residual.distance / 4),
                        addition_vectors(*work.residual.numbers));
    _mm256_maskstore_epi32(to + i * 8, spread(vector.mask >> (i * 8)), bytes);
  }
}

template <bool kIsTernary>
void convolve_tile(const Convolution& work, const std::byte* input,
                   std::byte* output, const Tile& tile) {
  for (std::int64_t v = tile.first_vector; v < tile.last_vector; ++v)
    for (std::int64_t b = tile.first_block; b < tile.last_block; ++b)
      for (int half = 0; half < 2; ++half)
        convolve_half<kIsTernary>(work, input, output, b, half,
                                  work.vectors[v]);
}

void convolve(const Convolution& work, const std::byte* input,
              std::byte* output, const Tile& tile) {
  work.is_ternary ? convolve_tile<true>(work, input, output, tile)
                  : convolve_tile<false>(work, input, output, tile);
}

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
                             std::int64_t block) {
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
          add_bytes(_mm256_castsi128_si256(bytes), load(stored),
                    addition_vectors(*work.residual.numbers)));
    }
    _mm_store_si128(reinterpret_cast<__m128i*>(stored), bytes);
  }
  const int dwords = to.logit_scale ? 4 : 1;  // of a quad
  for (std::int64_t i = 0; i < 4 && block * 4 + i < work.output_quads; ++i)
    __builtin_memcpy(pixel + (block * 4 + i) * work.output_plane,
                     stored + i * dwords, std::size_t(dwords) * 4);
}

void convolve_pixel(const WideConvolution& work, const std::byte* input,
                    std::byte* output, std::int64_t block) {
  const std::int32_t* start = work.start + block * kWideOutputs;
  __m256i sums[2] = {load(start), load(start + 8)};
  __m256i scaled[2] = {_mm256_setzero_si256(), _mm256_setzero_si256()};
  for (std::int32_t g = work.begin[block]; g < work.begin[block + 1]; ++g) {
    const std::int8_t* weights =
        work.weights + std::int64_t(g) * kWideGroupBytes;
    const __m256i codes[2] = {load(weights), load(weights + 32)};
    const auto* pixels =
        reinterpret_cast<const std::int32_t*>(input + work.offsets[g]);
    if (!work.is_packed) {
      add_wide(_mm256_set1_epi32(pixels[0]), codes, sums);
      continue;
    }
    for (int quad = 0; quad < 4; ++quad)
      add_packed(_mm256_set1_epi32(pixels[quad]), codes, quad, scaled);
  }
  for (int i = 0; i < 2; ++i)
    sums[i] = _mm256_add_epi32(sums[i], _mm256_srai_epi32(scaled[i], 6));
  store_wide(work, sums, output, block);
}

void convolve_wide(const WideConvolution& work, const std::byte* input,
                   std::byte* output, const WideTile& tile) {
  for (std::int64_t b = tile.first_block; b < tile.last_block; ++b)
    for (std::int64_t p = tile.first_pixel; p < tile.last_pixel; ++p)
      convolve_pixel(work, input + work.inputs[p], output + work.outputs[p], b);
}

bool is_supported() { return __builtin_cpu_supports("avx2"); }

void add(const PlaneAddition& work, const std::byte* a, const std::byte* b,
         std::byte* output, std::int64_t first, std::int64_t last) {
  const AdditionVectors by = addition_vectors(work.numbers);
  for (std::int64_t quad = first; quad < last; ++quad)
    for (std::int64_t v = 0; v < work.vector_count; ++v)
      for (int half = 0; half < kHalves; ++half) {
        const std::int64_t offset =
            quad * work.plane + work.vectors[v].input + half * 32;
        _mm256_maskstore_epi32(
            reinterpret_cast<int*>(output + offset),
            spread(work.vectors[v].mask >> (half * 8)),
            add_bytes(load(a + offset), load(b + offset), by));
      }
}

void max_pool(const Maximum& work, const std::uint8_t* input,
              std::uint8_t* output) {
  kPortableKernels.max_pool(work, input, output);
}

void look_up(const std::uint8_t* const* rows, const std::uint8_t* const* tables,
             int channels, std::byte* pixels, std::int64_t count) {
  kPortableKernels.look_up(rows, tables, channels, pixels, count);
}

void copy_even(const std::byte* from, std::byte* to, std::int64_t count) {
  kPortableKernels.copy_even(from, to, count);
}

void pack_row(const PackSources& sources, const std::byte* from, std::byte* to,
              std::int64_t count) {
  kPortableKernels.pack_row(sources, from, to, count);
}

}  // namespace

const Kernels kAvx2Kernels = {.name = "avx2",
                              .is_supported = is_supported,
                              .convolve = convolve,
                              .convolve_wide = convolve_wide,
                              .add = add,
                              .max_pool = max_pool,
                              .look_up = look_up,
                              .copy_even = copy_even,
                              .pack_row = pack_row};

}  // namespace triad::runtime
