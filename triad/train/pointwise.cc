#include "triad/train/pointwise.h"

namespace triad::train {
namespace {

// From so many pictures on libtorch takes oneDNN whatever the thread count.
constexpr std::int64_t kEnough = 16;

bool has_onednn(const at::Tensor& x) {
  return x.device().is_cpu() && at::globalContext().userEnabledMkldnn() &&
         at::hasMKLDNN();
}

}  // namespace

// A sum over channels does not know which picture a pixel is of: the pixels
// become those of `kEnough` pictures, a view of the same memory.
at::Tensor pointwise(const at::Tensor& x, const at::Tensor& weight,
                     const at::Tensor& bias) {
  const std::int64_t rows = x.size(0) * x.size(2);
  const std::int64_t pixels = rows * x.size(3);
  const std::int64_t pictures = pixels % kEnough == 0 ? kEnough : rows;
  if (x.size(0) >= kEnough || pictures < kEnough || !has_onednn(x))
    return at::conv2d(x, weight, bias);
  const at::Tensor apart = x.permute({0, 2, 3, 1})
                               .reshape({pictures, 1, -1, x.size(1)})
                               .permute({0, 3, 1, 2});
  return at::conv2d(apart, weight, bias)
      .permute({0, 2, 3, 1})
      .reshape({x.size(0), x.size(2), x.size(3), weight.size(0)})
      .permute({0, 3, 1, 2});
}

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight,
                  const at::Tensor& bias) {
  if (x.dim() != 2 || x.size(0) < kEnough || !has_onednn(x))
    return at::linear(x, weight, bias);
  return at::conv2d(x.view({x.size(0), x.size(1), 1, 1}),
                    weight.view({weight.size(0), weight.size(1), 1, 1}), bias)
      .flatten(1);
}

}  // namespace triad::train
