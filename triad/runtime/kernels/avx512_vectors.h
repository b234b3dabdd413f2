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

// sum += four u8 x s8 products in each dword. As assembly, because g++ 12 moves
// and spills accumulators around the intrinsic and loses half the speed
// (scripts/check_spills); clang 14 gives the same code for both.
TRIAD_INLINE void dot(__m512i& sum, __m512i bytes, __m512i weight) {
  asm("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(bytes), "v"(weight));
}

}  // namespace triad::runtime

#endif  // __AVX512VNNI__
