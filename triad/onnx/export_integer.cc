#include <algorithm>
#include <cmath>
#include <set>

#include "triad/base/error.h"
#include "triad/graph/derived_scales.h"
#include "triad/graph/integer_rules.h"
#include "triad/onnx/dialect.h"
#include "triad/onnx/export.h"
#include "triad/onnx/model_writer.h"
#include "triad/onnx/network_notes.h"
#include "triad/onnx/plain_ops.h"
#include "triad/onnx/quant_network.h"

namespace triad::onnx {
namespace {

using encoding::Quantization;
using graph::Node;
using graph::ValueId;

// Unsigned 16-bit values stop at 32767 here, so that they are int16 too.
Element element_of(const Quantization& quantization) {
  if (quantization.bits == 16) return Element::int16;
  return quantization.is_signed ? Element::int8 : Element::uint8;
}

// Weights of one layer as ONNX wants them: positive scales.
struct FilterIntegers {
  int bits = 8;  // codes in [-(2^(bits-1) - 1), 2^(bits-1) - 1]
  std::vector<std::int8_t> codes;
  std::vector<std::int32_t> bias;
  std::vector<float> scale;       // [K] of the codes
  std::vector<float> bias_scale;  // [K] = scale * input scale
};

// A filter of negative scale has its integers negated instead. One of scale 0
// (a multiplier of 0) gives zeros whatever its integers are.
FilterIntegers filter_integers(const Node& node, const graph::Graph& graph) {
  const auto codes =
      graph::integer_codes(node.find("weight")->encoding, node.name);
  const float input = graph.value(node.inputs[0]).quantization->scale;
  FilterIntegers result{weight_bits(node.find("weight")->encoding),
                        {codes.begin(), codes.end()},
                        node.requantization.front().bias,
                        graph::derived_scales(node, graph),
                        {}};
  const std::size_t taps = codes.size() / result.scale.size();
  for (std::size_t k = 0; k < result.scale.size(); ++k) {
    float& scale = result.scale[k];
    const int sign = scale > 0 ? 1 : scale < 0 ? -1 : 0;
    for (std::size_t i = k * taps; i < (k + 1) * taps; ++i)
      result.codes[i] = std::int8_t(sign * result.codes[i]);
    result.bias[k] *= sign;
    scale = sign == 0 ? 1.0f : std::abs(scale);
    result.bias_scale.push_back(scale * input);
  }
  return result;
}

class IntegerExporter {
 public:
  IntegerExporter(const graph::Graph& graph, ModelWriter& writer,
                  IntegerDialect dialect, bool layers_alone)
      : graph_(graph),
        writer_(writer),
        dialect_(dialect),
        layers_alone_(layers_alone),
        parameters_(graph.values.size()),
        integers_(graph.values.size()),
        reals_(graph.values.size()) {}

  void run() {
    for (const Node& node : graph_.nodes) add(node);
    for (const ValueId id : graph_.outputs) add_output(id);
  }

 private:
  // Scale and zero point of a value, as constants.
  struct Parameters {
    std::string scale, zero_point;
  };

  const std::optional<Quantization>& quantization(ValueId id) const {
    return graph_.value(id).quantization;
  }
  const std::string& name(ValueId id) const { return graph_.value(id).name; }

  void add(const Node& node) {
    if (std::holds_alternative<graph::Dropout>(node.op) && !layers_alone_) {
      integers_[std::size_t(node.output)] =
          integers_[std::size_t(node.inputs[0])];
      reals_[std::size_t(node.output)] = reals_[std::size_t(node.inputs[0])];
      parameters_[std::size_t(node.output)] =
          parameters_[std::size_t(node.inputs[0])];
      return;
    }
    // An output's own name is for the numbers that its integers mean.
    const bool is_rounded = quantization(node.output) && is_output(node.output);
    const std::string made =
        writer_.unique(name(node.output) + (is_rounded ? ".unrounded" : ""));
    const auto* pad = std::get_if<graph::Pad>(&node.op);
    if (pad && quantization(node.output) &&
        quantization(node.output)->bits == 8)
      return pad_integers(node, *pad);
    std::visit([&](const auto& op) { add_op(node, op, made); }, node.op);
    if (quantization(node.output))
      quantize(node, made);
    else
      reals_[std::size_t(node.output)] = made;
  }

