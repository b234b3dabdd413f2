#include <algorithm>
#include <cmath>
#include <set>

#include "triad/graph/derived_scales.h"
#include "triad/onnx/export.h"
#include "triad/onnx/model_writer.h"
#include "triad/onnx/network_notes.h"
#include "triad/onnx/plain_ops.h"
#include "triad/onnx/quant_network.h"
#include "triad/quantise/to_float.h"

namespace triad::onnx {
namespace {

using graph::Node;

constexpr int kUsualOpset = 17;
const std::string kQuantDomain = "qonnx.custom_op.general";

// `lowered`, if there is one, is what `graph` was before to_float: its integers
// become Quant nodes.
class FloatExporter {
 public:
  FloatExporter(const graph::Graph& graph, ModelWriter& writer,
                const graph::Graph* lowered = nullptr)
      : graph_(graph),
        writer_(writer),
        lowered_(lowered),
        names_(graph.values.size()) {}

  void run() {
    for (const Node& node : graph_.nodes) add(node);
    for (const graph::ValueId id : graph_.outputs) add_output(id);
  }

 private:
  std::string& tensor(graph::ValueId id) { return names_[std::size_t(id)]; }

  void add(const Node& node) {
    const graph::Value& value = graph_.value(node.output);
    if (std::holds_alternative<graph::Dropout>(node.op)) {
      tensor(node.output) = tensor(node.inputs[0]);
      return;
    }
    tensor(node.output) = writer_.unique(value.name);
    std::visit([&](const auto& op) { add_op(node, op); }, node.op);
    if (lowered_) quantize(node.output);
  }

  template <typename Op>
  void add_op(const Node& node, const Op&) {
    std::vector<std::string> inputs;
    for (const graph::ValueId id : node.inputs) inputs.push_back(tensor(id));
    add_plain_op(writer_, graph_, node, inputs, tensor(node.output));
    note_shape(node);
  }
  void add_op(const Node& node, const graph::Input&) {
    writer_.add_input(tensor(node.output), Element::float32,
                      graph_.value(node.output).shape);
  }
  void add_op(const Node& node, const graph::Conv2d& op) {
    add_with_parameters("Conv", node, {"weight", "bias"},
                        {{"kernel_shape", to_list(op.kernel)},
                         {"strides", to_list(op.stride)},
                         {"dilations", to_list(op.dilation)},
                         {"pads", to_list(op.padding)},
                         {"group", op.groups}});
  }
  void add_op(const Node& node, const graph::Linear&) {
    add_with_parameters("Gemm", node, {"weight", "bias"},
                        {{"transB", std::int64_t(1)}});
  }
  void add_op(const Node& node, const graph::BatchNorm& op) {
    add_with_parameters("BatchNormalization", node,
                        {"weight", "bias", "running_mean", "running_var"},
                        {{"epsilon", op.epsilon}});
  }

  // Constants after the data input, in ONNX's order; missing ones are left out.
  void add_with_parameters(const std::string& op, const Node& node,
                           const std::vector<std::string>& parameters,
                           std::vector<Attribute> attributes) {
    std::vector<std::string> inputs = {tensor(node.inputs[0])};
    for (const std::string& name : parameters) {
      const graph::Parameter* parameter = node.find(name);
      if (!parameter) continue;
      const std::vector<float> values = encoding::decode(parameter->encoding);
      inputs.push_back(writer_.add_constant(
          node.name + "." + name, encoding::shape(parameter->encoding),
          std::span(values)));
      if (lowered_ && name == "weight")
        inputs.back() = quantize_weight(node, inputs.back());
    }
    writer_.add({op, node.name, inputs, tensor(node.output),
                 std::move(attributes),
                 weight_doc(node.find("weight")->encoding)});
    note_shape(node);
  }

