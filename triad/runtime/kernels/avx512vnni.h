#pragma once
// Kernels for processors with AVX-512 (F, BW, VL, VNNI).

#include "triad/runtime/kernels/kernel.h"

namespace triad::runtime {

// Parts of the table that have sources of their own.
void avx512_convolve(const Convolution& work, const std::byte* input,
                     std::byte* output, const Tile& tile);
void avx512_convolve_wide(const WideConvolution& work, const std::byte* input,
                          std::byte* output, const WideTile& tile);

extern const Kernels kAvx512VnniKernels;

}  // namespace triad::runtime
