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
// Functions of each element x on its own (element_function.h).
struct LeakyRelu {  // slope * x where x < 0
  float slope = 0.01f;
};
struct Clip {  // to low..high; {0, 6} is ReLU6
  float low = 0.0f, high = 6.0f;
};
struct HardSigmoid {  // alpha * x + beta, clipped to 0..1
  float alpha = 1.0f / 6, beta = 0.5f;
};
struct HardSwish {};  // x * (x / 6 + 1 / 2, clipped to 0..1)
struct Sigmoid {};
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
// Two inputs of equal shape; or one of them is [C, 1, 1], a factor for each
// channel of the other (squeeze and excitation).
struct Mul {};
struct Concat {};   // along the first axis: channels, rows or features
struct Flatten {};  // any shape to [elements], row-major
// A detector's head: [C, H, W] to [H * W * C / columns, columns], pixel after
// pixel, the channels of each together.
struct ChannelsLast {
  std::int64_t columns = 1;
};
struct Pad {  // zeros around height and width, and around channels
  Padding padding{0, 0, 0, 0};
  std::int64_t channels_before = 0, channels_after = 0;
};
// start, start + stride, ... below stop; a stop beyond the end is the end.
struct Range {
  static constexpr std::int64_t kEnd = INT32_MAX;
  std::int64_t start = 0, stop = kEnd, stride = 1;
  bool operator==(const Range&) const = default;
};
struct Slice {  // of [C, H, W]
  Range channels, rows, columns;
};
struct Resize {  // each pixel becomes factor[0] x factor[1] equal ones
  Pair factor{2, 2};
};
struct Dropout {
  float probability = 0.5f;  // identity outside training
};
struct Softmax {};  // over the last axis of [F] or [R, F]

using Op = std::variant<Input, Conv2d, Linear, BatchNorm, Relu, LeakyRelu, Clip,
                        HardSigmoid, HardSwish, Sigmoid, MaxPool, AveragePool,
                        GlobalAveragePool, Add, Mul, Concat, Flatten,
                        ChannelsLast, Pad, Slice, Resize, Dropout, Softmax>;

std::string_view name(const Op& op);  // "conv2d", "channels_last"

}  // namespace triad::graph
