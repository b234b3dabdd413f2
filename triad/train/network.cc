#include "triad/train/network.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "triad/base/error.h"
#include "triad/train/pointwise.h"

namespace triad::train {
namespace {

using graph::Node;
using graph::ValueId;

at::Tensor to_tensor(const encoding::Encoding& encoding,
                     const at::Device& device) {
  const std::vector<float> values = encoding::decode(encoding);
  const Shape& shape = encoding::shape(encoding);
  return at::from_blob(const_cast<float*>(values.data()), shape, at::kFloat)
      .to(device, at::kFloat, /*non_blocking=*/false, /*copy=*/true);
}

encoding::Encoding to_dense(const at::Tensor& tensor) {
  const at::Tensor values =
      tensor.detach().to(at::kCPU, at::kFloat).contiguous();
  const float* const data = values.data_ptr<float>();
  return encoding::Dense{
      tensor.sizes().vec(),
      encoding::share(std::vector<float>(data, data + values.numel()))};
}

bool has_layer(const graph::Op& op) {
  return std::holds_alternative<graph::Conv2d>(op) ||
         std::holds_alternative<graph::Linear>(op);
}

bool is_symmetric(const graph::Padding& padding) {
  return padding[0] == padding[2] && padding[1] == padding[3];
}

at::Tensor pad_picture(const at::Tensor& x, const graph::Padding& padding,
                       double value) {
  return at::constant_pad_nd(
      x, {padding[1], padding[3], padding[0], padding[2]}, value);
}

// The whole computation of a node without state of its own; `shape` is the
// output's, [C, H, W], [R, F] or [F].
struct Stateless {
  const std::vector<at::Tensor>& inputs;
  const Shape& shape;

  at::Tensor cropped(const at::Tensor& y) const {
    return y.narrow(2, 0, shape[1]).narrow(3, 0, shape[2]);
  }

