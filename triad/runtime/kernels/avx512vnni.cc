#include "triad/runtime/kernels/avx512vnni.h"

namespace triad::runtime {
namespace {

bool is_supported() {
  return __builtin_cpu_supports("avx512f") &&
         __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512vnni");
}

}  // namespace

const Kernels kAvx512VnniKernels = {.name = "avx512vnni",
                                    .is_supported = is_supported,
                                    .convolve = avx512_convolve,
                                    .convolve_wide = avx512_convolve_wide,
                                    .add = avx512_add,
                                    .max_pool = avx512_max_pool,
                                    .look_up = avx512_look_up,
                                    .copy_even = avx512_copy_even,
                                    .pack_row = avx512_pack_row};

}  // namespace triad::runtime
