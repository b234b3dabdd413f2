#include <algorithm>
#include <set>

#include "triad/onnx/export.h"
#include "triad/onnx/model_writer.h"
#include "triad/onnx/network_notes.h"
#include "triad/onnx/plain_ops.h"
#include "triad/quantise/to_float.h"

namespace triad::onnx {
namespace {

using graph::Node;

class FloatExporter {
 public:
  FloatExporter(const graph::Graph& graph, ModelWriter& writer)
      : graph_(graph), writer_(writer), names_(graph.values.size()) {}

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
    }
    writer_.add({op, node.name, inputs, tensor(node.output),
                 std::move(attributes),
                 weight_doc(node.find("weight")->encoding)});
    note_shape(node);
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
  ModelWriter writer(graph.name, settings.opset, settings.batch);
  FloatExporter(graph, writer).run();
  return writer.finish(settings.producer_version, network_doc(graph),
                       network_metadata(graph, settings));
}

}  // namespace triad::onnx
