// 16 outputs side by side, an input broadcast for each pixel: sparse16x4 for
// small maps, gemv2 and gemv8 for one pixel.

#include "triad/runtime/kernels/avx512_wide.h"
#include "triad/runtime/kernels/avx512vnni.h"

namespace triad::runtime {
namespace {

// Sums of 16 outputs for pixels one by one.
__attribute__((noinline)) void store_pixels(
    const WideConvolution& work, const __m512i* sums, std::byte* output,
    std::int64_t block, const std::int32_t* outputs, int count) {
  const AdditionVectors addition = residual_vectors(work.residual);
  for (int p = 0; p < count; ++p)
    store_wide(work, sums[p], output + outputs[p], block, addition);
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
      dot(sum[p], dword(pixels + inputs[p]), weight);
  }
  // Through memory, so that one function stores for all of these.
  __m512i stored[kPixels];
#pragma GCC unroll 28
  for (int p = 0; p < kPixels; ++p) stored[p] = sum[p];
  store_pixels(work, stored, output, block, outputs, kPixels);
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

// Pixels that are stored at a time.
constexpr int kQuadPixels = 4;

struct Numbers {
  __m512i multiplier, zero;
  __m128i shift;
  AdditionVectors addition;
};

TRIAD_INLINE Numbers block_numbers(const WideConvolution& work,
                                   std::int64_t block) {
  const Requantise& to = work.requantise;
  // Four multipliers for each quad of outputs, twice in its 128-bit lane.
  const auto* multipliers =
      reinterpret_cast<const __m256i*>(to.multiplier + block * kWideOutputs);
  const __m512i multiplier = _mm512_permutexvar_epi64(
      _mm512_setr_epi64(0, 0, 1, 1, 2, 2, 3, 3),
      _mm512_castsi256_si512(_mm256_loadu_si256(multipliers)));
  return {multiplier, _mm512_set1_epi16(short(to.zero)),
          _mm_cvtsi32_si128(to.shift), residual_vectors(work.residual)};
}

// Sums [4 pixels][16 outputs] to bytes [4 quads of outputs][4 pixels][4], which
// are neighbours in memory.
TRIAD_INLINE __m512i requantise(const __m512i* sums, const Numbers& to) {
  __m512i ab = _mm512_packs_epi32(_mm512_sra_epi32(sums[0], to.shift),
                                  _mm512_sra_epi32(sums[1], to.shift));
  __m512i cd = _mm512_packs_epi32(_mm512_sra_epi32(sums[2], to.shift),
                                  _mm512_sra_epi32(sums[3], to.shift));
  ab = _mm512_adds_epi16(_mm512_mulhrs_epi16(ab, to.multiplier), to.zero);
  cd = _mm512_adds_epi16(_mm512_mulhrs_epi16(cd, to.multiplier), to.zero);
  return _mm512_packus_epi16(ab, cd);
}

// 16 bytes of each of `quads` quads, side by side.
TRIAD_INLINE __m512i load_quads(const std::byte* from, std::int64_t plane,
                                int quads) {
  const auto quad = [&](int i) {
    return _mm_loadu_si128(
        reinterpret_cast<const __m128i*>(from + (i < quads ? i : 0) * plane));
  };
  const __m512i front =
      _mm512_inserti32x4(_mm512_castsi128_si512(quad(0)), quad(1), 1);
  return _mm512_inserti32x4(_mm512_inserti32x4(front, quad(2), 2), quad(3), 3);
}

TRIAD_INLINE void store_quads(std::byte* to, std::int64_t plane, int quads,
                              __mmask8 mask, __m512i bytes) {
  _mm_mask_storeu_epi32(to, mask, _mm512_castsi512_si128(bytes));
  if (quads > 1)
    _mm_mask_storeu_epi32(to + plane, mask,
                          _mm512_extracti32x4_epi32(bytes, 1));
  if (quads > 2)
    _mm_mask_storeu_epi32(to + 2 * plane, mask,
                          _mm512_extracti32x4_epi32(bytes, 2));
  if (quads > 3)
    _mm_mask_storeu_epi32(to + 3 * plane, mask,
                          _mm512_extracti32x4_epi32(bytes, 3));
}

struct Rows {
  const std::int32_t* outputs;
  int count, width;
};

// Sums of 16 outputs for whole rows to where they belong; up to three more than
// there are may be read. A quarter of what pixels cost one by one.
__attribute__((noinline)) void store_rows(const WideConvolution& work,
                                          const __m512i* sums,
                                          std::byte* output, std::int64_t block,
                                          const Rows& rows) {
  if (work.requantise.logit_scale) {
    store_pixels(work, sums, output, block, rows.outputs,
                 rows.count * rows.width);
    return;
  }
  const Numbers numbers = block_numbers(work, block);
  const std::int64_t plane = work.output_plane;
  const std::int64_t left = work.output_quads - block * 4;
  const int quads = left < 4 ? int(left) : 4;
  for (int r = 0; r < rows.count; ++r, sums += rows.width) {
    std::byte* row = output + rows.outputs[r * rows.width] + block * 4 * plane;
    for (int x = 0; x < rows.width; x += kQuadPixels) {
      const int pixels = rows.width - x;
      const auto mask = __mmask8(pixels < kQuadPixels ? (1 << pixels) - 1 : 15);
      std::byte* to = row + x * 4;
      __m512i bytes = requantise(sums + x, numbers);
      if (work.residual.numbers)
        bytes = add_bytes(bytes,
                          load_quads(to + work.residual.distance, plane, quads),
                          numbers.addition);
      store_quads(to, plane, quads, mask, bytes);
    }
  }
}

// convolve_pixels for kRows rows of kWidth pixels: their inputs are found from
// the first of each row, which takes a load less per pixel.
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
#pragma GCC unroll 28
      for (int x = 0; x < kWidth; ++x)
        dot(sum[r * kWidth + x], dword(rows[r] + *offset + x * 4), weight);
  }
  // As in convolve_pixels.
  __m512i stored[kPixels + kQuadPixels - 1];
#pragma GCC unroll 28
  for (int p = 0; p < kPixels; ++p) stored[p] = sum[p];
  for (int p = kPixels; p < kPixels + kQuadPixels - 1; ++p) stored[p] = start;
  store_rows(work, stored, output, block, {outputs, kRows, kWidth});
}