  at::Tensor operator()(const graph::MaxPool& op) const {
    // Padded by hand: libtorch refuses padding that is wide or uneven.
    const at::Tensor x =
        is_symmetric(op.padding) && op.padding[0] * 2 <= op.kernel[0] &&
                op.padding[1] * 2 <= op.kernel[1]
            ? at::Tensor()
            : pad_picture(inputs[0], op.padding,
                          -std::numeric_limits<float>::infinity());
    if (x.defined())
      return cropped(
          at::max_pool2d(x, op.kernel, op.stride, 0, 1, op.ceil_mode));
    return at::max_pool2d(inputs[0], op.kernel, op.stride,
                          {op.padding[0], op.padding[1]}, 1, op.ceil_mode);
  }
  at::Tensor operator()(const graph::AveragePool& op) const {
    if (is_symmetric(op.padding) && op.padding[0] * 2 <= op.kernel[0] &&
        op.padding[1] * 2 <= op.kernel[1])
      return at::avg_pool2d(inputs[0], op.kernel, op.stride,
                            {op.padding[0], op.padding[1]}, op.ceil_mode,
                            op.count_padding);
    const auto average = [&](const at::Tensor& x) {
      return cropped(at::avg_pool2d(pad_picture(x, op.padding, 0), op.kernel,
                                    op.stride, 0, op.ceil_mode));
    };
    const at::Tensor y = average(inputs[0]);
    if (op.count_padding) return y;
    return y / average(at::ones_like(inputs[0].slice(0, 0, 1).slice(1, 0, 1)));
  }
  at::Tensor operator()(const graph::GlobalAveragePool&) const {
    return inputs[0].mean(at::IntArrayRef{2, 3}, /*keepdim=*/true);
  }
  at::Tensor operator()(const graph::Relu&) const { return inputs[0].relu(); }
  at::Tensor operator()(const graph::LeakyRelu& op) const {
    return at::leaky_relu(inputs[0], op.slope);
  }
  at::Tensor operator()(const graph::Clip& op) const {
    return at::hardtanh(inputs[0], op.low, op.high);
  }
  at::Tensor operator()(const graph::HardSigmoid& op) const {
    return at::hardtanh(inputs[0] * op.alpha + op.beta, 0, 1);
  }
  at::Tensor operator()(const graph::HardSwish&) const {
    return at::hardswish(inputs[0]);
  }
  at::Tensor operator()(const graph::Sigmoid&) const {
    return at::sigmoid(inputs[0]);
  }
  at::Tensor operator()(const graph::Add&) const {
    at::Tensor sum = inputs[0] + inputs[1];
    for (std::size_t i = 2; i < inputs.size(); ++i) sum = sum + inputs[i];
    return sum;
  }
  at::Tensor operator()(const graph::Mul&) const {
    return inputs[0] * inputs[1];
  }
  at::Tensor operator()(const graph::Concat&) const {
    return at::cat(inputs, 1);
  }
  at::Tensor operator()(const graph::Flatten&) const {
    return inputs[0].flatten(1);
  }
  at::Tensor operator()(const graph::Pad& op) const {
    const graph::Padding& p = op.padding;
    return at::constant_pad_nd(
        inputs[0],
        {p[1], p[3], p[0], p[2], op.channels_before, op.channels_after}, 0);
  }
  at::Tensor operator()(const graph::ChannelsLast& op) const {
    const at::Tensor& x = inputs[0];
    return x.permute({0, 2, 3, 1}).reshape({x.size(0), -1, op.columns});
  }
  at::Tensor operator()(const graph::Slice& op) const {
    at::Tensor x = inputs[0];
    std::int64_t axis = 1;
    for (const graph::Range& range : {op.channels, op.rows, op.columns}) {
      x = x.slice(axis, range.start, std::min(range.stop, x.size(axis)),
                  range.stride);
      ++axis;
    }
    return x;
  }
  at::Tensor operator()(const graph::Resize& op) const {
    const at::Tensor& x = inputs[0];
    return at::upsample_nearest2d(
        x, {x.size(2) * op.factor[0], x.size(3) * op.factor[1]});
  }
  at::Tensor operator()(const graph::Softmax&) const {
    return at::softmax(inputs[0], -1);
  }
  template <typename Op>
  at::Tensor operator()(const Op&) const {
    fail("network: node without a forward");
  }
};

at::Tensor convolve(const graph::Conv2d& op, const at::Tensor& x,
                    const at::Tensor& weight, const at::Tensor& bias) {
  if (weight.size(2) == 1 && weight.size(3) == 1 && op.groups == 1 &&
      op.stride == graph::Pair{1, 1} && op.padding == graph::Padding{})
    return pointwise(x, weight, bias);
  const bool symmetric = is_symmetric(op.padding);
  const graph::Pair padding =
      symmetric ? graph::Pair{op.padding[0], op.padding[1]} : graph::Pair{0, 0};
  return at::conv2d(symmetric ? x : pad_picture(x, op.padding, 0), weight, bias,
                    op.stride, at::IntArrayRef(padding), op.dilation,
                    op.groups);
}

}  // namespace

Network::Network(graph::Graph graph, const at::Device& device)
    : graph_(std::move(graph)), device_(device), tensors_(graph_.nodes.size()) {
  require(!graph_.is_lowered(),
          "network: {} is an integer graph, which cannot train", graph_.name);
  for (std::size_t node = 0; node < graph_.nodes.size(); ++node)
    make_tensors(node);
  require(!layers_.empty(), "network: {} has no Conv2d and no Linear",
          graph_.name);
  find_ends();
  make_steps();
  dropout_ = at::globalContext().defaultGenerator(device_).clone();
}

void Network::make_tensors(std::size_t index) {
  const Node& node = graph_.nodes[index];
  Tensors& tensors = tensors_[index];
  for (const graph::Parameter& parameter : node.parameters) {
    const at::Tensor values = to_tensor(parameter.encoding, device_);
    if (parameter.name == "running_mean") {
      tensors.running_mean = values;
    } else if (parameter.name == "running_var") {
      tensors.running_var = values;
    } else {
      at::Tensor& latent =
          parameter.name == "weight" ? tensors.weight : tensors.bias;
      latent = values.requires_grad_();
    }
  }
  if (!has_layer(node.op)) return;
  tensors.layer = std::int64_t(layers_.size());
  const auto* conv = std::get_if<graph::Conv2d>(&node.op);
  layers_.push_back({.name = node.name,
                     .index = tensors.layer,
                     .is_depthwise = conv != nullptr && conv->groups > 1 &&
                                     tensors.weight.size(1) == 1,
                     .shape = tensors.weight.sizes().vec(),
                     .latent = tensors.weight});
}

// Extends a batch norm by the Add and the Relu that alone use its output.
void Network::fuse(Step& step, std::size_t node, const std::vector<int>& uses,
                   std::vector<bool>& done) const {
  const auto only_user = [&](ValueId value) -> const Node* {
    if (uses[std::size_t(value)] != 1) return nullptr;
    for (const Node& user : graph_.nodes)
      if (std::ranges::count(user.inputs, value) == 1) return &user;
    return nullptr;
  };
  const auto index_of = [&](const Node* user) {
    return std::size_t(user - graph_.nodes.data());
  };
  const Node* user = only_user(graph_.nodes[node].output);
  if (user == nullptr) return;
  const Node* add = nullptr;
  if (std::holds_alternative<graph::Add>(user->op) &&
      user->inputs.size() == 2 && !done[index_of(user)]) {
    add = user;
    user = only_user(add->output);
  }
  const bool relu =
      user != nullptr && std::holds_alternative<graph::Relu>(user->op);
  if (add != nullptr) {
    const bool second = add->inputs[1] == graph_.nodes[node].output;
    step.residual = add->inputs[second ? 0 : 1];
    step.output = add->output;
    done[index_of(add)] = true;
  }
  if (relu) {
    step.relu = true;
    step.output = user->output;
    done[index_of(user)] = true;
  }
}

void Network::make_steps() {
  std::vector<int> uses(graph_.values.size(), 0);
  std::vector<std::size_t> producer(graph_.values.size(), 0);
  for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
    for (const ValueId input : graph_.nodes[i].inputs)
      ++uses[std::size_t(input)];
    producer[std::size_t(graph_.nodes[i].output)] = i;
  }
  for (const ValueId output : graph_.outputs) ++uses[std::size_t(output)];

