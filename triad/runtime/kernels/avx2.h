#pragma once
// Kernels for processors with AVX2 and no int8 dot product.

#include "triad/runtime/kernels/kernel.h"

namespace triad::runtime {

// Parts of the table that have sources of their own.
void avx2_convolve(const Convolution& work, const std::byte* input,
                   std::byte* output, const Tile& tile);
void avx2_convolve_wide(const WideConvolution& work, const std::byte* input,
                        std::byte* output, const WideTile& tile);
void avx2_add(const PlaneAddition& work, const std::byte* a, const std::byte* b,
              std::byte* output, std::int64_t first, std::int64_t last);
void avx2_max_pool(const Maximum& work, const std::uint8_t* input,
                   std::uint8_t* output);
void avx2_copy_even(const std::byte* from, std::byte* to, std::int64_t count);
void avx2_pack_row(const PackSources& sources, const std::byte* from,
                   std::byte* to, std::int64_t count);

extern const Kernels kAvx2Kernels;

}  // namespace triad::runtime
