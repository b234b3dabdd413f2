#pragma once
// Batch normalisation with what usually follows it: y = relu(norm(x) +
// residual), as one differentiable operation with two passes over memory
// forward and two back, where libtorch takes seven and eight. Written for float
// on the CPU in channels-last; elsewhere libtorch's own operations do the same.

#include "triad/train/torch.h"

namespace triad::train {

// Adds up over the ranks of a data-parallel run.
class Reducer {
 public:
  virtual ~Reducer() = default;
  virtual int rank() const = 0;  // in [0, ranks())
  virtual int ranks() const = 0;
  // Replaces `values` by their sum over all ranks, in place. Every rank calls
  // with equal sizes, in the same order.
  virtual void sum(at::Tensor values) = 0;
};

// The parameters of one layer, each [C].
struct BatchNormParameters {
  at::Tensor weight, bias;               // trainable
  at::Tensor running_mean, running_var;  // moved by training calls
  double epsilon = 1e-5;
  double momentum = 0.1;  // share of the new moments
};

struct BatchNormSettings {
  bool training =
      false;          // batch moments, over all ranks; else the running ones
  bool relu = false;  // end in a ReLU
  Reducer* reducer = nullptr;  // null: one rank
};

// x [N, C, H, W] or [N, C]; residual undefined or like x. Sums are taken over
// blocks of a fixed size, so the bits do not depend on the thread count.
at::Tensor batch_norm(const at::Tensor& x,
                      const BatchNormParameters& parameters,
                      const at::Tensor& residual,
                      const BatchNormSettings& settings);

// The same out of libtorch's operations: any device and type, and the judge of
// the fast form.
at::Tensor batch_norm_composite(const at::Tensor& x,
                                const BatchNormParameters& parameters,
                                const at::Tensor& residual,
                                const BatchNormSettings& settings);

}  // namespace triad::train
