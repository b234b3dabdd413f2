#pragma once
// Kernels for processors with AVX2 and no int8 dot product.

#include "triad/runtime/kernels/kernel.h"

namespace triad::runtime {

extern const Kernels kAvx2Kernels;

}  // namespace triad::runtime
