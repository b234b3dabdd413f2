// Compiled for AVX-512: only <immintrin.h> and the kernel contract may be
// included, so that no inline function of another header is compiled for
// machines that cannot run it. scripts/check_spills watches the inner loops.

#include "triad/runtime/kernels/avx512vnni.h"

// g++ 12 warns of its own intrinsics' undefined vectors (GCC bug 105593).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#include <immintrin.h>

#include "triad/runtime/kernels/portable.h"

namespace triad::runtime {
namespace {

// How far ahead weights are fetched: large layers stream them from the third
// level cache (415 GMAC/s without, see kernels_bench).
constexpr std::int64_t kPrefetchBytes = 2048;

#define TRIAD_INLINE static inline __attribute__((always_inline))

TRIAD_INLINE __m512i load(const void* bytes) {
  return _mm512_loadu_si512(bytes);
}

// sum += four u8 x s8 products in each dword. As assembly, because g++ 12 moves
// and spills accumulators around the intrinsic and loses half the speed
// (scripts/check_spills); clang 14 gives the same code for both.
TRIAD_INLINE void dot(__m512i& sum, __m512i bytes, __m512i weight) {
  asm("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(bytes), "v"(weight));
}

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
  const __m512i all =
      _mm512_set1_epi64(*reinterpret_cast<const long long*>(to.multiplier + k));
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
                                 std::int64_t block,
                                 const PixelVector* vectors) {
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
      const __m512i weight =
          _mm512_set1_epi32(reinterpret_cast<const std::int32_t*>(weights)[k]);
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
    for (int v = 0; v < kVectors; ++v)
      _mm512_mask_storeu_epi32(
          output + vectors[v].output + quad * work.output_plane,
          __mmask16(vectors[v].mask),
          requantise(sum[half * 4][v], sum[half * 4 + 1][v],
                     sum[half * 4 + 2][v], sum[half * 4 + 3][v], numbers));
  }
}

template <int kVectors>
__attribute__((noinline)) void convolve_blocks(const Convolution& work,
                                               const std::byte* input,
                                               std::byte* output,
                                               const Tile& tile,
                                               const PixelVector* vectors) {
  for (std::int64_t b = tile.first_block; b < tile.last_block; ++b)
    convolve_block<kVectors>(work, input, output, b, vectors);
}

void convolve(const Convolution& work, const std::byte* input,
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

// Sums of 16 outputs for one pixel to where they belong.
TRIAD_INLINE void store_wide(const WideConvolution& work, __m512i sum,
                             std::byte* pixel, std::int64_t block) {
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
  _mm_store_si128(reinterpret_cast<__m128i*>(parts),
                  _mm256_cvtusepi16_epi8(term));
  for (std::int64_t i = 0; i < quads && i < 4; ++i)
    *reinterpret_cast<std::int32_t*>(quad + i * work.output_plane) = parts[i];
}

// One block of 16 outputs for kPixels pixels: an accumulator for each.
template <int kPixels>
__attribute__((noinline)) void convolve_pixels(const WideConvolution& work,
                                               const std::byte* input,
                                               std::byte* output,
                                               std::int64_t block,
                                               const std::int32_t* inputs,
                                               const std::int32_t* outputs) {
  __m512i sum[kPixels];
  const __m512i start = load(work.start + block * kWideOutputs);
#pragma GCC unroll 28
  for (int p = 0; p < kPixels; ++p) sum[p] = start;
  const std::int8_t* weights =
      work.weights + std::int64_t(work.begin[block]) * kWideGroupBytes;
  const std::int32_t* const last = work.offsets + work.begin[block + 1];
  for (const std::int32_t* offset = work.offsets + work.begin[block];
       offset != last; ++offset, weights += kWideGroupBytes) {
    const __m512i weight = load(weights);
    const std::byte* pixels = input + *offset;
#pragma GCC unroll 28
    for (int p = 0; p < kPixels; ++p)
      dot(sum[p],
          _mm512_set1_epi32(
              *reinterpret_cast<const std::int32_t*>(pixels + inputs[p])),
          weight);
  }
#pragma GCC unroll 28
  for (int p = 0; p < kPixels; ++p)
    store_wide(work, sum[p], output + outputs[p], block);
}

using ConvolvePixels = void (*)(const WideConvolution&, const std::byte*,
                                std::byte*, std::int64_t, const std::int32_t*,
                                const std::int32_t*);
constexpr struct {
  int pixels;
  ConvolvePixels convolve;
} kPixelTiles[] = {{2, convolve_pixels<2>},   {4, convolve_pixels<4>},
                   {8, convolve_pixels<8>},   {12, convolve_pixels<12>},
                   {16, convolve_pixels<16>}, {20, convolve_pixels<20>},
                   {25, convolve_pixels<25>}};
constexpr int kLargestTile = 25;

// The same for kRows rows of kWidth pixels: their inputs are found from the
// first of each row, which takes a load less per pixel.
template <int kRows, int kWidth>
__attribute__((noinline)) void convolve_rows(const WideConvolution& work,
                                             const std::byte* input,
                                             std::byte* output,
                                             std::int64_t block,
                                             const std::int32_t* inputs,
                                             const std::int32_t* outputs) {
  constexpr int kPixels = kRows * kWidth;
  __m512i sum[kPixels];
  const __m512i start = load(work.start + block * kWideOutputs);
#pragma GCC unroll 28
  for (int p = 0; p < kPixels; ++p) sum[p] = start;
  const std::byte* rows[kRows];
#pragma GCC unroll 4
  for (int r = 0; r < kRows; ++r) rows[r] = input + inputs[r * kWidth];
  const std::int8_t* weights =
      work.weights + std::int64_t(work.begin[block]) * kWideGroupBytes;
  const std::int32_t* const last = work.offsets + work.begin[block + 1];
  for (const std::int32_t* offset = work.offsets + work.begin[block];
       offset != last; ++offset, weights += kWideGroupBytes) {
    _mm_prefetch(weights + kPrefetchBytes, _MM_HINT_T0);
    const __m512i weight = load(weights);
#pragma GCC unroll 4
    for (int r = 0; r < kRows; ++r)
#pragma GCC unroll 8
      for (int x = 0; x < kWidth; ++x)
        dot(sum[r * kWidth + x],
            _mm512_set1_epi32(
                reinterpret_cast<const std::int32_t*>(rows[r] + *offset)[x]),
            weight);
  }
#pragma GCC unroll 28
  for (int p = 0; p < kPixels; ++p)
    store_wide(work, sum[p], output + outputs[p], block);
}

// Widths of small maps, with as many rows as registers hold.
constexpr struct {
  int width, rows;
  ConvolvePixels convolve[4];  // of 1, 2, ... rows
} kRowTiles[] = {
    {4,
     4,
     {convolve_rows<1, 4>, convolve_rows<2, 4>, convolve_rows<3, 4>,
      convolve_rows<4, 4>}},
    {7,
     4,
     {convolve_rows<1, 7>, convolve_rows<2, 7>, convolve_rows<3, 7>,
      convolve_rows<4, 7>}},
    {8,
     3,
     {convolve_rows<1, 8>, convolve_rows<2, 8>, convolve_rows<3, 8>, nullptr}},
};

// Whole rows of a small map; false if there is no kernel for its width.
bool convolve_map(const WideConvolution& work, const std::byte* input,
                  std::byte* output, const WideTile& tile) {
  for (const auto& kind : kRowTiles) {
    if (kind.width != work.row_pixels) continue;
    std::int64_t left = (tile.last_pixel - tile.first_pixel) / kind.width;
    std::int64_t pixel = tile.first_pixel;
    while (left > 0) {
      const std::int64_t rows = left < kind.rows ? left : kind.rows;
      for (std::int64_t b = tile.first_block; b < tile.last_block; ++b)
        kind.convolve[rows - 1](work, input, output, b, work.inputs + pixel,
                                work.outputs + pixel);
      left -= rows;
      pixel += rows * kind.width;
    }
    return true;
  }
  return false;
}

// Pixels in tiles of nearly equal size; a tile that is not full computes its
// last pixel again.
void convolve_few(const WideConvolution& work, const std::byte* input,
                  std::byte* output, const WideTile& tile) {
  const std::int64_t count = tile.last_pixel - tile.first_pixel;
  const std::int64_t tiles = (count + kLargestTile - 1) / kLargestTile;
  const std::int64_t size = (count + tiles - 1) / tiles;
  int kind = 0;
  while (kPixelTiles[kind].pixels < size) ++kind;
  for (std::int64_t first = tile.first_pixel; first < tile.last_pixel;
       first += size) {
    std::int32_t inputs[kLargestTile], outputs[kLargestTile];
    for (int p = 0; p < kPixelTiles[kind].pixels; ++p) {
      std::int64_t pixel = first + (p < size ? p : size - 1);
      if (pixel >= tile.last_pixel) pixel = tile.last_pixel - 1;
      inputs[p] = work.inputs[pixel];
      outputs[p] = work.outputs[pixel];
    }
    for (std::int64_t b = tile.first_block; b < tile.last_block; ++b)
      kPixelTiles[kind].convolve(work, input, output, b, inputs, outputs);
  }
}

// One pixel: four accumulators hide the latency of the dot product.
void multiply(const WideConvolution& work, const std::byte* pixel,
              std::byte* output, std::int64_t block) {
  __m512i sum[4] = {load(work.start + block * kWideOutputs)};
  sum[1] = sum[2] = sum[3] = _mm512_setzero_si512();
  const std::int8_t* weights =
      work.weights + std::int64_t(work.begin[block]) * kWideGroupBytes;
  const std::int32_t count = work.begin[block + 1] - work.begin[block];
  const std::int32_t* offset = work.offsets + work.begin[block];
  const auto inputs = [&](std::int32_t g) {
    return _mm512_set1_epi32(
        *reinterpret_cast<const std::int32_t*>(pixel + offset[g]));
  };
  std::int32_t g = 0;
  for (; g + 4 <= count; g += 4, weights += 4 * kWideGroupBytes)
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) {
      _mm_prefetch(weights + kPrefetchBytes + i * kWideGroupBytes, _MM_HINT_T0);
      dot(sum[i], inputs(g + i), load(weights + i * kWideGroupBytes));
    }
  for (; g < count; ++g, weights += kWideGroupBytes)
    dot(sum[0], inputs(g), load(weights));
  sum[0] = _mm512_add_epi32(_mm512_add_epi32(sum[0], sum[1]),
                            _mm512_add_epi32(sum[2], sum[3]));
  store_wide(work, sum[0], output, block);
}

// One pixel and 2-bit codes: `shift, and` leaves each code as a signed byte of
// 64 times its value, taken out of the sum at the end.
void multiply_packed(const WideConvolution& work, const std::byte* pixel,
                     std::byte* output, std::int64_t block) {
  __m512i sum[4];
  sum[0] = sum[1] = sum[2] = sum[3] = _mm512_setzero_si512();
  const __m512i code = _mm512_set1_epi8(char(0xC0));
  const std::int8_t* weights =
      work.weights + std::int64_t(work.begin[block]) * kWideGroupBytes;
  const std::int32_t* const last = work.offsets + work.begin[block + 1];
  for (const std::int32_t* offset = work.offsets + work.begin[block];
       offset != last; ++offset, weights += kWideGroupBytes) {
    _mm_prefetch(weights + kPrefetchBytes, _MM_HINT_T0);
    const __m512i packed = load(weights);
    const auto* inputs = reinterpret_cast<const std::int32_t*>(pixel + *offset);
    const __m512i quads[4] = {_mm512_slli_epi32(packed, 6),
                              _mm512_slli_epi32(packed, 4),
                              _mm512_slli_epi32(packed, 2), packed};
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i)
      dot(sum[i], _mm512_set1_epi32(inputs[i]),
          _mm512_and_si512(quads[i], code));
  }
  const __m512i scaled = _mm512_add_epi32(_mm512_add_epi32(sum[0], sum[1]),
                                          _mm512_add_epi32(sum[2], sum[3]));
  store_wide(work,
             _mm512_add_epi32(_mm512_srai_epi32(scaled, 6),
                              load(work.start + block * kWideOutputs)),
             output, block);
}

void convolve_wide(const WideConvolution& work, const std::byte* input,
                   std::byte* output, const WideTile& tile) {
  if (tile.last_pixel - tile.first_pixel != 1) {
    if (!convolve_map(work, input, output, tile))
      convolve_few(work, input, output, tile);
    return;
  }
  const auto one = work.is_packed ? multiply_packed : multiply;
  for (std::int64_t b = tile.first_block; b < tile.last_block; ++b)
    one(work, input + work.inputs[tile.first_pixel],
        output + work.outputs[tile.first_pixel], b);
}

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

const Kernels kAvx512VnniKernels = {"avx512vnni",  is_supported, convolve,
                                    convolve_wide, add,          max_pool};

}  // namespace triad::runtime
