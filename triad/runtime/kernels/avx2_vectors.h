#pragma once
// What the AVX2 kernels share. Included by sources compiled for AVX2 and by no
// other: only <immintrin.h> may be included here, so that no inline function of
// another header is compiled for machines that cannot run it.
//
// Without a dot product of bytes, vpmaddubsw adds pairs of u8 x s8 into int16.
// With codes in -1, 0 and 1 a pair is at most 510, so that 64 groups add up in
// int16 before they must be widened: generic int8 needs a widening each time,
// and may saturate.

#if defined(__AVX2__)

#include <immintrin.h>

#include "triad/runtime/kernels/kernel.h"

#define TRIAD_INLINE static inline __attribute__((always_inline))

namespace triad::runtime {

constexpr int kTernaryGroups = 64;  // 64 * 510 < 2^15

// How far ahead weights are fetched where a block's do not stay in the first
// level cache.
constexpr std::int64_t kPrefetchBytes = 1024;

TRIAD_INLINE __m256i load(const void* bytes) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(bytes));
}

// Four bytes in every lane; what they are typed as elsewhere does not matter.
using Dword = std::int32_t __attribute__((may_alias));

TRIAD_INLINE __m256i dword(const void* bytes) {
  return _mm256_set1_epi32(*static_cast<const Dword*>(bytes));
}

// sum += pairs of u8 x s8. As assembly, because g++ 12 multiplies everything
// first and then lacks registers for the products (scripts/check_spills).
TRIAD_INLINE void add_pairs(__m256i& sum, __m256i bytes, __m256i codes) {
  __m256i product;
  asm("vpmaddubsw %3, %2, %1\n\tvpaddw %1, %0, %0"
      : "+x"(sum), "=&x"(product)
      : "x"(bytes), "x"(codes));
}

// Sums in memory. GCC would keep them in registers through the loops over
// groups, which need all sixteen, and spill those of the loops.
struct alignas(32) StoredSums {
  std::int32_t of[8];
};

// sums += pairs of int16.
TRIAD_INLINE void widen(__m256i words, StoredSums& sums) {
  auto* to = reinterpret_cast<__m256i*>(&sums);
  _mm256_store_si256(
      to, _mm256_add_epi32(_mm256_load_si256(to),
                           _mm256_madd_epi16(words, _mm256_set1_epi16(1))));
}

TRIAD_INLINE __m256i load(const StoredSums& sums) {
  return _mm256_load_si256(reinterpret_cast<const __m256i*>(&sums));
}

TRIAD_INLINE void store(__m256i values, StoredSums& sums) {
  _mm256_store_si256(reinterpret_cast<__m256i*>(&sums), values);
}

// The eight lowest bits of `mask` as dwords of ones and zeros.
TRIAD_INLINE __m256i spread(std::uint32_t mask) {
  const __m256i bits = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
  return _mm256_cmpeq_epi32(
      _mm256_and_si256(_mm256_set1_epi32(int(mask)), bits), bits);
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

// Of a fused sum; nothing where there is none.
TRIAD_INLINE AdditionVectors residual_vectors(const Residual& residual) {
  return residual.numbers ? addition_vectors(*residual.numbers)
                          : AdditionVectors{};
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

}  // namespace triad::runtime

#endif  // __AVX2__
