#pragma once
// Kernels for processors with AVX-512 (F, BW, VL, VNNI), and with VBMI, too.

#include "triad/runtime/kernels/kernel.h"

namespace triad::runtime {

// Parts of the table that have sources of their own.
void avx512_convolve(const Convolution& work, const std::byte* input,
                     std::byte* output, const Tile& tile);
void avx512_convolve_wide(const WideConvolution& work, const std::byte* input,
                          std::byte* output, const WideTile& tile);

void avx512_add(const PlaneAddition& work, const std::byte* a,
                const std::byte* b, std::byte* output, std::int64_t first,
                std::int64_t last);
void avx512_max_pool(const Maximum& work, const std::uint8_t* input,
                     std::uint8_t* output);
void avx512_look_up(const std::uint8_t* const* rows,
                    const std::uint8_t* const* tables, int channels,
                    std::byte* pixels, std::int64_t count);
void avx512_copy_even(const std::byte* from, std::byte* to, std::int64_t count);
void avx512_pack_row(const PackSources& sources, const std::byte* from,
                     std::byte* to, std::int64_t count);

extern const Kernels kAvx512VnniKernels, kAvx512VbmiKernels;

}  // namespace triad::runtime
