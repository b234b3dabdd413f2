// Kernels that VBMI's permutations of 64 bytes make faster; the others are
// those of avx512vnni.

#include "triad/runtime/kernels/avx512_wide.h"
#include "triad/runtime/kernels/avx512vnni.h"

namespace triad::runtime {
namespace {

bool is_supported() {
  return kAvx512VnniKernels.is_supported() &&
         __builtin_cpu_supports("avx512vbmi");
}

// Four channels of 64 pixels to 64 pixels of four channels.
TRIAD_INLINE void interleave(const __m512i (&channels)[4],
                             __m512i (&pixels)[4]) {
  const __m512i low01 = _mm512_unpacklo_epi8(channels[0], channels[1]);
  const __m512i high01 = _mm512_unpackhi_epi8(channels[0], channels[1]);
  const __m512i low23 = _mm512_unpacklo_epi8(channels[2], channels[3]);
  const __m512i high23 = _mm512_unpackhi_epi8(channels[2], channels[3]);
  // Lane l of parts[i]: pixels 16 l + 4 i and the three after it.
  const __m512i parts[4] = {_mm512_unpacklo_epi16(low01, low23),
                            _mm512_unpackhi_epi16(low01, low23),
                            _mm512_unpacklo_epi16(high01, high23),
                            _mm512_unpackhi_epi16(high01, high23)};
  for (int half = 0; half < 2; ++half) {
    const auto two_lanes = [&](__m512i a, __m512i b) {
      return half == 0 ? _mm512_shuffle_i32x4(a, b, 0x44)
                       : _mm512_shuffle_i32x4(a, b, 0xEE);
    };
    const __m512i front = two_lanes(parts[0], parts[1]);
    const __m512i back = two_lanes(parts[2], parts[3]);
    pixels[half * 2] = _mm512_shuffle_i32x4(front, back, 0x88);
    pixels[half * 2 + 1] = _mm512_shuffle_i32x4(front, back, 0xDD);
  }
}

// 64 bytes through a table of 256: two halves of 128, which VBMI looks up in
// one instruction each.
TRIAD_INLINE __m512i look_up_bytes(__m512i index, const std::uint8_t* table) {
  return _mm512_mask_blend_epi8(
      _mm512_movepi8_mask(index),
      _mm512_permutex2var_epi8(load(table), index, load(table + 64)),
      _mm512_permutex2var_epi8(load(table + 128), index, load(table + 192)));
}

void look_up(const std::uint8_t* const* rows, const std::uint8_t* const* tables,
             int channels, std::byte* pixels, std::int64_t count) {
  for (std::int64_t x = 0; x < count; x += 64) {
    const std::int64_t left = count - x;
    const __mmask64 inside =
        left < 64 ? (__mmask64(1) << left) - 1 : ~__mmask64(0);
    __m512i bytes[4] = {}, quads[4];
    for (int c = 0; c < channels; ++c)
      bytes[c] = look_up_bytes(_mm512_maskz_loadu_epi8(inside, rows[c] + x),
                               tables[c]);
    interleave(bytes, quads);
    for (int i = 0; i < 4; ++i)
      _mm512_mask_storeu_epi32(pixels + x * 4 + i * 64,
                               __mmask16(inside >> (i * 16)), quads[i]);
  }
}

// One group of packed 2-bit codes (kernel.h), to signed bytes of 64 times a
// code. vpermb looks at the low six bits of an index, so that a packed byte is
// an index as it is, for each of its three lower codes into another table.
struct Tables {
  __m512i lower[3], highest;
};

TRIAD_INLINE Tables make_tables() {
  alignas(64) std::uint8_t bytes[64];
  for (int i = 0; i < 64; ++i) bytes[i] = std::uint8_t(i);
  const __m512i index = load(bytes), code = _mm512_set1_epi8(char(0xC0));
  return {{_mm512_and_si512(_mm512_slli_epi32(index, 6), code),
           _mm512_and_si512(_mm512_slli_epi32(index, 4), code),
           _mm512_and_si512(_mm512_slli_epi32(index, 2), code)},
          code};
}

TRIAD_INLINE void add_packed(const Tables& tables, const std::int8_t* weights,
                             const std::byte* inputs, __m512i (&sums)[4]) {
  _mm_prefetch(weights + kPrefetchBytes, _MM_HINT_T0);
  const __m512i packed = load(weights);
#pragma GCC unroll 3
  for (int i = 0; i < 3; ++i)
    dot(sums[i], dword(inputs + i * 4),
        _mm512_permutexvar_epi8(packed, tables.lower[i]));
  dot(sums[3], dword(inputs + 12), _mm512_and_si512(packed, tables.highest));
}

TRIAD_INLINE __m512i total(const __m512i (&sums)[4]) {
  return _mm512_add_epi32(_mm512_add_epi32(sums[0], sums[1]),
                          _mm512_add_epi32(sums[2], sums[3]));
}

// One pixel, 16 outputs: two groups at a time, whose eight sums hide the
// latency of the dot product.
void multiply_packed(const WideConvolution& work, const std::byte* pixel,
                     std::byte* output, std::int64_t block) {
  const Tables tables = make_tables();
  __m512i even[4], odd[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) even[i] = odd[i] = _mm512_setzero_si512();
  const std::int8_t* weights =
      work.weights + std::int64_t(work.begin[block]) * kWideGroupBytes;
  const std::int32_t* offset = work.offsets + work.begin[block];
  const std::int32_t* const last = work.offsets + work.begin[block + 1];
  for (; last - offset >= 2; offset += 2, weights += 2 * kWideGroupBytes) {
    add_packed(tables, weights, pixel + offset[0], even);
    add_packed(tables, weights + kWideGroupBytes, pixel + offset[1], odd);
  }
  if (offset != last) add_packed(tables, weights, pixel + *offset, even);
  const __m512i scaled = _mm512_add_epi32(total(even), total(odd));
  store_wide(work,
             _mm512_add_epi32(_mm512_srai_epi32(scaled, 6),
                              load(work.start + block * kWideOutputs)),
             output, block, residual_vectors(work.residual));
}

void convolve_wide(const WideConvolution& work, const std::byte* input,
                   std::byte* output, const WideTile& tile) {
  if (!work.is_packed || tile.last_pixel - tile.first_pixel != 1) {
    avx512_convolve_wide(work, input, output, tile);
    return;
  }
  for (std::int64_t b = tile.first_block; b < tile.last_block; ++b)
    multiply_packed(work, input + work.inputs[tile.first_pixel],
                    output + work.outputs[tile.first_pixel], b);
}

}  // namespace

const Kernels kAvx512VbmiKernels = {.name = "avx512vbmi",
                                    .is_supported = is_supported,
                                    .convolve = avx512_convolve,
                                    .convolve_wide = convolve_wide,
                                    .add = avx512_add,
                                    .max_pool = avx512_max_pool,
                                    .look_up = look_up,
                                    .copy_even = avx512_copy_even,
                                    .pack_row = avx512_pack_row};

}  // namespace triad::runtime
