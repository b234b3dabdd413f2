#pragma once
// A Graph as a trainable libtorch network: one latent float tensor per
// parameter, executed node by node under autograd, pictures in channels-last.

#include <functional>
#include <string>
#include <vector>

#include "triad/graph/graph.h"
#include "triad/train/batch_norm.h"
#include "triad/train/torch.h"

namespace triad::train {

// A Conv2d or Linear weight that methods may compress.
struct Layer {
  std::string name;        // node name
  std::int64_t index = 0;  // among all layers, in graph order
  bool is_first = false, is_last = false;
  Shape shape;        // [K, C, R, S] or [K, C]
  at::Tensor latent;  // leaf, requires grad
};

struct NamedTensor {
  std::string name;  // "<node>.<parameter>"
  at::Tensor tensor;
  bool decays = false;  // whether weight decay applies
};

class Network {
 public:
  // Latents start from decode() of the graph's encodings.
  // Throws Error for a lowered graph.
  explicit Network(graph::Graph graph,
                   const at::Device& device = at::Device(at::kCPU));

  // Every output of the graph, [N, ...], for pictures [N, C, H, W] already
  // normalised.
  std::vector<at::Tensor> outputs(const at::Tensor& pictures, bool training);
  // The first of them as logits, [N, classes].
  at::Tensor forward(const at::Tensor& pictures, bool training);

  std::vector<Layer>& layers() { return layers_; }
  const std::vector<Layer>& layers() const { return layers_; }

  // The effective weight used in forward in place of the latent (method.h);
  // null: the latent itself.
  using WeightHook =
      std::function<at::Tensor(const Layer&, const at::Tensor& latent)>;
  void set_weight_hook(WeightHook hook) { hook_ = std::move(hook); }

  // What the next training forwards drop out is a pure function of `seed`.
  void set_dropout_seed(std::uint64_t seed);
  // Batch norm sums moments over its ranks; null: one rank. Borrowed.
  void set_reducer(Reducer* reducer) { reducer_ = reducer; }

  // All trainable leaves in graph order. Weights of Conv2d and Linear decay,
  // biases and batch-norm parameters do not.
  std::vector<NamedTensor> parameters() const;
  // running_mean and running_var, in graph order.
  std::vector<NamedTensor> buffers() const;

  // The graph with the current latents and buffers as Dense parameters.
  graph::Graph to_graph() const;
  const graph::Graph& graph() const { return graph_; }
  const at::Device& device() const { return device_; }

 private:
  // One node, or a chain batch norm [-> Add] [-> Relu] run as one operation.
  struct Step {
    std::size_t node;              // the first of the chain
    graph::ValueId output;         // of the last
    graph::ValueId residual = -1;  // the other operand of a fused Add
    bool relu = false;
    bool in_place = false;                  // a Relu may overwrite its input
    std::vector<graph::ValueId> last_uses;  // values not needed afterwards
  };
  struct Tensors {
    at::Tensor weight, bias, running_mean, running_var;
    std::int64_t layer = -1;
  };

  void make_tensors(std::size_t node);
  void make_steps();
  void fuse(Step& step, std::size_t node, const std::vector<int>& uses,
            std::vector<bool>& done) const;
  at::Tensor run(const Step& step, const std::vector<at::Tensor>& values,
                 bool training);
  at::Tensor weight(const Tensors& tensors) const;

  graph::Graph graph_;
  at::Device device_;
  std::vector<Tensors> tensors_;  // [nodes]
  std::vector<Layer> layers_;
  std::vector<Step> steps_;
  WeightHook hook_;
  Reducer* reducer_ = nullptr;
  at::Generator dropout_;
};

}  // namespace triad::train
