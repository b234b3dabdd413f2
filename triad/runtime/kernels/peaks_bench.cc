// What this processor could compute at best, from registers alone: the peaks
// that kernels_bench and `triad bench --peak` are held against.
//   runtime_peaks_bench

#include <benchmark/benchmark.h>

#if defined(__x86_64__)

#include <immintrin.h>

namespace triad::runtime {
namespace {

constexpr int kAccumulators = 12;  // hide the latency of any of these
constexpr int kRounds = 1000;

void report(benchmark::State& state, double macs_per_instruction) {
  state.counters["GMAC/s"] =
      benchmark::Counter(macs_per_instruction * kAccumulators * kRounds *
                             double(state.iterations()) / 1e9,
                         benchmark::Counter::kIsRate);
}

// 64 u8 x s8 products an instruction.
__attribute__((target("avx512f"))) void vnni(benchmark::State& state) {
  if (!__builtin_cpu_supports("avx512vnni")) {
    state.SkipWithError("this machine has no AVX-512 VNNI");
    return;
  }
  for (auto _ : state)
    for (int i = 0; i < kRounds; ++i)
      asm volatile(
          "vpdpbusd %%zmm14, %%zmm13, %%zmm0\n\t"
          "vpdpbusd %%zmm14, %%zmm13, %%zmm1\n\t"
          "vpdpbusd %%zmm14, %%zmm13, %%zmm2\n\t"
          "vpdpbusd %%zmm14, %%zmm13, %%zmm3\n\t"
          "vpdpbusd %%zmm14, %%zmm13, %%zmm4\n\t"
          "vpdpbusd %%zmm14, %%zmm13, %%zmm5\n\t"
          "vpdpbusd %%zmm14, %%zmm13, %%zmm6\n\t"
          "vpdpbusd %%zmm14, %%zmm13, %%zmm7\n\t"
          "vpdpbusd %%zmm14, %%zmm13, %%zmm8\n\t"
          "vpdpbusd %%zmm14, %%zmm13, %%zmm9\n\t"
          "vpdpbusd %%zmm14, %%zmm13, %%zmm10\n\t"
          "vpdpbusd %%zmm14, %%zmm13, %%zmm11" ::
              : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7",
                "xmm8", "xmm9", "xmm10", "xmm11");
  report(state, 64);
}
BENCHMARK(vnni);

// One step of generic int8 without VNNI: every pair of products widened.
#define GENERIC(sum)                         \
  "vpmaddubsw %%ymm14, %%ymm13, %%ymm15\n\t" \
  "vpmaddwd %%ymm12, %%ymm15, %%ymm15\n\t"   \
  "vpaddd %%ymm15, %%ymm" #sum ", %%ymm" #sum "\n\t"
// One of ternary codes: 16-bit sums.
#define TERNARY(sum)                         \
  "vpmaddubsw %%ymm14, %%ymm13, %%ymm15\n\t" \
  "vpaddw %%ymm15, %%ymm" #sum ", %%ymm" #sum "\n\t"
#define TWELVE(step)                                                      \
  step(0) step(1) step(2) step(3) step(4) step(5) step(6) step(7) step(8) \
      step(9) step(10) step(11)
#define CLOBBERS                                                          \
  "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", \
      "xmm9", "xmm10", "xmm11", "xmm15"

__attribute__((target("avx2"))) void generic_avx2(benchmark::State& state) {
  for (auto _ : state)
    for (int i = 0; i < kRounds; ++i) asm volatile(TWELVE(GENERIC)::: CLOBBERS);
  report(state, 32);
}
BENCHMARK(generic_avx2);

__attribute__((target("avx2"))) void ternary_avx2(benchmark::State& state) {
  for (auto _ : state)
    for (int i = 0; i < kRounds; ++i) asm volatile(TWELVE(TERNARY)::: CLOBBERS);
  report(state, 32);
}
BENCHMARK(ternary_avx2);

}  // namespace
}  // namespace triad::runtime

#endif  // __x86_64__