  std::vector<bool> done(graph_.nodes.size(), false);
  std::vector<std::pair<std::size_t, Step>>
      placed;  // by the last node of the chain
  // From the back, so that of two batch norms that meet in an Add the later
  // one takes it, when the other is already there.
  for (std::size_t i = graph_.nodes.size(); i-- > 1;) {
    if (done[i]) continue;
    Step step{i, graph_.nodes[i].output, -1, false, false, {}};
    if (std::holds_alternative<graph::BatchNorm>(graph_.nodes[i].op))
      fuse(step, i, uses, done);
    placed.emplace_back(producer[std::size_t(step.output)], std::move(step));
  }
  std::erase_if(placed,
                [&](const auto& entry) { return done[entry.second.node]; });
  std::ranges::stable_sort(placed, {},
                           [](const auto& entry) { return entry.first; });
  for (auto& [position, step] : placed) {
    const Node& node = graph_.nodes[step.node];
    if (std::holds_alternative<graph::Relu>(node.op)) {
      const graph::Op& before =
          graph_.nodes[producer[std::size_t(node.inputs[0])]].op;
      step.in_place =
          uses[std::size_t(node.inputs[0])] == 1 &&
          (has_layer(before) || std::holds_alternative<graph::Add>(before));
    }
    steps_.push_back(std::move(step));
  }

  std::vector<char> needed(graph_.values.size(), 0);
  for (const ValueId output : graph_.outputs) needed[std::size_t(output)] = 1;
  for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) {
    std::vector<ValueId> inputs = graph_.nodes[step->node].inputs;
    if (step->residual >= 0) inputs.push_back(step->residual);
    for (const ValueId input : inputs)
      if (!std::exchange(needed[std::size_t(input)], 1))
        step->last_uses.push_back(input);
  }
}

