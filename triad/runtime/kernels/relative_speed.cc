#include "triad/runtime/kernels/relative_speed.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "triad/runtime/aligned.h"

namespace triad::runtime {
namespace {

// One layer of 16 outputs whose groups read a few kilobytes of input, as many
// as a layer of 64 channels has, so that what comes once a block weighs as
// little; as wide as the tiles of convolve_wide that are used most.
constexpr std::int64_t kGroups = 512, kRows = 4, kWidth = 7;
constexpr std::int64_t kPixels = kRows * kWidth;
constexpr std::int64_t kVectors = 3;  // of convolve
constexpr std::int64_t kInputBytes = 4096 + kReadSlackBytes;
// The fastest of many short runs: others may use the machine.
constexpr int kRuns = 25;
constexpr double kMostSeconds = 2e-4;

template <typename Run>
double fastest_seconds(Run run) {
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  double fastest = 1;
  for (int i = 0; i < kRuns; ++i) {
    const auto start = Clock::now();
    run();
    const auto end = Clock::now();
    const std::chrono::duration<double> took = end - start;
    const std::chrono::duration<double> all = end - begin;
    fastest = std::min(fastest, took.count());
    if (i > 0 && all.count() > kMostSeconds) break;
  }
  return fastest;
}

struct Layer {
  AlignedBytes input = allocate_aligned(kInputBytes);
  AlignedBytes output = allocate_aligned(kInputBytes);
  AlignedBytes weights = allocate_aligned(kGroups * kWideGroupBytes + 4096);
  std::vector<std::int32_t> offsets;
  std::array<std::int32_t, 16> start = {};
  std::array<std::int16_t, 16> multiplier = {};

  Layer() {
    std::fill_n(input.get(), kInputBytes, std::byte(1));
    std::fill_n(weights.get(), kGroups * kWideGroupBytes + 4096, std::byte(1));
    for (std::int64_t i = 0; i < 2 * kGroups; ++i)
      offsets.push_back(std::int32_t(i * 52 % 3328));
  }
  const std::int8_t* codes() const {
    return reinterpret_cast<const std::int8_t*>(weights.get());
  }
  Requantise requantise() const {
    return {.multiplier = multiplier.data(), .highest = 255};
  }
};

double measure(const Kernels& kernels, bool is_ternary) {
  const Layer layer;
  const std::int32_t narrow_begin[] = {0, kGroups, 2 * kGroups};
  PixelVector vectors[kVectors];
  for (int v = 0; v < kVectors; ++v)
    vectors[v] = {v * 64, v * 64, (1u << kVectorPixels) - 1};
  const Convolution narrow{.begin = narrow_begin,
                           .offsets = layer.offsets.data(),
                           .weights = layer.codes(),
                           .is_ternary = is_ternary,
                           .start = layer.start.data(),
                           .requantise = layer.requantise(),
                           .vectors = vectors,
                           .output_plane = 256,
                           .output_quads = 4};
  const std::int32_t wide_begin[] = {0, kGroups};
  std::int32_t inputs[kPixels], outputs[kPixels];
  for (int p = 0; p < kPixels; ++p)
    inputs[p] = outputs[p] = std::int32_t((p / kWidth * 8 + p % kWidth) * 4);
  const WideConvolution wide{.begin = wide_begin,
                             .offsets = layer.offsets.data(),
                             .weights = layer.codes(),
                             .is_ternary = is_ternary,
                             .start = layer.start.data(),
                             .requantise = layer.requantise(),
                             .inputs = inputs,
                             .outputs = outputs,
                             .row_pixels = kWidth,
                             .output_plane = 256,
                             .output_quads = 4};
  const double narrow_seconds = fastest_seconds([&] {
    kernels.convolve(narrow, layer.input.get(), layer.output.get(),
                     {0, 2, 0, kVectors});
  });
  const double wide_seconds = fastest_seconds([&] {
    kernels.convolve_wide(wide, layer.input.get(), layer.output.get(),
                          {0, 1, 0, kPixels});
  });
  const double narrow_macs = 2 * kGroups * 32 * kVectors * kVectorPixels;
  const double wide_macs = kGroups * kWideGroupBytes * kPixels;
  return wide_macs / wide_seconds / (narrow_macs / narrow_seconds);
}

}  // namespace

double wide_speed(const Kernels& kernels, bool is_ternary) {
  static std::mutex mutex;
  static std::map<std::pair<const Kernels*, bool>, double> speeds;
  const std::lock_guard lock(mutex);
  const std::pair key(&kernels, is_ternary);
  if (const auto found = speeds.find(key); found != speeds.end())
    return found->second;
  return speeds[key] = measure(kernels, is_ternary);
}

}  // namespace triad::runtime