  // A value's integers, if the lowered network has it. Unsigned 16-bit values
  // stop at 32767: Quant has 15 bits.
  void quantize(graph::ValueId id) {
    if (std::size_t(id) >= lowered_->values.size()) return;
    const auto& to = lowered_->value(id).quantization;
    if (!to) return;
    const float zero_point = float(to->zero_point);
    tensor(id) = add_quant(tensor(id),
                           writer_.add_constant(tensor(id) + ".scale", {},
                                                std::span(&to->scale, 1)),
                           writer_.add_constant(tensor(id) + ".zero_point", {},
                                                std::span(&zero_point, 1)),
                           to->bits == 16 && !to->is_signed ? 15 : to->bits,
                           to->is_signed, false);
  }

  // Scales are positive: a filter of negative scale has its codes negated, one
  // of scale 0 is zeros at any scale.
  std::string quantize_weight(const Node& node, const std::string& weight) {
    const encoding::Encoding& encoding = node.find("weight")->encoding;
    std::vector<float> scales =
        graph::derived_scales(*lowered_->find(node.name), *lowered_);
    for (float& scale : scales) scale = scale == 0 ? 1 : std::abs(scale);
    Shape broadcast(encoding::shape(encoding).size(), 1);
    broadcast[0] = std::ssize(scales);
    const float zero = 0;
    return add_quant(
        weight,
        writer_.add_constant(weight + ".scale", broadcast, std::span(scales)),
        writer_.add_constant(weight + ".zero_point", {}, std::span(&zero, 1)),
        weight_bits(encoding), true, true);
  }

  // Quant, not IntQuant, its newer name: readers know the old one.
  std::string add_quant(const std::string& real, const std::string& scale,
                        const std::string& zero_point, int bits, bool is_signed,
                        bool is_narrow) {
    const float width = float(bits);
    const std::string output = writer_.unique(real + ".quantized");
    writer_.add(
        {"Quant",
         real + ".quantize",
         {real, scale, zero_point,
          writer_.add_constant(real + ".bits", {}, std::span(&width, 1))},
         output,
         {{"signed", std::int64_t(is_signed)},
          {"narrow", std::int64_t(is_narrow)},
          {"rounding_mode", std::string("ROUND")}},
         {},
         kQuantDomain});
    return output;
  }

  void note_shape(const Node& node) {
    if (std::ranges::count(graph_.outputs, node.output) == 0)
      writer_.add_shape(tensor(node.output), graph_.value(node.output).shape);
  }

  // ONNX wants outputs that nodes make, each once.
  void add_output(graph::ValueId id) {
    const graph::Value& value = graph_.value(id);
    std::string name = tensor(id);
    if (!produced_.insert(name).second || is_alias(id)) {
      const std::string copy = writer_.unique(value.name + ".output");
      writer_.add({"Identity", copy, {name}, copy});
      name = copy;
    }
    writer_.add_output(name, Element::float32, value.shape);
  }
  // Whether no ONNX node makes the tensor under this value's own name: the
  // input, and what a dropout passes on.
  bool is_alias(graph::ValueId id) const {
    for (const Node& node : graph_.nodes)
      if (node.output == id)
        return std::holds_alternative<graph::Input>(node.op) ||
               std::holds_alternative<graph::Dropout>(node.op);
    return false;
  }

  const graph::Graph& graph_;
  ModelWriter& writer_;
  const graph::Graph* lowered_;     // null: no Quant nodes
  std::vector<std::string> names_;  // [values], tensors of the file
  std::set<std::string> produced_;  // outputs so far
};

}  // namespace

std::vector<std::byte> float_model(const graph::Graph& graph,
                                   const ExportSettings& settings) {
  if (graph.is_lowered())
    return float_model(quantise::to_float(graph), settings);
  validate(graph);
  require_one_subnet(graph);
  ModelWriter writer(graph.name,
                     settings.opset == 0 ? kUsualOpset : settings.opset,
                     settings.batch);
  FloatExporter(graph, writer).run();
  return writer.finish(settings.producer_version, network_doc(graph),
                       network_metadata(graph, settings));
}

void add_quant_network(ModelWriter& writer, const graph::Graph& lowered) {
  FloatExporter(quantise::to_float(lowered), writer, &lowered).run();
}

}  // namespace triad::onnx
