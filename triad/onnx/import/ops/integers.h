#pragma once
// What the ops on integers share: ONNX's own and ONNX Runtime's.

#include <vector>

#include "triad/onnx/import/call.h"

namespace triad::onnx {

// Scale and zero point of a whole tensor: inputs `i` and `i` + 1.
Steps steps_at(const Call& call, std::size_t i);

// A real tensor written as integers: what saturates below becomes a Relu, the
// rest of the range is left to calibration.
Tensor quantized(Call& call, const Tensor& x, const Steps& steps,
                 DataType type);

// What the integers of input `i` mean under its own scale; a tensor that means
// something else by them is rescaled.
Tensor real_input(Call& call, std::size_t i, const Steps& steps);

// The int32 bias of input `i`, which counts in steps of input scale times
// weight scale; empty if there is none.
std::vector<float> integer_bias(const Call& call, std::size_t i,
                                float input_scale, const Constant& scales);

}  // namespace triad::onnx
