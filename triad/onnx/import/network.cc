#include "triad/onnx/import/network.h"

#include <algorithm>

#include "triad/base/error.h"

namespace triad::onnx {
namespace {

constexpr std::size_t kLongestName = 200;  // validate() takes 256

// A batch norm that divides by sqrt(1 + epsilon) == 1 exactly.
constexpr float kNoEpsilon = 1e-20f;

std::string printable(std::string_view name) {
  std::string text(name.substr(0, kLongestName));
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 32) c = '_';
  return text.empty() ? "node" : text;
}

}  // namespace

graph::Parameter dense(std::string name, Shape shape,
                       std::vector<float> values) {
  return {std::move(name), encoding::Dense{std::move(shape),
                                           encoding::share(std::move(values))}};
}

Network::Network(std::string name, Shape input, std::int64_t most_numbers)
    : most_numbers_(most_numbers) {
  graph_.name = printable(name);
  const auto channels = std::size_t(input[0]);
  graph_.preprocessing = {std::vector<float>(channels, 0.0f),
                          std::vector<float>(channels, 1.0f)};
  graph_.values.push_back({.name = "input", .shape = std::move(input)});
  graph_.nodes.push_back(
      {.name = unique("input"), .op = graph::Input{}, .output = 0});
}

std::string Network::unique(std::string_view name) {
  const std::string wanted = printable(name);
  std::string unique = wanted;
  for (int i = 2; !names_.insert(unique).second; ++i)
    unique = fmt::format("{}_{}", wanted, i);
  return unique;
}

graph::ValueId Network::add(std::string_view name, std::string_view value_name,
                            graph::Op op, std::vector<graph::ValueId> inputs,
                            std::vector<graph::Parameter> parameters) {
  std::vector<Shape> shapes;
  for (const graph::ValueId id : inputs) shapes.push_back(shape(id));
  graph::Node node{.name = unique(name),
                   .op = std::move(op),
                   .inputs = std::move(inputs),
                   .output = graph::ValueId(graph_.values.size()),
                   .parameters = std::move(parameters)};
  Shape output = infer_shape(node, shapes);
  graph_.values.push_back(
      {.name = printable(value_name), .shape = std::move(output)});
  graph_.nodes.push_back(std::move(node));
  return graph_.nodes.back().output;
}

graph::ValueId Network::add_affine(std::string_view name,
                                   std::string_view value_name,
                                   graph::ValueId x, std::vector<float> gain,
                                   std::vector<float> offset) {
  const Shape each = {channels(x)};
  const auto count = std::size_t(channels(x));
  spend(4 * channels(x));
  std::vector<graph::Parameter> parameters;
  parameters.push_back(dense("weight", each, std::move(gain)));
  parameters.push_back(dense("bias", each, std::move(offset)));
  parameters.push_back(
      dense("running_mean", each, std::vector<float>(count, 0.0f)));
  parameters.push_back(
      dense("running_var", each, std::vector<float>(count, 1.0f)));
  const graph::ValueId result =
      add(name, value_name, graph::BatchNorm{kNoEpsilon}, {x},
          std::move(parameters));
  affine_.insert(graph_.nodes.back().name);
  return result;
}

bool Network::is_positive(graph::ValueId id) const {
  const graph::Node& node = graph_.nodes[std::size_t(id)];
  if (std::holds_alternative<graph::Relu>(node.op) ||
      std::holds_alternative<graph::Sigmoid>(node.op) ||
      std::holds_alternative<graph::HardSigmoid>(node.op) ||
      std::holds_alternative<graph::Softmax>(node.op))
    return true;
  if (const auto* clip = std::get_if<graph::Clip>(&node.op))
    return clip->low >= 0;
  const bool keeps_sign =
      std::holds_alternative<graph::MaxPool>(node.op) ||
      std::holds_alternative<graph::AveragePool>(node.op) ||
      std::holds_alternative<graph::GlobalAveragePool>(node.op) ||
      std::holds_alternative<graph::Add>(node.op) ||
      std::holds_alternative<graph::Mul>(node.op) ||
      std::holds_alternative<graph::Concat>(node.op) ||
      std::holds_alternative<graph::Flatten>(node.op) ||
      std::holds_alternative<graph::ChannelsLast>(node.op) ||
      std::holds_alternative<graph::Pad>(node.op) ||
      std::holds_alternative<graph::Slice>(node.op) ||
      std::holds_alternative<graph::Resize>(node.op);
  return keeps_sign && std::ranges::all_of(node.inputs, [&](auto input) {
           return is_positive(input);
         });
}

bool Network::make_plain(Tensor& tensor) {
  const View& view = tensor.view;
  if (view.is_plain()) return true;
  if (!view.has_batch_first() || view.rank() < 2 || view.rank() > 3)
    return false;
  const Shape target = view.shape();
  const auto name = tensor.view_name;
  const Shape& from = shape(tensor.value);
  const auto lies_as = [&](const std::vector<std::size_t>& axes) {
    const auto seen = View::of(from).transposed(axes).reshaped(target);
    return seen && *seen == view;
  };
  std::vector<std::size_t> as_it_is(from.size() + 1);
  for (std::size_t i = 0; i < as_it_is.size(); ++i) as_it_is[i] = i;
  if (view.rank() == 2 && lies_as(as_it_is)) {
    tensor.value = add(name, name, graph::Flatten{}, {tensor.value});
  } else if (from.size() == 3 && lies_as({0, 2, 3, 1})) {
    const bool rows = view.rank() == 3;
    tensor.value =
        add(name, name, graph::ChannelsLast{rows ? target[2] : from[0]},
            {tensor.value});
    if (!rows)
      tensor.value = add(fmt::format("{}.flatten", name), name,
                         graph::Flatten{}, {tensor.value});
  } else {
    return false;
  }
  tensor.view = View::of(shape(tensor.value));
  return true;
}

void Network::spend(std::int64_t numbers) {
  spent_ += numbers;
  require(spent_ <= most_numbers_,
          "expected a file of this size to make at most {} numbers",
          most_numbers_);
}

void Network::note(std::string text) {
  if (std::ranges::count(notes_, text) == 0) notes_.push_back(std::move(text));
}

}  // namespace triad::onnx
