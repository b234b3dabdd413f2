#pragma once
// A Graph as a trainable libtorch network: one latent float tensor per parameter, executed node by
// node under autograd, convolutions in channels-last.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "triad/graph/graph.h"
#include "triad/train/torch.h"

namespace triad::train {

// A Conv2d or Linear weight that methods may compress.
struct Layer {
  std::string name;        // node name
  std::int64_t index = 0;  // among all layers, in graph order
  bool is_first = false, is_last = false;
  Shape shape;             // [K, C, R, S] or [K, C]
  at::Tensor latent;       // leaf, requires grad
};

class Network {
 public:
  // Latents start from decode() of the graph's encodings. Throws Error for ops that cannot train.
  Network(graph::Graph graph, const at::Device& device);

  // pictures [N, C, H, W] already normalised; logits [N, classes].
  at::Tensor forward(const at::Tensor& pictures, bool training);

  std::vector<Layer>& layers();

  // Effective weight used in forward in place of the latent (method.h); null: the latent itself.
  using WeightHook = std::function<at::Tensor(const Layer&, const at::Tensor& latent)>;
  void set_weight_hook(WeightHook hook);

  // All trainable leaves by "<node>.<parameter>", in graph order; weights of Conv2d and Linear decay,
  // biases and batch-norm parameters do not.
  struct NamedTensor {
    std::string name;
    at::Tensor tensor;
    bool decays = false;
  };
  std::vector<NamedTensor> parameters() const;
  std::vector<NamedTensor> buffers() const;  // running_mean, running_var

  // The graph with current latents and buffers as Dense parameters.
  graph::Graph to_graph() const;
  const graph::Graph& graph() const;
};

}  // namespace triad::train
