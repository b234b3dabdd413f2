#pragma once
// What the PEs of the array work on: convolutions, and what becomes one.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "triad/fpga/array/program.h"

namespace triad::fpga {

// A stage as a convolution. Of an average pool the convolution is that of one
// tap, which the step sweeps over the window, where `sweeps`.
struct ArrayLayer {
  Convolution convolution;
  bool sweeps = false;
  Window window;              // the stage's
  encoding::Quantization to;  // saturates the output, before a table
};

// `pes` as the step uses them. Nothing for stages that are no convolution: the
// picture, max pools and adds.
std::optional<ArrayLayer> make_layer(const Workload& workload,
                                     const Stage& stage,
                                     const ArraySettings& settings);

// The words of a layer in the order of its tiles, and its filters in the order
// of their sums: schedule.h's, with each word's ternary terms one after
// another; each tile lasts at least `pes` cycles, in which its sums leave.
struct LayerProgram {
  std::vector<ArrayWord> words;
  std::vector<ArrayFilter> filters;
};
LayerProgram program_layer(const ArrayLayer& layer, const Stream& input,
                           const ArraySettings& settings,
                           const std::string& name);

}  // namespace triad::fpga
