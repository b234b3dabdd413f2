#pragma once
// Kernels for processors with AVX-512 (F, BW, VL, VNNI).

#include "triad/runtime/kernels/kernel.h"

namespace triad::runtime {

extern const Kernels kAvx512VnniKernels;

}  // namespace triad::runtime
