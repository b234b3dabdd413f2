#pragma once
// What the AVX-512 kernels share. Included by sources compiled for AVX-512 and
// by no other: only <immintrin.h> may be included here, so that no inline
// function of another header is compiled for machines that cannot run it.

#if defined(__AVX512VNNI__)

#include <cstdint>

// g++ 12 warns of its own intrinsics' undefined vectors (GCC bug 105593).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#include <immintrin.h>

#include "triad/runtime/kernels/kernel.h"

#define TRIAD_INLINE static inline __attribute__((always_inline))

namespace triad::runtime {

// How far ahead weights are fetched: large layers stream them from the third
// level cache (415 GMAC/s without, see kernels_bench).
constexpr std::int64_t kPrefetchBytes = 2048;

TRIAD_INLINE __m512i load(const void* bytes) {
  return _mm512_loadu_si512(bytes);
}

// Four bytes in every lane; what they are typed as elsewhere does not matter.
using Dword = std::int32_t __attribute__((may_alias));

TRIAD_INLINE __m512i dword(const void* bytes) {
  return _mm512_set1_epi32(*static_cast<const Dword*>(bytes));
}

// sum += four u8 x s8 products in each dword. As assembly, because g++ 12 moves
// and spills accumulators around the intrinsic and loses half the speed
// (scripts/check_spills); clang 14 gives the same code for both.
TRIAD_INLINE void dot(__m512i& sum, __m512i bytes, __m512i weight) {
  asm("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(bytes), "v"(weight));
}

// Addition of bytes (element_kernels.h), its numbers in vectors.
struct AdditionVectors {
  __m512i zero[2], multiplier[2], output_zero, one;
  __m128i shift, last_shift;
};

TRIAD_INLINE AdditionVectors addition_vectors(const Addition& work) {
  // (x >> (shift - 1)) + 1 >> 1 rounds without leaving 16 bits; where the + 1
  // saturates, so does the byte.
  const int last = work.shift > 0 ? 1 : 0;
  return {{_mm512_set1_epi16(short(work.zero[0])),
           _mm512_set1_epi16(short(work.zero[1]))},
          {_mm512_set1_epi16(work.multiplier[0]),
           _mm512_set1_epi16(work.multiplier[1])},
          _mm512_set1_epi16(short(work.output_zero)),
          _mm512_set1_epi16(short(last)),
          _mm_cvtsi32_si128(work.shift - last),
          _mm_cvtsi32_si128(last)};
}

// Of a fused sum; nothing where there is none.
TRIAD_INLINE AdditionVectors residual_vectors(const Residual& residual) {
  return residual.numbers ? addition_vectors(*residual.numbers)
                          : AdditionVectors{};
}

TRIAD_INLINE __m512i add_words(__m512i a, __m512i b,
                               const AdditionVectors& by) {
  a = _mm512_mulhrs_epi16(_mm512_slli_epi16(_mm512_sub_epi16(a, by.zero[0]), 7),
                          by.multiplier[0]);
  b = _mm512_mulhrs_epi16(_mm512_slli_epi16(_mm512_sub_epi16(b, by.zero[1]), 7),
                          by.multiplier[1]);
  const __m512i sum = _mm512_adds_epi16(
      _mm512_sra_epi16(_mm512_add_epi16(a, b), by.shift), by.one);
  return _mm512_adds_epi16(_mm512_sra_epi16(sum, by.last_shift),
                           by.output_zero);
}

TRIAD_INLINE __m512i add_bytes(__m512i a, __m512i b,
                               const AdditionVectors& by) {
  const __m512i none = _mm512_setzero_si512();
  return _mm512_packus_epi16(add_words(_mm512_unpacklo_epi8(a, none),
                                       _mm512_unpacklo_epi8(b, none), by),
                             add_words(_mm512_unpackhi_epi8(a, none),
                                       _mm512_unpackhi_epi8(b, none), by));
}

}  // namespace triad::runtime

#endif  // __AVX512VNNI__
