#pragma once
// The operations of a network, each a small struct of attributes. Weights live
// in the node.

#include <array>
#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

namespace triad::graph {

// Padding as {top, left, bottom, right}, in pixels.
using Padding = std::array<std::int64_t, 4>;
using Pair = std::array<std::int64_t, 2>;  // {vertical, horizontal}

struct Input {};  // the network's picture; no inputs
struct Conv2d {   // parameters: weight [K, C / groups, R, S], optional bias [K]
  std::int64_t outputs = 1;
  Pair kernel{1, 1}, stride{1, 1}, dilation{1, 1};
  Padding padding{0, 0, 0, 0};
  std::int64_t groups = 1;
};
struct Linear {  // parameters: weight [K, C], optional bias [K]
  std::int64_t outputs = 1;
};
struct BatchNorm {  // parameters [C]: weight, bias, running_mean, running_var
  float epsilon = 1e-5f;
};
struct Relu {};
struct Relu6 {};
struct MaxPool {
  Pair kernel{2, 2}, stride{2, 2};
  Padding padding{0, 0, 0, 0};
  bool ceil_mode = false;
};
struct AveragePool {
  Pair kernel{2, 2}, stride{2, 2};
  Padding padding{0, 0, 0, 0};
  bool ceil_mode = false;
  bool count_padding = true;  // padded zeros count in the divisor
};
struct GlobalAveragePool {};  // [C, H, W] to [C, 1, 1]
struct Add {};                // two or more inputs of equal shape
struct Concat {};             // along channels
struct Flatten {};            // [C, H, W] to [C * H * W]
struct Pad {  // zeros around height and width, and around channels
  Padding padding{0, 0, 0, 0};
  std::int64_t channels_before = 0, channels_after = 0;
};
struct StridedSlice {  // every stride-th row and column from 0: the option-A
                       // shortcut
  Pair stride{2, 2};
};
struct Dropout {
  float probability = 0.5f;  // identity outside training
};
struct Softmax {};

using Op = std::variant<Input, Conv2d, Linear, BatchNorm, Relu, Relu6, MaxPool,
                        AveragePool, GlobalAveragePool, Add, Concat, Flatten,
                        Pad, StridedSlice, Dropout, Softmax>;

std::string_view name(const Op& op);  // "conv2d", "strided_slice"

}  // namespace triad::graph
