#include "triad/onnx/import/call.h"

#include <utility>

namespace triad::onnx {

std::string_view Call::name() const {
  if (!node_.name.empty()) return node_.name;
  for (const std::string_view output : node_.outputs)
    if (!output.empty()) return output;
  return "unnamed";
}

bool Call::has_input(std::size_t i) const {
  return i < node_.inputs.size() && !node_.inputs[i].empty();
}

bool Call::has_output(std::size_t i) const {
  return i < node_.outputs.size() && !node_.outputs[i].empty();
}

const Symbol& Call::symbol(std::size_t i) const {
  expect(has_input(i), "expected an input {}", i);
  const auto found = symbols_.find(node_.inputs[i]);
  expect(found != symbols_.end(), "its input '{}' is not in the file",
         node_.inputs[i]);
  return found->second;
}

bool Call::is_constant(std::size_t i) const {
  return std::holds_alternative<Constant>(symbol(i));
}

const Constant& Call::constant(std::size_t i) const {
  const auto* constant = std::get_if<Constant>(&symbol(i));
  expect(constant, "its input '{}' depends on the picture: expected a constant",
         node_.inputs[i]);
  return *constant;
}

Tensor& Call::any_tensor(std::size_t i) const {
  const auto* tensor = std::get_if<Tensor>(&symbol(i));
  expect(tensor, "its input '{}' is a constant: expected a computed tensor",
         node_.inputs[i]);
  return const_cast<Tensor&>(*tensor);
}

Tensor& Call::tensor(std::size_t i) const {
  Tensor& tensor = any_tensor(i);
  expect(!tensor.steps,
         "its input '{}' holds integers: expected floats (a DequantizeLinear "
         "before it)",
         node_.inputs[i]);
  return tensor;
}

Tensor& Call::plain(std::size_t i, std::size_t rank,
                    std::string_view what) const {
  Tensor& tensor = this->tensor(i);
  expect(tensor.view.rank() == rank,
         "expected {} as its input, got {} dimensions", what,
         tensor.view.rank());
  expect(network.make_plain(tensor) &&
             network.shape(tensor.value).size() + 1 == rank,
         "expected {} as its input: no op of the graph lays it out so", what);
  return tensor;
}

std::int64_t Call::integer(std::string_view attribute,
                           std::int64_t other) const {
  const AttributeMessage* found = find(attribute);
  return found ? found->i : other;
}

float Call::number(std::string_view attribute, float other) const {
  const AttributeMessage* found = find(attribute);
  return found ? found->f : other;
}

std::vector<std::int64_t> Call::integers(
    std::string_view attribute, std::vector<std::int64_t> other) const {
  const AttributeMessage* found = find(attribute);
  return found ? found->ints : other;
}

std::string Call::text(std::string_view attribute, std::string other) const {
  const AttributeMessage* found = find(attribute);
  return found ? std::string(found->s) : other;
}

std::vector<std::int64_t> Call::list(std::size_t i, std::string_view attribute,
                                     std::vector<std::int64_t> other) const {
  if (has_input(i)) return constant(i).integers();
  return integers(attribute, std::move(other));
}

std::size_t Call::axis(std::int64_t axis, std::size_t rank) const {
  const auto count = std::int64_t(rank);
  expect(axis >= -count && axis < count, "expected an axis in {}..{}, got {}",
         -count, count - 1, axis);
  return std::size_t(axis < 0 ? axis + count : axis);
}

std::vector<std::size_t> Call::axes(const std::vector<std::int64_t>& axes,
                                    std::size_t rank) const {
  std::vector<std::size_t> result;
  for (const std::int64_t one : axes) result.push_back(axis(one, rank));
  return result;
}

graph::ValueId Call::add(graph::Op op, std::vector<graph::ValueId> inputs,
                         std::vector<graph::Parameter> parameters) const {
  return network.add(name(), output_name(), std::move(op), std::move(inputs),
                     std::move(parameters));
}

void Call::set(Symbol symbol, std::size_t output) const {
  expect(output < node_.outputs.size(), "expected {} outputs", output + 1);
  if (auto* tensor = std::get_if<Tensor>(&symbol);
      tensor && tensor->view_name.empty())
    tensor->view_name = node_.outputs[output];
  expect(symbols_.insert_or_assign(node_.outputs[output], std::move(symbol))
             .second,
         "its output '{}' is made twice", node_.outputs[output]);
}

void Call::set_value(graph::ValueId value) const {
  set(Tensor{value, View::of(network.shape(value))});
}

}  // namespace triad::onnx
