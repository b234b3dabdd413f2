#include <fmt/format.h>

#include "triad/graph/graph.h"

namespace triad::graph {
namespace {

// As Python writes it: "1:5:2", ":" for all.
std::string range(const Range& range) {
  std::string text = range.start > 0 ? fmt::format("{}:", range.start) : ":";
  if (range.stop != Range::kEnd) text += std::to_string(range.stop);
  if (range.stride != 1) text += fmt::format(":{}", range.stride);
  return text;
}

std::string attributes(const Op& op) {
  if (const auto* conv = std::get_if<Conv2d>(&op)) {
    return fmt::format(
        " {}x{} / {}x{}{}", conv->kernel[0], conv->kernel[1], conv->stride[0],
        conv->stride[1],
        conv->groups > 1 ? fmt::format(" groups {}", conv->groups) : "");
  }
  if (const auto* leaky = std::get_if<LeakyRelu>(&op))
    return fmt::format(" slope {:g}", leaky->slope);
  if (const auto* clip = std::get_if<Clip>(&op))
    return fmt::format(" {:g}..{:g}", clip->low, clip->high);
  if (const auto* hard = std::get_if<HardSigmoid>(&op))
    return fmt::format(" {:g} x + {:g}", hard->alpha, hard->beta);
  if (const auto* slice = std::get_if<Slice>(&op))
    return fmt::format(" {}, {}, {}", range(slice->channels),
                       range(slice->rows), range(slice->columns));
  if (const auto* resize = std::get_if<Resize>(&op))
    return fmt::format(" x{}x{}", resize->factor[0], resize->factor[1]);
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
