#pragma once
// How fast the kernels of one instruction set are beside each other, measured
// on this machine: Zen 5 runs sparse16x4 at 0.85 of sparse8x4's speed, Zen 4 at
// the same speed, and no table of ours could list all processors.

#include "triad/runtime/kernels/kernel.h"

namespace triad::runtime {

// Speed of convolve_wide per computed multiplication, in units of convolve's,
// on weights and pixels in the first level cache, for ternary codes or for
// those of 8 bits. Measured in the first call for each, in well under a
// millisecond; the same afterwards. Thread-safe.
double wide_speed(const Kernels& kernels, bool is_ternary);

}  // namespace triad::runtime
