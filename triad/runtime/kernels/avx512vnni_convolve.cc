// sparse8x4: 8 outputs x up to 48 pixels in registers, a weight broadcast for
// each output.

#include "triad/runtime/kernels/avx512_vectors.h"
#include "triad/runtime/kernels/avx512vnni.h"

namespace triad::runtime {
namespace {

// Four bytes of channels in each 128-bit lane: from [channel][pixel] to
// [pixel][channel].
TRIAD_INLINE __m512i transpose_quads(__m512i bytes) {
  const __m128i order =
      _mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  return _mm512_shuffle_epi8(bytes, _mm512_broadcast_i32x4(order));
}

// What the requantisation of four outputs needs.
struct QuadNumbers {
  __m512i first, second;  // multipliers of outputs 0 and 1, of 2 and 3
  __m512i zero;
  __m128i shift;
};

TRIAD_INLINE QuadNumbers quad_numbers(const Requantise& to, std::int64_t k) {
  const __m512i all = _mm512_broadcastq_epi64(
      _mm_loadl_epi64(reinterpret_cast<const __m128i*>(to.multiplier + k)));
  const __m128i first =
      _mm_setr_epi8(0, 1, 0, 1, 0, 1, 0, 1, 2, 3, 2, 3, 2, 3, 2, 3);
  const __m128i second =
      _mm_setr_epi8(4, 5, 4, 5, 4, 5, 4, 5, 6, 7, 6, 7, 6, 7, 6, 7);
  return {_mm512_shuffle_epi8(all, _mm512_broadcast_i32x4(first)),
          _mm512_shuffle_epi8(all, _mm512_broadcast_i32x4(second)),
          _mm512_set1_epi16(short(to.zero)), _mm_cvtsi32_si128(to.shift)};
}

// Sums of four outputs for 16 pixels to 16 pixels of four bytes.
TRIAD_INLINE __m512i requantise(__m512i a, __m512i b, __m512i c, __m512i d,
                                const QuadNumbers& to) {
  __m512i ab = _mm512_packs_epi32(_mm512_sra_epi32(a, to.shift),
                                  _mm512_sra_epi32(b, to.shift));
  __m512i cd = _mm512_packs_epi32(_mm512_sra_epi32(c, to.shift),
                                  _mm512_sra_epi32(d, to.shift));
  ab = _mm512_adds_epi16(_mm512_mulhrs_epi16(ab, to.first), to.zero);
  cd = _mm512_adds_epi16(_mm512_mulhrs_epi16(cd, to.second), to.zero);
  return transpose_quads(_mm512_packus_epi16(ab, cd));
}

// One output block for kVectors vectors of pixels: kVectors * 8 accumulators,
// kVectors inputs and one weight in registers.
template <int kVectors>
TRIAD_INLINE void convolve_block(const Convolution& work,
                                 const std::byte* input, std::byte* output,
                                 std::int64_t block, const PixelVector* vectors,
                                 const AdditionVectors& addition) {
  __m512i sum[kBlockOutputs][kVectors];
  const std::int32_t* start = work.start + block * kBlockOutputs;
#pragma GCC unroll 8
  for (int k = 0; k < kBlockOutputs; ++k)
#pragma GCC unroll 3
    for (int v = 0; v < kVectors; ++v) sum[k][v] = _mm512_set1_epi32(start[k]);

  const std::int32_t* offset = work.offsets + work.begin[block];
  const std::int32_t* const last = work.offsets + work.begin[block + 1];
  const std::int8_t* weights =
      work.weights + std::int64_t(work.begin[block]) * 32;
  const std::byte* pixels[kVectors];
#pragma GCC unroll 3
  for (int v = 0; v < kVectors; ++v) pixels[v] = input + vectors[v].input;
  for (; offset != last; ++offset, weights += 32) {
    _mm_prefetch(weights + kPrefetchBytes, _MM_HINT_T0);
    __m512i x[kVectors];
#pragma GCC unroll 3
    for (int v = 0; v < kVectors; ++v) x[v] = load(pixels[v] + *offset);
#pragma GCC unroll 8
    for (int k = 0; k < kBlockOutputs; ++k) {
      const __m512i weight = dword(weights + k * 4);
#pragma GCC unroll 3
      for (int v = 0; v < kVectors; ++v) dot(sum[k][v], x[v], weight);
    }
  }

#pragma GCC unroll 2
  for (int half = 0; half < 2; ++half) {
    const std::int64_t quad = block * 2 + half;
    if (quad >= work.output_quads) return;
    const QuadNumbers numbers = quad_numbers(work.requantise, quad * 4);
#pragma GCC unroll 3
    for (int v = 0; v < kVectors; ++v) {
      std::byte* to = output + vectors[v].output + quad * work.output_plane;
      __m512i bytes =
          requantise(sum[half * 4][v], sum[half * 4 + 1][v],
                     sum[half * 4 + 2][v], sum[half * 4 + 3][v], numbers);
      if (work.residual.numbers)
        bytes = add_bytes(bytes, load(to + work.residual.distance), addition);
      _mm512_mask_storeu_epi32(to, __mmask16(vectors[v].mask), bytes);
    }
  }
}

template <int kVectors>
__attribute__((noinline)) void convolve_blocks(const Convolution& work,
                                               const std::byte* input,
                                               std::byte* output,
                                               const Tile& tile,
                                               const PixelVector* vectors) {
  const AdditionVectors addition = residual_vectors(work.residual);
  for (std::int64_t b = tile.first_block; b < tile.last_block; ++b)
    convolve_block<kVectors>(work, input, output, b, vectors, addition);
}

}  // namespace

void avx512_convolve(const Convolution& work, const std::byte* input,
                     std::byte* output, const Tile& tile) {
  std::int64_t v = tile.first_vector;
  while (v < tile.last_vector) {
    const PixelVector* vectors = work.vectors + v;
    const std::int64_t left = tile.last_vector - v;
    if (left == 3 || left > 4) {
      convolve_blocks<3>(work, input, output, tile, vectors);
      v += 3;
    } else if (left >= 2) {
      convolve_blocks<2>(work, input, output, tile, vectors);
      v += 2;
    } else {
      convolve_blocks<1>(work, input, output, tile, vectors);
      v += 1;
    }
  }
}

}  // namespace triad::runtime
