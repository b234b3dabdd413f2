#include "triad/runtime/kernels/avx2.h"

#include "triad/runtime/kernels/portable.h"

namespace triad::runtime {
namespace {

bool is_supported() { return __builtin_cpu_supports("avx2"); }

void look_up(const std::uint8_t* const* rows, const std::uint8_t* const* tables,
             int channels, std::byte* pixels, std::int64_t count) {
  kPortableKernels.look_up(rows, tables, channels, pixels, count);
}

}  // namespace

const Kernels kAvx2Kernels = {.name = "avx2",
                              .is_supported = is_supported,
                              .convolve = avx2_convolve,
                              .convolve_wide = avx2_convolve_wide,
                              .add = avx2_add,
                              .max_pool = avx2_max_pool,
                              .look_up = look_up,
                              .copy_even = avx2_copy_even,
                              .pack_row = avx2_pack_row};

}  // namespace triad::runtime
