// sparse8x4: 4 outputs x 16 pixels in registers, a weight broadcast for each
// output.

#include "triad/runtime/kernels/avx2.h"
#include "triad/runtime/kernels/avx2_vectors.h"

namespace triad::runtime {
namespace {

constexpr int kHalves = 2;       // vectors of 8 pixels in one of 16
constexpr int kTileOutputs = 4;  // 8 accumulators and what feeds them

using Sums = StoredSums[kTileOutputs][kHalves];

// Groups first .. last - 1, at most kTernaryGroups, of ternary codes.
TRIAD_INLINE void add_ternary(const std::int32_t* offset,
                              const std::int32_t* last,
                              const std::int8_t* weights,
                              const std::byte* pixels, Sums& sums) {
  __m256i words[kTileOutputs][kHalves];
#pragma GCC unroll 4
  for (int k = 0; k < kTileOutputs; ++k)
    words[k][0] = words[k][1] = _mm256_setzero_si256();
  for (; offset != last; ++offset, weights += 32) {
    const __m256i x = load(pixels + *offset), y = load(pixels + *offset + 32);
#pragma GCC unroll 4
    for (int k = 0; k < kTileOutputs; ++k) {
      const __m256i weight = dword(weights + k * 4);
      add_pairs(words[k][0], x, weight);
      add_pairs(words[k][1], y, weight);
    }
  }
#pragma GCC unroll 4
  for (int k = 0; k < kTileOutputs; ++k)
#pragma GCC unroll 2
    for (int i = 0; i < kHalves; ++i) widen(words[k][i], sums[k][i]);
}

// Codes of 8 bits: pairs could saturate, so bytes are widened first.
TRIAD_INLINE void add_levels(const std::int32_t* offset,
                             const std::int32_t* last,
                             const std::int8_t* weights,
                             const std::byte* pixels, Sums& stored) {
  const __m256i even = _mm256_set1_epi16(0xFF);
  for (int i = 0; i < kHalves; ++i) {
    __m256i sums[kTileOutputs];
    for (int k = 0; k < kTileOutputs; ++k) sums[k] = load(stored[k][i]);
    const std::int8_t* weight = weights;
    for (const std::int32_t* group = offset; group != last;
         ++group, weight += 32) {
      const __m256i x = load(pixels + *group + i * 32);
      const __m256i low = _mm256_and_si256(x, even);
      const __m256i high = _mm256_srli_epi16(x, 8);
#pragma GCC unroll 4
      for (int k = 0; k < kTileOutputs; ++k) {
        const __m256i codes = dword(weight + k * 4);
        const __m256i codes_low =
            _mm256_srai_epi16(_mm256_slli_epi16(codes, 8), 8);
        const __m256i codes_high = _mm256_srai_epi16(codes, 8);
        sums[k] = _mm256_add_epi32(
            sums[k], _mm256_add_epi32(_mm256_madd_epi16(low, codes_low),
                                      _mm256_madd_epi16(high, codes_high)));
      }
    }
    for (int k = 0; k < kTileOutputs; ++k) store(sums[k], stored[k][i]);
  }
}

// Sums of four outputs for 8 pixels to 8 pixels of four bytes.
TRIAD_INLINE __m256i requantise(const StoredSums (&sums)[kTileOutputs][kHalves],
                                int i, const Requantise& to, std::int64_t k) {
  const __m128i shift = _mm_cvtsi32_si128(to.shift);
  const __m256i all = _mm256_broadcastq_epi64(
      _mm_loadl_epi64(reinterpret_cast<const __m128i*>(to.multiplier + k)));
  const __m256i first = _mm256_shuffle_epi8(
      all, _mm256_broadcastsi128_si256(
               _mm_setr_epi8(0, 1, 0, 1, 0, 1, 0, 1, 2, 3, 2, 3, 2, 3, 2, 3)));
  const __m256i second = _mm256_shuffle_epi8(
      all, _mm256_broadcastsi128_si256(
               _mm_setr_epi8(4, 5, 4, 5, 4, 5, 4, 5, 6, 7, 6, 7, 6, 7, 6, 7)));
  const __m256i zero = _mm256_set1_epi16(short(to.zero));
  __m256i ab = _mm256_packs_epi32(_mm256_sra_epi32(load(sums[0][i]), shift),
                                  _mm256_sra_epi32(load(sums[1][i]), shift));
  __m256i cd = _mm256_packs_epi32(_mm256_sra_epi32(load(sums[2][i]), shift),
                                  _mm256_sra_epi32(load(sums[3][i]), shift));
  ab = _mm256_adds_epi16(_mm256_mulhrs_epi16(ab, first), zero);
  cd = _mm256_adds_epi16(_mm256_mulhrs_epi16(cd, second), zero);
  const __m256i order =
      _mm256_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15, 0,
                       4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  return _mm256_shuffle_epi8(_mm256_packus_epi16(ab, cd), order);
}

// Four outputs for 16 pixels.
template <bool kIsTernary>
__attribute__((noinline)) void convolve_quad(const Convolution& work,
                                             const std::byte* input,
                                             std::byte* output,
                                             std::int64_t quad,
                                             const PixelVector& vector,
                                             const AdditionVectors& addition) {
  Sums sums;
#pragma GCC unroll 4
  for (int k = 0; k < kTileOutputs; ++k) {
    const __m256i start = dword(work.start + quad * kTileOutputs + k);
    store(start, sums[k][0]);
    store(start, sums[k][1]);
  }
  const std::byte* pixels = input + vector.input;
  const std::int32_t* first = work.offsets + work.begin[quad / 2];
  const std::int32_t* const last = work.offsets + work.begin[quad / 2 + 1];
  const std::int8_t* weights =
      work.weights + (std::int64_t(work.begin[quad / 2]) * 32 + quad % 2 * 16);
  if (kIsTernary)
    while (first != last) {
      const std::int32_t* const end =
          last - first > kTernaryGroups ? first + kTernaryGroups : last;
      add_ternary(first, end, weights, pixels, sums);
      weights += (end - first) * 32;
      first = end;
    }
  else
    add_levels(first, last, weights, pixels, sums);
  std::byte* to = output + vector.output + quad * work.output_plane;
#pragma GCC unroll 2
  for (int i = 0; i < kHalves; ++i, to += 32) {
    __m256i bytes = requantise(sums, i, work.requantise, quad * 4);
    if (work.residual.numbers)
      bytes = add_bytes(bytes, load(to + work.residual.distance), addition);
    _mm256_maskstore_epi32(reinterpret_cast<int*>(to),
                           spread(vector.mask >> (i * 8)), bytes);
  }
}

template <bool kIsTernary>
void convolve_tile(const Convolution& work, const std::byte* input,
                   std::byte* output, const Tile& tile) {
  const AdditionVectors addition = residual_vectors(work.residual);
  for (std::int64_t v = tile.first_vector; v < tile.last_vector; ++v)
    for (std::int64_t quad = tile.first_block * 2;
         quad < tile.last_block * 2 && quad < work.output_quads; ++quad)
      convolve_quad<kIsTernary>(work, input, output, quad, work.vectors[v],
                                addition);
}

}  // namespace

void avx2_convolve(const Convolution& work, const std::byte* input,
                   std::byte* output, const Tile& tile) {
  work.is_ternary ? convolve_tile<true>(work, input, output, tile)
                  : convolve_tile<false>(work, input, output, tile);
}

}  // namespace triad::runtime