  void add_op(const Node& node, const graph::Input&, const std::string& made) {
    writer_.add_input(made, Element::float32, graph_.value(node.output).shape);
  }
  void add_op(const Node& node, const graph::Conv2d& op,
              const std::string& made) {
    add_weighted("Conv", node, made,
                 {{"kernel_shape", to_list(op.kernel)},
                  {"strides", to_list(op.stride)},
                  {"dilations", to_list(op.dilation)},
                  {"pads", to_list(op.padding)},
                  {"group", op.groups}});
  }
  void add_op(const Node& node, const graph::Linear&, const std::string& made) {
    add_weighted("Gemm", node, made, {{"transB", std::int64_t(1)}});
  }
  void add_op(const Node& node, const graph::Dropout&,
              const std::string& made) {
    writer_.add({"Identity", node.name, {real(node.inputs[0])}, made});
  }
  template <typename Op>
  void add_op(const Node& node, const Op&, const std::string& made) {
    std::vector<std::string> inputs;
    for (const ValueId id : node.inputs) inputs.push_back(real(id));
    add_plain_op(writer_, graph_, node, inputs, made);
  }

  void add_weighted(const std::string& op, const Node& node,
                    const std::string& made,
                    std::vector<Attribute> attributes) {
    const encoding::Encoding& weight = node.find("weight")->encoding;
    const FilterIntegers filters = filter_integers(node, graph_);
    const Shape one_each{std::int64_t(filters.scale.size())};
    const std::string data = real(node.inputs[0]);
    const std::string codes = add_weight(node, filters);
    const std::string bias = node.name + ".bias";
    const std::string offsets = dequantize_constant(
        bias, {writer_.add_constant(bias, one_each, std::span(filters.bias)),
               writer_.add_constant(bias + ".scale", one_each,
                                    std::span(filters.bias_scale))});
    writer_.add({op,
                 node.name,
                 {data, codes, offsets},
                 made,
                 std::move(attributes),
                 weight_doc(weight)});
  }

  // The weight as floats that codes and scales stand for.
  std::string add_weight(const Node& node, const FilterIntegers& filters) {
    const std::string prefix = node.name + ".weight";
    const Shape& shape = encoding::shape(node.find("weight")->encoding);
    const Shape one_each{std::int64_t(filters.scale.size())};
    const bool is_int2 = dialect_ == IntegerDialect::int2 && filters.bits == 2;
    const auto add_codes = [&](const std::string& name, const Shape& sizes,
                               std::span<const std::int8_t> codes) {
      return is_int2 ? writer_.add_int2_constant(name, sizes, codes)
                     : writer_.add_constant(name, sizes, codes);
    };
    const std::string scale = writer_.add_constant(prefix + ".scale", one_each,
                                                   std::span(filters.scale));
    const std::vector<std::int8_t> zeros(filters.scale.size(), 0);
    const std::string zero_point =
        add_codes(prefix + ".zero_point", one_each, zeros);
    const bool is_clipped =
        dialect_ == IntegerDialect::qcdq && filters.bits < 8;
    const std::string codes =
        is_clipped ? add_clipped(prefix, shape, filters, {scale, zero_point})
                   : add_codes(prefix, shape, filters.codes);
    return dequantize_constant(prefix, {codes, scale, zero_point});
  }

  // Codes below 8 bits as QCDQ has them: floats, rounded, and limited by a
  // Clip, which alone tells the width. QONNX's converter wants all three.
  std::string add_clipped(const std::string& prefix, const Shape& shape,
                          const FilterIntegers& filters,
                          const Parameters& parameters) {
    std::vector<float> reals;
    const std::size_t taps = filters.codes.size() / filters.scale.size();
    for (std::size_t i = 0; i < filters.codes.size(); ++i)
      reals.push_back(float(filters.codes[i]) * filters.scale[i / taps]);
    const auto high = std::int8_t((1 << (filters.bits - 1)) - 1);
    const std::vector<std::int8_t> limits = {std::int8_t(-high), high};
    const std::span all(limits);
    const std::string codes = writer_.unique(prefix + ".integers");
    writer_.add({"QuantizeLinear",
                 prefix + ".quantize",
                 {writer_.add_constant(prefix, shape, std::span(reals)),
                  parameters.scale, parameters.zero_point},
                 codes,
                 {{"axis", std::int64_t(0)}}});
    const std::string clipped = writer_.unique(prefix + ".clipped");
    writer_.add(
        {"Clip",
         prefix + ".clip",
         {codes, writer_.add_constant(prefix + ".low", {}, all.first(1)),
          writer_.add_constant(prefix + ".high", {}, all.last(1))},
         clipped});
    return clipped;
  }

  std::string dequantize_constant(const std::string& what,
                                  const std::vector<std::string>& inputs) {
    const std::string output = writer_.unique(what + ".dequantized");
    writer_.add({"DequantizeLinear",
                 what + ".dequantize",
                 inputs,
                 output,
                 {{"axis", std::int64_t(0)}}});
    return output;
  }