// Widths of maps, with as many rows as registers hold; a row of 56 is two
// of 28.
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
    {14, 2, {convolve_rows<1, 14>, convolve_rows<2, 14>, nullptr, nullptr}},
    {28, 1, {convolve_rows<1, 28>, nullptr, nullptr, nullptr}},
};

// A row of one tile or of several long ones, for less loads than pixels cost
// one by one.
constexpr int kLongRow = 28;

// Whole rows of a map; false if there is no kernel for its width.
bool convolve_map(const WideConvolution& work, const std::byte* input,
                  std::byte* output, const WideTile& tile) {
  for (const auto& kind : kRowTiles) {
    if (kind.width != work.row_pixels &&
        (kind.width < kLongRow || work.row_pixels % kind.width != 0))
      continue;
    const std::int64_t all = (tile.last_pixel - tile.first_pixel) / kind.width;
    // All rows before the next block: its weights are fetched once.
    for (std::int64_t b = tile.first_block; b < tile.last_block; ++b)
      for (std::int64_t row = 0; row < all; row += kind.rows) {
        const std::int64_t rows = all - row < kind.rows ? all - row : kind.rows;
        const std::int64_t pixel = tile.first_pixel + row * kind.width;
        kind.convolve[rows - 1](work, input, output, b, work.inputs + pixel,
                                work.outputs + pixel);
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
  const auto inputs = [&](std::int32_t g) { return dword(pixel + offset[g]); };
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
  store_wide(work, sum[0], output, block, residual_vectors(work.residual));
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
    const __m512i quads[4] = {_mm512_slli_epi32(packed, 6),
                              _mm512_slli_epi32(packed, 4),
                              _mm512_slli_epi32(packed, 2), packed};
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i)
      dot(sum[i], dword(pixel + *offset + i * 4),
          _mm512_and_si512(quads[i], code));
  }
  const __m512i scaled = _mm512_add_epi32(_mm512_add_epi32(sum[0], sum[1]),
                                          _mm512_add_epi32(sum[2], sum[3]));
  store_wide(work,
             _mm512_add_epi32(_mm512_srai_epi32(scaled, 6),
                              load(work.start + block * kWideOutputs)),
             output, block, residual_vectors(work.residual));
}

}  // namespace

void avx512_convolve_wide(const WideConvolution& work, const std::byte* input,
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

}  // namespace triad::runtime
