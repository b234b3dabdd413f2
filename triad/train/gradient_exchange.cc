#include "triad/train/gradient_exchange.h"

#include "triad/base/error.h"

namespace triad::train {

GradientExchange::GradientExchange(std::vector<NamedTensor> parameters,
                                   Reducer* reducer)
    : parameters_(std::move(parameters)), reducer_(reducer) {}

void GradientExchange::start(Network& network, std::int64_t step) {
  if (reducer_ == nullptr) return;
  const at::Tensor steps = at::full({1}, step, at::kLong);
  reducer_->sum(steps);
  require(steps.item<std::int64_t>() == step * reducer_->ranks(),
          "data parallel: ranks resume from different steps; all must see the "
          "same run folder");
  const at::NoGradGuard no_gradient;
  std::vector<NamedTensor> all = network.parameters();
  for (NamedTensor& buffer : network.buffers())
    all.push_back(std::move(buffer));
  for (NamedTensor& value : all) {
    // A sum in which only rank 0 takes part is a broadcast, and exact.
    if (reducer_->rank() != 0) value.tensor.zero_();
    reducer_->sum(value.tensor);
  }
}

double GradientExchange::average(double loss, bool interrupted) {
  if (reducer_ == nullptr) {
    interrupted_ = interrupted;
    return loss;
  }
  const at::NoGradGuard no_gradient;
  std::vector<at::Tensor> pieces;
  for (const NamedTensor& parameter : parameters_)
    pieces.push_back((parameter.tensor.grad().defined()
                          ? parameter.tensor.grad()
                          : at::zeros_like(parameter.tensor))
                         .reshape(-1));
  pieces.push_back(at::tensor({float(loss), interrupted ? 1.0f : 0.0f},
                              pieces[0].options()));
  at::Tensor bucket = at::cat(pieces);
  reducer_->sum(bucket);
  bucket.div_(double(reducer_->ranks()));
  std::int64_t at = 0;
  for (NamedTensor& parameter : parameters_) {
    const std::int64_t count = parameter.tensor.numel();
    parameter.tensor.mutable_grad() =
        bucket.narrow(0, at, count).view(parameter.tensor.sizes()).clone();
    at += count;
  }
  interrupted_ = bucket[at + 1].item<double>() > 0;
  return bucket[at].item<double>();
}

}  // namespace triad::train