  // Rounds the real tensor `made` to the integers of the node's output.
  void quantize(const Node& node, const std::string& made) {
    const auto id = std::size_t(node.output);
    const Quantization& to = *quantization(node.output);
    parameters_[id] = add_parameters(node.output, to);
    std::string real = made;
    if (to.bits == 16 && !to.is_signed) {  // int16 does not stop at 0 itself
      real = writer_.unique(made + ".positive");
      writer_.add({"Relu", node.name + ".positive", {made}, real});
    }
    writer_.add({"QuantizeLinear",
                 node.name + ".quantize",
                 {real, parameters_[id].scale, parameters_[id].zero_point},
                 add_integers(node)});
  }

  // The one op that engines leave in floats between its conversions; ONNX
  // knows it for integers, where zero is the zero point.
  void pad_integers(const Node& node, const graph::Pad& pad) {
    const auto id = std::size_t(node.output);
    parameters_[id] = add_parameters(node.output, *quantization(node.output));
    const std::vector<std::int64_t> sizes = pad_sizes(pad);
    const std::string pads = writer_.add_constant(
        node.name + ".pads", {std::ssize(sizes)}, std::span(sizes));
    const std::string& input = integers_[std::size_t(node.inputs[0])];
    writer_.add({"Pad",
                 node.name,
                 {input, pads, parameters_[id].zero_point},
                 add_integers(node)});
  }

  // Name of the tensor that holds the integers `node` computes.
  std::string add_integers(const Node& node) {
    const Quantization& to = *quantization(node.output);
    const Shape& shape = graph_.value(node.output).shape;
    const std::string& value = name(node.output);
    const std::string integers = writer_.unique(value + ".integers");
    integers_[std::size_t(node.output)] = integers;
    if (!layers_alone_ || std::holds_alternative<graph::Input>(node.op))
      return integers;
    const std::string computed = writer_.unique(value + ".computed");
    writer_.add_input(integers, element_of(to), shape);
    writer_.add_output(computed, element_of(to), shape);
    return computed;
  }

  Parameters add_parameters(ValueId id, const Quantization& to) {
    const std::string scale =
        writer_.add_constant(name(id) + ".scale", {}, std::span(&to.scale, 1));
    const std::string zero = name(id) + ".zero_point";
    const auto add = [&](auto point) {
      return writer_.add_constant(zero, {},
                                  std::span<const decltype(point)>(&point, 1));
    };
    switch (element_of(to)) {
      case Element::uint8:
        return {scale, add(std::uint8_t(to.zero_point))};
      case Element::int8:
        return {scale, add(std::int8_t(to.zero_point))};
      default:
        return {scale, add(std::int16_t(to.zero_point))};
    }
  }

  // The value as real numbers: its own, or those its integers stand for.
  const std::string& real(ValueId id) {
    std::string& tensor = reals_[std::size_t(id)];
    if (!tensor.empty()) return tensor;
    const auto& [scale, zero_point] = parameters_[std::size_t(id)];
    tensor = writer_.unique(name(id) + (is_output(id) ? "" : ".dequantized"));
    writer_.add({"DequantizeLinear",
                 name(id) + ".dequantize",
                 {integers_[std::size_t(id)], scale, zero_point},
                 tensor});
    return tensor;
  }

  bool is_output(ValueId id) const {
    return std::ranges::count(graph_.outputs, id) > 0;
  }

  void add_output(ValueId id) {
    if (layers_alone_ && quantization(id)) return;  // its integers are one
    std::string tensor = real(id);
    if (!outputs_.insert(tensor).second) {
      const std::string copy = writer_.unique(tensor + ".output");
      writer_.add({"Identity", copy, {tensor}, copy});
      tensor = copy;
    }
    writer_.add_output(tensor, Element::float32, graph_.value(id).shape);
  }

  const graph::Graph& graph_;
  ModelWriter& writer_;
  const IntegerDialect dialect_;
  const bool layers_alone_;
  // Of each value, empty where it has none (yet).
  std::vector<Parameters> parameters_;
  std::vector<std::string> integers_, reals_;
  std::set<std::string> outputs_;
};

}  // namespace

std::vector<std::byte> integer_model(const graph::Graph& lowered,
                                     const ExportSettings& settings,
                                     IntegerDialect dialect) {
  require(lowered.is_lowered(),
          "onnx export: network '{}': expected a lowered one: lower it first, "
          "or export floats",
          lowered.name);
  graph::check_integer_rules(lowered);
  require_one_subnet(lowered);
  require(!settings.layers_alone || dialect != IntegerDialect::qonnx,
          "onnx export: QONNX has no integers to compare layers by");
  ModelWriter writer(lowered.name,
                     choose_opset(lowered, dialect, settings.opset),
                     settings.batch);
  if (dialect == IntegerDialect::qonnx)
    add_quant_network(writer, lowered);
  else
    IntegerExporter(lowered, writer, dialect, settings.layers_alone).run();
  return writer.finish(settings.producer_version, network_doc(lowered),
                       network_metadata(lowered, settings));
}

}  // namespace triad::onnx
