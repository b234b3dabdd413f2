// What convolves nothing. Loads may reach beyond what is asked for
// (kReadSlackBytes), but never beyond a caller's picture.

#include "triad/runtime/kernels/avx512_vectors.h"
#include "triad/runtime/kernels/avx512vnni.h"
#include "triad/runtime/kernels/portable.h"

namespace triad::runtime {

void avx512_add(const PlaneAddition& work, const std::byte* a,
                const std::byte* b, std::byte* output, std::int64_t first,
                std::int64_t last) {
  const AdditionVectors by = addition_vectors(work.numbers);
  for (std::int64_t quad = first; quad < last; ++quad)
    for (std::int64_t v = 0; v < work.vector_count; ++v) {
      const std::int64_t offset = quad * work.plane + work.vectors[v].input;
      _mm512_mask_storeu_epi32(
          output + offset, __mmask16(work.vectors[v].mask),
          add_bytes(load(a + offset), load(b + offset), by));
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

void avx512_max_pool(const Maximum& work, const std::uint8_t* input,
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

void avx512_look_up(const std::uint8_t* const* rows,
                    const std::uint8_t* const* tables, int channels,
                    std::byte* pixels, std::int64_t count) {
  kPortableKernels.look_up(rows, tables, channels, pixels, count);
}

void avx512_copy_even(const std::byte* from, std::byte* to,
                      std::int64_t count) {
  const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20,
                                         22, 24, 26, 28, 30);
  for (std::int64_t i = 0; i < count; i += 16) {
    const std::int64_t left = count - i;
    _mm512_mask_storeu_epi32(
        to + i * 4, __mmask16(left < 16 ? (1u << left) - 1 : 0xFFFF),
        _mm512_permutex2var_epi32(load(from + i * 8), even,
                                  load(from + i * 8 + 64)));
  }
}

void avx512_pack_row(const PackSources& sources, const std::byte* from,
                     std::byte* to, std::int64_t count) {
  for (std::int64_t x = 0; x < count; x += 16) {
    __m512i pixels = _mm512_setzero_si512();
    for (int i = 0; i < sources.count; ++i) {
      const PackSource& source = sources.of[i];
      const __m512i bytes =
          _mm512_and_si512(_mm512_srl_epi32(load(from + source.offset + x * 4),
                                            _mm_cvtsi32_si128(source.right)),
                           _mm512_set1_epi32(int(source.mask)));
      pixels = _mm512_or_si512(
          pixels, _mm512_sll_epi32(bytes, _mm_cvtsi32_si128(source.left)));
    }
    const std::int64_t left = count - x;
    _mm512_mask_storeu_epi32(
        to + x * 4, __mmask16(left < 16 ? (1u << left) - 1 : 0xFFFF), pixels);
  }
}

}  // namespace triad::runtime
