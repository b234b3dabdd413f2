#pragma once
// What the PEs of the array work on: convolutions, and what becomes one.

#include <cstdint>
#include <string>
#include <vector>

#include "triad/fpga/array/pool_parts.h"
#include "triad/fpga/array/program.h"

namespace triad::fpga {

// A stage, or a part of one, as a convolution. Of an average pool the
// convolution is that of one tap, which the step sweeps over the window, where
// `sweeps`.
struct ArrayLayer {
  Convolution convolution;
  OutputPart part;        // of the stage's output that it writes
  std::size_t input = 0;  // of the stage, that it reads
  // Filters that it writes; others are dead and leave what is there.
  std::int64_t first_filter = 0, end_filter = INT64_MAX;
  bool sweeps = false;
  bool has_table = false;     // behind the first requantiser alone
  Window window;              // the stage's
  encoding::Quantization to;  // saturates the output, before a table
};

// What makes the output of a stage, in this order: one layer, or several of an
// average pool (pool_parts.h), or one for each input of a Concat. None for
// stages that are no convolution: the picture, max pools and adds. Throws Error
// for a pool whose windows count more often than a code can say.
std::vector<ArrayLayer> make_layers(const Workload& workload,
                                    const Stage& stage,
                                    const ArraySettings& settings);

// The words of a layer in the order of its tiles, and its filters in the order
// of their sums: those of array/tiles.h, with each word's ternary terms one
// after another; each tile lasts as long as its sums take to leave.
struct LayerProgram {
  std::vector<ArrayWord> words;
  std::vector<ArrayFilter> filters;
};
LayerProgram program_layer(const ArrayLayer& layer, const Stream& input,
                           const ArraySettings& settings,
                           const std::string& name);

}  // namespace triad::fpga
