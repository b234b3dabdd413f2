// The table of the AVX-512 kernels, and those that convolve nothing.

#include "triad/runtime/kernels/avx512vnni.h"

#include "triad/runtime/kernels/avx512_vectors.h"
#include "triad/runtime/kernels/portable.h"

namespace triad::runtime {
namespace {

// One input of an Add: 32 bytes as int16 terms.
TRIAD_INLINE __m512i term(__m512i words, __m512i zero, __m512i multiplier) {
  return _mm512_mulhrs_epi16(
      _mm512_slli_epi16(_mm512_sub_epi16(words, zero), 7), multiplier);
}

void add(const Addition& work, const std::byte* a, const std::byte* b,
         std::byte* output, std::int64_t first, std::int64_t last) {
  const __m512i zero_a = _mm512_set1_epi16(short(work.zero[0]));
  const __m512i zero_b = _mm512_set1_epi16(short(work.zero[1]));
  const __m512i multiplier_a = _mm512_set1_epi16(work.multiplier[0]);
  const __m512i multiplier_b = _mm512_set1_epi16(work.multiplier[1]);
  const __m512i zero = _mm512_set1_epi16(short(work.output_zero));
  // (x >> (shift - 1)) + 1 >> 1 rounds without leaving 16 bits; where the + 1
  // saturates, so does the byte.
  const __m128i shift = _mm_cvtsi32_si128(work.shift > 0 ? work.shift - 1 : 0);
  const __m512i one = _mm512_set1_epi16(work.shift > 0 ? 1 : 0);
  const __m128i last_shift = _mm_cvtsi32_si128(work.shift > 0 ? 1 : 0);
  const __m512i none = _mm512_setzero_si512();
  const auto sum = [&](__m512i x, __m512i y) {
    __m512i words = _mm512_add_epi16(term(x, zero_a, multiplier_a),
                                     term(y, zero_b, multiplier_b));
    words = _mm512_adds_epi16(_mm512_sra_epi16(words, shift), one);
    return _mm512_adds_epi16(_mm512_sra_epi16(words, last_shift), zero);
  };
  for (std::int64_t quad = first; quad < last; ++quad)
    for (std::int64_t v = 0; v < work.vector_count; ++v) {
      const std::int64_t offset = quad * work.plane + work.vectors[v].input;
      const __m512i x = load(a + offset), y = load(b + offset);
      const __m512i low =
          sum(_mm512_unpacklo_epi8(x, none), _mm512_unpacklo_epi8(y, none));
      const __m512i high =
          sum(_mm512_unpackhi_epi8(x, none), _mm512_unpackhi_epi8(y, none));
      _mm512_mask_storeu_epi32(output + offset, __mmask16(work.vectors[v].mask),
                               _mm512_packus_epi16(low, high));
    }
}

// Maximum over the rows of a window, 16 pixels from `input` on.
TRIAD_INLINE __m512i highest_row(const Maximum& work,
                                 const std::uint8_t* input) {
  __m512i highest = load(input);
  for (std::int64_t r = 1; r < work.kernel[0]; ++r)
    highest = _mm512_max_epu8(highest, load(input + r * work.input_pitch));
  return highest;
}

// 16 output pixels whose windows start at `input`, at horizontal stride 1 or 2.
TRIAD_INLINE __m512i highest_windows(const Maximum& work,
                                     const std::uint8_t* input) {
  __m512i highest = _mm512_setzero_si512();
  if (work.stride[1] == 1) {
    for (std::int64_t s = 0; s < work.kernel[1]; ++s)
      highest = _mm512_max_epu8(highest, highest_row(work, input + s * 4));
    return highest;
  }
  const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20,
                                         22, 24, 26, 28, 30);
  const __m512i odd = _mm512_add_epi32(even, _mm512_set1_epi32(1));
  for (std::int64_t s = 0; s < work.kernel[1]; s += 2) {
    const __m512i low = highest_row(work, input + s * 4);
    const __m512i high = highest_row(work, input + s * 4 + 64);
    highest =
        _mm512_max_epu8(highest, _mm512_permutex2var_epi32(low, even, high));
    if (s + 1 < work.kernel[1])
      highest =
          _mm512_max_epu8(highest, _mm512_permutex2var_epi32(low, odd, high));
  }
  return highest;
}

void max_pool(const Maximum& work, const std::uint8_t* input,
              std::uint8_t* output) {
  if (work.stride[1] > 2) {
    kPortableKernels.max_pool(work, input, output);
    return;
  }
  for (std::int64_t y = 0; y < work.height; ++y)
    for (std::int64_t x = 0; x < work.width; x += kVectorPixels) {
      const std::int64_t left = work.width - x;
      const auto mask = __mmask16(left < 16 ? (1u << left) - 1 : 0xFFFF);
      _mm512_mask_storeu_epi32(
          output + y * work.output_pitch + x * 4, mask,
          highest_windows(work, input + y * work.stride[0] * work.input_pitch +
                                    x * work.stride[1] * 4));
    }
}

bool is_supported() {
  return __builtin_cpu_supports("avx512f") &&
         __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512vnni");
}

}  // namespace

const Kernels kAvx512VnniKernels = {.name = "avx512vnni",
                                    .is_supported = is_supported,
                                    .convolve = avx512_convolve,
                                    .convolve_wide = avx512_convolve_wide,
                                    .wide_speed = 0.85,
                                    .add = add,
                                    .max_pool = max_pool};

}  // namespace triad::runtime
