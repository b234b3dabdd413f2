#include "triad/train/optimiser.h"

#include <cmath>

#include "triad/base/error.h"

namespace triad::train {
namespace {

constexpr double kSecondMomentum = 0.999, kEpsilon = 1e-8;  // Adam's own

std::vector<at::Tensor> pick(const std::vector<at::Tensor>& tensors,
                             const std::vector<std::size_t>& used) {
  std::vector<at::Tensor> picked;
  for (const std::size_t i : used) picked.push_back(tensors[i]);
  return picked;
}

}  // namespace

Optimiser::Optimiser(std::vector<NamedTensor> parameters,
                     const recipe::Training& training)
    : parameters_(std::move(parameters)),
      adam_(training.optimiser == "adam"),
      momentum_(training.momentum),
      weight_decay_(training.weight_decay) {
  require(adam_ || training.optimiser == "sgd",
          "training.optimiser: expected sgd or adam, got \"{}\"",
          training.optimiser);
  for (const NamedTensor& parameter : parameters_) {
    first_.push_back(at::zeros_like(parameter.tensor));
    if (adam_) second_.push_back(at::zeros_like(parameter.tensor));
  }
}

void Optimiser::step(double learning_rate) {
  const at::NoGradGuard no_gradient;
  ++steps_;
  std::vector<std::size_t> used;
  std::vector<at::Tensor> decaying, gradients;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    at::Tensor& tensor = parameters_[i].tensor;
    if (!tensor.grad().defined()) continue;
    used.push_back(i);
    if (!parameters_[i].decays || weight_decay_ == 0) continue;
    decaying.push_back(tensor);
    gradients.push_back(tensor.grad());
  }
  if (!decaying.empty()) at::_foreach_add_(gradients, decaying, weight_decay_);
  if (!used.empty())
    adam_ ? step_adam(used, learning_rate) : step_sgd(used, learning_rate);
  for (NamedTensor& parameter : parameters_)
    parameter.tensor.mutable_grad().reset();
}

void Optimiser::step_sgd(const std::vector<std::size_t>& used,
                         double learning_rate) {
  std::vector<at::Tensor> tensors, gradients, moments = pick(first_, used);
  for (const std::size_t i : used) {
    tensors.push_back(parameters_[i].tensor);
    gradients.push_back(parameters_[i].tensor.grad());
  }
  at::_foreach_mul_(moments, momentum_);
  at::_foreach_add_(moments, gradients, 1);
  at::_foreach_add_(gradients, moments, momentum_);  // Nesterov looks ahead
  at::_foreach_add_(tensors, gradients, -learning_rate);
}

void Optimiser::step_adam(const std::vector<std::size_t>& used,
                          double learning_rate) {
  std::vector<at::Tensor> tensors, gradients;
  for (const std::size_t i : used) {
    tensors.push_back(parameters_[i].tensor);
    gradients.push_back(parameters_[i].tensor.grad());
  }
  const std::vector<at::Tensor> first = pick(first_, used);
  const std::vector<at::Tensor> second = pick(second_, used);
  at::_foreach_mul_(first, momentum_);
  at::_foreach_add_(first, gradients, 1 - momentum_);
  at::_foreach_mul_(second, kSecondMomentum);
  at::_foreach_addcmul_(second, gradients, gradients, 1 - kSecondMomentum);
  const double first_bias = 1 - std::pow(momentum_, double(steps_));
  const double second_bias = 1 - std::pow(kSecondMomentum, double(steps_));
  std::vector<at::Tensor> divisor = at::_foreach_sqrt(second);
  at::_foreach_div_(divisor, std::sqrt(second_bias));
  at::_foreach_add_(divisor, kEpsilon);
  at::_foreach_addcdiv_(tensors, first, divisor, -learning_rate / first_bias);
}

std::map<std::string, at::Tensor> Optimiser::state() const {
  std::map<std::string, at::Tensor> state;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    state["first." + parameters_[i].name] = first_[i];
    if (adam_) state["second." + parameters_[i].name] = second_[i];
  }
  state["steps"] = at::full({1}, steps_, at::kLong);
  return state;
}

void Optimiser::load_state(const std::map<std::string, at::Tensor>& state) {
  for (auto& [name, tensor] : this->state()) {
    const auto found = state.find(name);
    require(found != state.end() && found->second.sizes() == tensor.sizes(),
            "optimiser: no state of the right shape for {}", name);
    tensor.copy_(found->second);
    if (name == "steps") steps_ = found->second.item<std::int64_t>();
  }
}

}  // namespace triad::train