at::Tensor Network::weight(const Tensors& tensors) const {
  const Layer& layer = layers_[std::size_t(tensors.layer)];
  return hook_ ? hook_(layer, layer.latent) : layer.latent;
}

at::Tensor Network::run(const Step& step, const std::vector<at::Tensor>& values,
                        bool training) {
  const Node& node = graph_.nodes[step.node];
  const Tensors& tensors = tensors_[step.node];
  std::vector<at::Tensor> inputs;
  for (const ValueId input : node.inputs)
    inputs.push_back(values[std::size_t(input)]);
  const at::Tensor& x = inputs.front();

  if (const auto* op = std::get_if<graph::Conv2d>(&node.op))
    return convolve(*op, x, weight(tensors), tensors.bias);
  if (std::holds_alternative<graph::Linear>(node.op))
    return linear(x, weight(tensors), tensors.bias);
  if (const auto* op = std::get_if<graph::BatchNorm>(&node.op))
    return batch_norm(
        x,
        {tensors.weight, tensors.bias, tensors.running_mean,
         tensors.running_var, op->epsilon},
        step.residual < 0 ? at::Tensor() : values[std::size_t(step.residual)],
        {training, step.relu, reducer_});
  if (const auto* op = std::get_if<graph::Dropout>(&node.op)) {
    if (!training || op->probability == 0) return x;
    const double keep = 1.0 - double(op->probability);
    return x * at::empty_like(x).bernoulli_(keep, dropout_).div_(keep);
  }
  if (step.in_place) return inputs[0].relu_();
  return std::visit(Stateless{inputs, graph_.value(step.output).shape},
                    node.op);
}

at::Tensor Network::forward(const at::Tensor& pictures, bool training) {
  const ValueId wanted = logits();
  return values(pictures, training, std::span(&wanted, 1)).front().flatten(1);
}

std::vector<at::Tensor> Network::values(const at::Tensor& pictures,
                                        bool training,
                                        std::span<const ValueId> wanted) {
  std::vector<at::Tensor> values(graph_.values.size());
  values[std::size_t(graph_.input())] =
      pictures.contiguous(at::MemoryFormat::ChannelsLast);
  for (const Step& step : steps_) {
    values[std::size_t(step.output)] = run(step, values, training);
    for (const ValueId value : step.last_uses)
      if (std::ranges::count(wanted, value) == 0)
        values[std::size_t(value)].reset();
  }
  std::vector<at::Tensor> result;
  for (const ValueId value : wanted)
    result.push_back(values[std::size_t(value)]);
  return result;
}

void Network::set_dropout_seed(std::uint64_t seed) {
  dropout_.set_current_seed(seed);
}

std::vector<NamedTensor> Network::parameters() const {
  std::vector<NamedTensor> list;
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    const std::string& node = graph_.nodes[i].name;
    const Tensors& tensors = tensors_[i];
    if (tensors.weight.defined())
      list.push_back({node + ".weight", tensors.weight, tensors.layer >= 0});
    if (tensors.bias.defined())
      list.push_back({node + ".bias", tensors.bias, false});
  }
  return list;
}

std::vector<NamedTensor> Network::buffers() const {
  std::vector<NamedTensor> list;
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    if (!tensors_[i].running_mean.defined()) continue;
    const std::string& node = graph_.nodes[i].name;
    list.push_back({node + ".running_mean", tensors_[i].running_mean, false});
    list.push_back({node + ".running_var", tensors_[i].running_var, false});
  }
  return list;
}

graph::Graph Network::to_graph() const {
  graph::Graph graph = graph_;
  for (std::size_t i = 0; i < tensors_.size(); ++i)
    for (graph::Parameter& parameter : graph.nodes[i].parameters) {
      const Tensors& tensors = tensors_[i];
      const at::Tensor& tensor = parameter.name == "weight" ? tensors.weight
                                 : parameter.name == "bias" ? tensors.bias
                                 : parameter.name == "running_mean"
                                     ? tensors.running_mean
                                     : tensors.running_var;
      parameter.encoding = to_dense(tensor);
    }
  return graph;
}

}  // namespace triad::train
