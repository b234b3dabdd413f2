#pragma once
// The slow twins: every kernel in plain C++, for every type of value.

#include "triad/runtime/kernels/kernel.h"

namespace triad::runtime {

// What a value is stored as (layout.h).
enum class Element { byte, word, real };

// The convolution kernel for any pair of types.
Convolve portable_convolve(Element input, Element output);

extern const Kernels kPortableKernels;

}  // namespace triad::runtime
