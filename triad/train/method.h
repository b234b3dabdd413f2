#pragma once
// What drives training toward an encoding. Methods stack in the recipe's order:
// the effective weight of one is the latent of the next.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "triad/graph/graph.h"
#include "triad/train/network.h"
#include "triad/train/torch.h"

namespace triad::train {

// Where training stands, for schedules.
struct Progress {
  std::int64_t step = 0, steps = 1;  // optimiser steps, of all
  std::int64_t epoch = 0, epochs = 1;
  double fraction() const { return double(step) / double(steps); }  // in [0, 1]
  double learning_rate = 0;
};

// Facts a method wants in metrics.jsonl, for instance {"density", 0.43}.
using Metrics = std::map<std::string, double>;

class Method {
 public:
  virtual ~Method() = default;
  virtual std::string_view name() const = 0;
  // Called once before the first step; throws Error naming the layer that does
  // not fit.
  virtual void begin(Network& network) = 0;
  // Differentiable; called for every layer at every forward. Default: the
  // latent.
  virtual at::Tensor weight(const Layer& layer, const at::Tensor& latent) {
    (void)layer;
    return latent;
  }
  // A scalar added to the loss, or an undefined tensor.
  virtual at::Tensor penalty(const Progress&) { return {}; }
  // After the optimiser's step, without autograd (masks, lambda).
  virtual void after_step(const Progress&) {}
  virtual void after_epoch(const Progress&) {}
  virtual Metrics metrics() const { return {}; }
  // Everything a resumed run needs to go on bit-exactly, and its return. Names
  // are the method's own.
  virtual std::map<std::string, at::Tensor> state() const { return {}; }
  virtual void load_state(const std::map<std::string, at::Tensor>&) {}
  // Rewrites the layers it is responsible for in `graph` as encodings of the
  // final weights, so that decode() is exactly the effective weight of forward.
  virtual void finish(const Network& network, graph::Graph& graph) const {
    (void)network;
    (void)graph;
  }
};

using Methods = std::vector<std::unique_ptr<Method>>;

}  // namespace triad::train
