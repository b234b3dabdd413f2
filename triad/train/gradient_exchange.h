#pragma once
// Averages gradients over the ranks of a data-parallel run, in one message.

#include <vector>

#include "triad/train/network.h"

namespace triad::train {

class GradientExchange {
 public:
  // reducer null: one rank, nothing is exchanged.
  GradientExchange(std::vector<NamedTensor> parameters, Reducer* reducer);

  // Makes every rank's parameters and buffers those of rank 0. Throws Error
  // unless all ranks are at the same step.
  void start(Network& network, std::int64_t step);
  // Replaces gradients by their mean over ranks and returns the mean of `loss`.
  // An interrupt of any rank is seen by all, at the same step.
  double average(double loss, bool interrupted);
  bool interrupted() const { return interrupted_; }

 private:
  std::vector<NamedTensor> parameters_;
  Reducer* reducer_;
  bool interrupted_ = false;
};

}  // namespace triad::train
