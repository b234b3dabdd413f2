#pragma once
// Layers that are matrix products, 1x1 convolutions and Linear, on the fast
// path. On the CPU libtorch gives both to BLAS: always for Linear, for 1x1
// convolutions of fewer than 16 pictures on one thread. Where BLAS is Debian's
// plain one that is 1.5 GMAC/s instead of oneDNN's 80 (one thread of a Xeon
// guest).

#include "triad/train/torch.h"

namespace triad::train {

// A convolution [N, C, H, W] -> [N, K, H, W] of stride 1 without padding;
// weight [K, C, 1, 1], bias [K] or undefined. Differentiable.
at::Tensor pointwise(const at::Tensor& x, const at::Tensor& weight,
                     const at::Tensor& bias);

// [N, F] -> [N, K]; weight [K, F], bias [K] or undefined. Differentiable.
at::Tensor linear(const at::Tensor& x, const at::Tensor& weight,
                  const at::Tensor& bias);

}  // namespace triad::train
