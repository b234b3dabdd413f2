#include <fmt/format.h>

#include "triad/graph/graph.h"

namespace triad::graph {
namespace {

std::string attributes(const Op& op) {
  if (const auto* conv = std::get_if<Conv2d>(&op)) {
    return fmt::format(
        " {}x{} / {}x{}{}", conv->kernel[0], conv->kernel[1], conv->stride[0],
        conv->stride[1],
        conv->groups > 1 ? fmt::format(" groups {}", conv->groups) : "");
  }
  return "";
}

std::string encoding_of(const Node& node) {
  const Parameter* weight = node.find("weight");
  if (!weight) return "";
  return fmt::format(" {} {}", encoding::name(weight->encoding),
                     to_string(encoding::shape(weight->encoding)));
}

std::string quantization_of(const Value& value) {
  if (!value.quantization) return "";
  const auto& [bits, is_signed, scale, zero_point] = *value.quantization;
  return fmt::format(" {}{} scale {:g} zero {}", is_signed ? 's' : 'u', bits,
                     scale, zero_point);
}

}  // namespace

std::string dump(const Graph& graph) {
  std::string text;
  for (const Node& node : graph.nodes) {
    std::string inputs;
    for (const ValueId id : node.inputs)
      inputs += (inputs.empty() ? "" : ", ") + graph.value(id).name;
    const Value& output = graph.value(node.output);
    text += fmt::format("{} = {}({}){} {}{}{}\n", node.name, name(node.op),
                        inputs, attributes(node.op), to_string(output.shape),
                        encoding_of(node), quantization_of(output));
  }
  return text;
}

}  // namespace triad::graph
