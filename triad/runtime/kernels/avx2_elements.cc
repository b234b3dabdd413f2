// What convolves nothing. Loads may reach beyond what is asked for
// (kReadSlackBytes).

#include "triad/runtime/kernels/avx2.h"
#include "triad/runtime/kernels/avx2_vectors.h"
#include "triad/runtime/kernels/portable.h"

namespace triad::runtime {

void avx2_add(const PlaneAddition& work, const std::byte* a, const std::byte* b,
              std::byte* output, std::int64_t first, std::int64_t last) {
  const AdditionVectors by = addition_vectors(work.numbers);
  for (std::int64_t quad = first; quad < last; ++quad)
    for (std::int64_t v = 0; v < work.vector_count; ++v)
      for (int half = 0; half < 2; ++half) {
        const std::int64_t offset =
            quad * work.plane + work.vectors[v].input + half * 32;
        _mm256_maskstore_epi32(
            reinterpret_cast<int*>(output + offset),
            spread(work.vectors[v].mask >> (half * 8)),
            add_bytes(load(a + offset), load(b + offset), by));
      }
}

// Pixels 0, 2, 4 and so on of sixteen.
TRIAD_INLINE __m256i even_pixels(__m256i low, __m256i high) {
  const __m256i even = _mm256_castps_si256(_mm256_shuffle_ps(
      _mm256_castsi256_ps(low), _mm256_castsi256_ps(high), 0x88));
  return _mm256_permute4x64_epi64(even, 0xD8);
}

TRIAD_INLINE __m256i odd_pixels(__m256i low, __m256i high) {
  const __m256i odd = _mm256_castps_si256(_mm256_shuffle_ps(
      _mm256_castsi256_ps(low), _mm256_castsi256_ps(high), 0xDD));
  return _mm256_permute4x64_epi64(odd, 0xD8);
}

// The lowest `count` of eight.
TRIAD_INLINE __m256i first_pixels(std::int64_t count) {
  return spread(count < 8 ? (1u << count) - 1 : 0xFF);
}

// Maximum over the rows of a window, 8 pixels from `input` on.
TRIAD_INLINE __m256i highest_row(const Maximum& work,
                                 const std::uint8_t* input) {
  __m256i highest = load(input);
  for (std::int64_t r = 1; r < work.kernel[0]; ++r)
    highest = _mm256_max_epu8(highest, load(input + r * work.input_pitch));
  return highest;
}

// 8 output pixels whose windows start at `input`, at horizontal stride 1 or 2.
TRIAD_INLINE __m256i highest_windows(const Maximum& work,
                                     const std::uint8_t* input) {
  __m256i highest = _mm256_setzero_si256();
  if (work.stride[1] == 1) {
    for (std::int64_t s = 0; s < work.kernel[1]; ++s)
      highest = _mm256_max_epu8(highest, highest_row(work, input + s * 4));
    return highest;
  }
  for (std::int64_t s = 0; s < work.kernel[1]; s += 2) {
    const __m256i low = highest_row(work, input + s * 4);
    const __m256i high = highest_row(work, input + s * 4 + 32);
    highest = _mm256_max_epu8(highest, even_pixels(low, high));
    if (s + 1 < work.kernel[1])
      highest = _mm256_max_epu8(highest, odd_pixels(low, high));
  }
  return highest;
}

void avx2_max_pool(const Maximum& work, const std::uint8_t* input,
                   std::uint8_t* output) {
  if (work.stride[1] > 2) {
    kPortableKernels.max_pool(work, input, output);
    return;
  }
  for (std::int64_t y = 0; y < work.height; ++y)
    for (std::int64_t x = 0; x < work.width; x += 8)
      _mm256_maskstore_epi32(
          reinterpret_cast<int*>(output + y * work.output_pitch + x * 4),
          first_pixels(work.width - x),
          highest_windows(work, input + y * work.stride[0] * work.input_pitch +
                                    x * work.stride[1] * 4));
}

void avx2_copy_even(const std::byte* from, std::byte* to, std::int64_t count) {
  for (std::int64_t i = 0; i < count; i += 8)
    _mm256_maskstore_epi32(
        reinterpret_cast<int*>(to + i * 4), first_pixels(count - i),
        even_pixels(load(from + i * 8), load(from + i * 8 + 32)));
}

void avx2_pack_row(const PackSources& sources, const std::byte* from,
                   std::byte* to, std::int64_t count) {
  for (std::int64_t x = 0; x < count; x += 8) {
    __m256i pixels = _mm256_setzero_si256();
    for (int i = 0; i < sources.count; ++i) {
      const PackSource& source = sources.of[i];
      const __m256i bytes =
          _mm256_and_si256(_mm256_srl_epi32(load(from + source.offset + x * 4),
                                            _mm_cvtsi32_si128(source.right)),
                           _mm256_set1_epi32(int(source.mask)));
      pixels = _mm256_or_si256(
          pixels, _mm256_sll_epi32(bytes, _mm_cvtsi32_si128(source.left)));
    }
    _mm256_maskstore_epi32(reinterpret_cast<int*>(to + x * 4),
                           first_pixels(count - x), pixels);
  }
}

}  // namespace triad::runtime
