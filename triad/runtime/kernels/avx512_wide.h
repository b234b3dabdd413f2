#pragma once
// What the AVX-512 kernels of 16 outputs side by side share (avx512_vectors.h
// says who may include it).

#if defined(__AVX512VNNI__)

#include "triad/runtime/kernels/avx512_vectors.h"

namespace triad::runtime {

// Sums of 16 outputs for one pixel to where they belong.
TRIAD_INLINE void store_wide(const WideConvolution& work, __m512i sum,
                             std::byte* pixel, std::int64_t block,
                             const AdditionVectors& addition) {
  const Requantise& to = work.requantise;
  const std::int64_t k = block * kWideOutputs;
  const std::int64_t quads = work.output_quads - block * 4;
  std::byte* quad = pixel + block * 4 * work.output_plane;
  alignas(64) std::int32_t parts[kWideOutputs];
  if (to.logit_scale) {
    _mm512_store_ps(parts, _mm512_mul_ps(_mm512_cvtepi32_ps(sum),
                                         _mm512_loadu_ps(to.logit_scale + k)));
    for (std::int64_t i = 0; i < quads && i < 4; ++i)
      _mm_storeu_si128(
          reinterpret_cast<__m128i*>(quad + i * work.output_plane),
          _mm_load_si128(reinterpret_cast<const __m128i*>(parts + i * 4)));
    return;
  }
  __m256i term = _mm512_cvtsepi32_epi16(
      _mm512_sra_epi32(sum, _mm_cvtsi32_si128(to.shift)));
  term = _mm256_mulhrs_epi16(
      term,
      _mm256_loadu_si256(reinterpret_cast<const __m256i*>(to.multiplier + k)));
  term = _mm256_adds_epi16(term, _mm256_set1_epi16(short(to.zero)));
  term = _mm256_max_epi16(term, _mm256_setzero_si256());
  __m128i bytes = _mm256_cvtusepi16_epi8(term);
  if (work.residual.numbers) {
    for (std::int64_t i = 0; i < quads && i < 4; ++i)
      parts[i] = *reinterpret_cast<const Dword*>(quad + i * work.output_plane +
                                                 work.residual.distance);
    bytes = _mm512_castsi512_si128(
        add_bytes(_mm512_castsi128_si512(bytes), load(parts), addition));
  }
  _mm_store_si128(reinterpret_cast<__m128i*>(parts), bytes);
  for (std::int64_t i = 0; i < quads && i < 4; ++i)
    *reinterpret_cast<Dword*>(quad + i * work.output_plane) = parts[i];
}

}  // namespace triad::runtime

#endif  // __AVX512VNNI__
