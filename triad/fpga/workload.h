#pragma once
// What the FPGA target has to do for a lowered graph: a list of stages between
// streams of pixels. Everything else of the target (schedule, netlist, cycle
// and resource model, search) reads this list, never the graph.
//
// What only moves disappears: a Flatten before a Linear makes it a convolution
// whose kernel (and stride) is the whole picture, a Dropout nothing. A Linear
// is a convolution of a [C, 1, 1] picture. Grouped convolutions are full ones
// with dead weights, dilated ones have dead taps. A Concat becomes an Add of
// one stream where an input has another quantization, then joins two by two.
// What follows the logits is left out (logits.h).

#include <array>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "triad/graph/executor.h"
#include "triad/graph/graph.h"

namespace triad::fpga {

// A picture between stages: bytes of one quantization, pixel after pixel, row
// by row. 8-bit only: 16-bit values are wider than the data path.
struct Stream {
  std::int64_t channels = 1, height = 1, width = 1;
  encoding::Quantization quantization;
  std::int64_t pixels() const { return height * width; }
};

// Bytes of a picture to integers, by the graph's input table.
struct InputTable {
  std::vector<std::int16_t> table;  // [C][256]
};

// A window that slides over the input. Padding is real zero.
struct Window {
  graph::Pair kernel{1, 1}, stride{1, 1};
  std::int64_t top = 0, left = 0;  // padding above and to the left
};

struct Convolution {
  Window window;
  std::int64_t filters = 1;
  // What a PE does with a code: 2: adds, wider codes as several ternary terms
  // (schedule.h); 8: multiplies.
  int weight_bits = 2;
  std::vector<std::int8_t> codes;  // [K][C][R][S]
  graph::Requantization requantization;
  bool logits = false;  // the sums with their bias leave as int32
};

struct MaxPool {
  Window window;
};

// Sums of windows; requantised as a convolution of one multiplier.
struct AveragePool {
  Window window;
  graph::Requantization requantization;
  // 0: all windows divide by one number. Else each divides by its n pixels
  // inside the picture, of which this is the least common multiple: its sum
  // counts common / n times.
  std::int64_t common = 0;
};

// Sum of one or two streams of equal shape; one is a Relu that stands alone.
struct Add {
  graph::Requantization requantization;
  std::int32_t lowest = 0;  // output's lowest, or its zero point after a Relu
};

// The pixels of two streams of one size and quantization with the channels of
// the first before those of the second.
struct Concat {};

// Every stride-th row and column from first on, and channels of zeros around:
// the shortcut of a ResNet for CIFAR (Slice, Pad).
struct Subsample {
  graph::Pair first{0, 0}, stride{1, 1};
  std::int64_t channels_before = 0, channels_after = 0;
};

// A function of each byte: LeakyRelu, Sigmoid, ...
struct Table {
  std::vector<std::int16_t> table;  // [256], from the input's lowest on
};

using Work = std::variant<InputTable, Convolution, MaxPool, AveragePool, Add,
                          Subsample, Table, Concat>;

struct Stage {
  std::string name;  // the node's
  Work work;
  std::vector<int> inputs;  // stages; empty for the input table
  Stream output;            // logits: [K, 1, 1], quantization unused
};

// Topological; the first stage is the input table, the last gives the logits.
// A stage whose output several stages read is forked.
struct Workload {
  std::string name;  // the graph's
  std::vector<Stage> stages;
  std::vector<float> logit_scale;  // [K]: logit = scale * sum

  const Stream& input(const Stage& stage, std::size_t i = 0) const {
    return stages[std::size_t(stage.inputs[i])].output;
  }
};

// The window of a convolution or pool, else null.
const Window* window_of(const Work& work);

// How many rows and columns of the window of output pixel (y, x) lie inside the
// picture.
graph::Pair inside(const Window& window, const Stream& input, std::int64_t y,
                   std::int64_t x);

// Throws Error that names the node and why the target cannot run it: a graph
// that is not lowered, several subnets or outputs, an output that is no logits,
// 16-bit values, an op without a stage.
Workload make_workload(const graph::Graph& graph);

// The reason why `node` has no stage, or yes; looks at nothing but the node.
graph::Support supports(const graph::Node& node);

}  // namespace triad::fpga
