#pragma once
// SGD with Nesterov momentum, and Adam, over the leaves of a Network.
// Papers: Sutskever et al., ICML 2013; Kingma, Ba, ICLR 2015. Both as PyTorch
// computes them: weight decay enters the gradient, only where `decays`.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "triad/recipe/recipe.h"
#include "triad/train/network.h"

namespace triad::train {

class Optimiser {
 public:
  // Throws Error for an unknown optimiser.
  Optimiser(std::vector<NamedTensor> parameters,
            const recipe::Training& training);

  // One step along the gradients of the leaves, which are then dropped. A leaf
  // without a gradient stays as it is.
  void step(double learning_rate);

  // Moments by "<kind>.<parameter>", int64 step count by "steps". The tensors
  // are the optimiser's own.
  std::map<std::string, at::Tensor> state() const;
  // Throws Error naming what is missing or of another shape.
  void load_state(const std::map<std::string, at::Tensor>& state);

 private:
  void step_sgd(const std::vector<std::size_t>& used, double learning_rate);
  void step_adam(const std::vector<std::size_t>& used, double learning_rate);

  std::vector<NamedTensor> parameters_;
  bool adam_;
  double momentum_, weight_decay_;
  std::vector<at::Tensor> first_, second_;  // moments, like the parameters
  std::int64_t steps_ = 0;
};

}  // namespace triad::train
