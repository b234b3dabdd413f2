#pragma once
// A network of every kind of stage, for the tests of the cost model.

#include <vector>

#include "triad/fpga/cost/test_layer.h"
#include "triad/fpga/schedule.h"

namespace triad::fpga {

inline constexpr encoding::Quantization kByte{8, false, 1.0f, 0};

inline Stream stream(std::int64_t channels, std::int64_t height,
                     std::int64_t width) {
  return {channels, height, width, kByte};
}

inline Convolution linear(std::int64_t filters, std::int64_t channels) {
  Convolution layer = pruned_layer(filters, channels, 1, 0, 1);
  layer.window.top = layer.window.left = 0;
  layer.logits = true;
  layer.requantization.multiplier.clear();
  return layer;
}

inline InputTable identity(std::int64_t channels) {
  InputTable input;
  for (std::int64_t i = 0; i < 256 * channels; ++i)
    input.table.push_back(std::int16_t(i % 256));
  return input;
}

inline graph::Requantization halves(std::size_t inputs) {
  graph::Requantization result;
  result.multiplier.assign(inputs, 8000);
  result.shift = 7;
  return result;
}

// Strides, padding, a residual block with a shortcut that subsamples and adds
// channels, both pools, averages over different numbers of pixels, a Concat of
// two paths, a Linear.
inline Workload every_stage() {
  Workload workload;
  workload.name = "every_stage";
  Convolution conv1 = pruned_layer(8, 3, 3, 0, 3);
  Convolution conv2 = pruned_layer(16, 8, 3, 0.5, 4);
  conv2.window.stride = {2, 2};
  Convolution conv3 = pruned_layer(16, 16, 3, 0.5, 4);
  AveragePool average{{{4, 4}, {1, 1}, 0, 0}, halves(1)};
  AveragePool smooth{{{3, 3}, {1, 1}, 1, 1}, halves(1), 36};
  MaxPool largest{{{3, 3}, {2, 2}, 1, 1}};
  workload.stages = {
      {"input", identity(3), {}, stream(3, 16, 16)},
      {"conv1", conv1, {0}, stream(8, 16, 16)},
      {"conv2", conv2, {1}, stream(16, 8, 8)},
      {"conv3", conv3, {2}, stream(16, 8, 8)},
      {"shortcut", Subsample{{0, 0}, {2, 2}, 4, 4}, {1}, stream(16, 8, 8)},
      {"add", Add{halves(2), 0}, {3, 4}, stream(16, 8, 8)},
      {"smooth", smooth, {5}, stream(16, 8, 8)},
      {"concat", Concat{}, {6, 5}, stream(32, 8, 8)},
      {"largest", largest, {7}, stream(32, 4, 4)},
      {"average", average, {8}, stream(32, 1, 1)},
      {"linear", linear(10, 32), {9}, stream(10, 1, 1)}};
  workload.logit_scale.assign(10, 1);
  return workload;
}

using Foldings = std::vector<Folding>;

// Lanes that match, that have to be split or joined, and units.
inline const Foldings kFoldings[] = {{{.lanes = 3},
                                      {1, 2, 3, 1},
                                      {2, 2, 4, 2},
                                      {4, 1, 4, 1},
                                      {.lanes = 4},
                                      {.lanes = 4},
                                      {.lanes = 8},
                                      {.lanes = 4},
                                      {.lanes = 4},
                                      {.lanes = 4},
                                      {1, 1, 4, 1}},
                                     {{.lanes = 3},
                                      {2, 4, 1, 2},
                                      {1, 8, 8, 4},
                                      {2, 1, 16, 1},
                                      {.lanes = 2},
                                      {.lanes = 16},
                                      {.lanes = 16},
                                      {.lanes = 8},
                                      {.lanes = 3},
                                      {.lanes = 1},
                                      {1, 2, 6, 1}}};

}  // namespace triad::fpga
