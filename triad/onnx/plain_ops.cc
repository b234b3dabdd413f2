#include "triad/onnx/plain_ops.h"

#include <algorithm>

#include "triad/base/error.h"

namespace triad::onnx {

using graph::Node;

std::vector<std::int64_t> to_list(const graph::Padding& padding) {
  return {padding.begin(), padding.end()};
}
std::vector<std::int64_t> to_list(const graph::Pair& pair) {
  return {pair.begin(), pair.end()};
}

std::vector<std::int64_t> pad_sizes(const graph::Pad& pad) {
  const auto& [top, left, bottom, right] = pad.padding;
  return {0, pad.channels_before, top,    left,
          0, pad.channels_after,  bottom, right};
}

namespace {

// The padding with which a pool that rounds down has the output of `pool`:
// engines differ in what ceil_mode means, none in what padding means.
template <typename Pool>
graph::Padding rounded_up(const Pool& pool, const Shape& input,
                          const Shape& output) {
  graph::Padding padding = pool.padding;
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const std::int64_t needed = (output[axis + 1] - 1) * pool.stride[axis] +
                                pool.kernel[axis] - input[axis + 1] -
                                padding[axis];
    padding[axis + 2] = std::max(padding[axis + 2], needed);
  }
  return padding;
}

struct PlainOp {
  ModelWriter& writer;
  const graph::Graph& graph;
  const Node& node;
  const std::vector<std::string>& inputs;
  const std::string& output;

  const Shape& from() const { return graph.value(node.inputs[0]).shape; }
  const Shape& to() const { return graph.value(node.output).shape; }

  void add(const std::string& op,
           std::vector<Attribute> attributes = {}) const {
    writer.add({op, node.name, inputs, output, std::move(attributes)});
  }
  // With constants of integers after the first input.
  void add_with(
      const std::string& op,
      const std::vector<std::pair<std::string, std::vector<std::int64_t>>>&
          constants) const {
    std::vector<std::string> all = {inputs[0]};
    for (const auto& [name, numbers] : constants)
      all.push_back(writer.add_constant(node.name + "." + name,
                                        {std::int64_t(numbers.size())},
                                        std::span(numbers)));
    writer.add({op, node.name, all, output});
  }
  [[noreturn]] void refuse() const {
    fail("onnx export: {} '{}' is no op without weights", name(node.op),
         node.name);
  }

  void operator()(const graph::Input&) const { refuse(); }
  void operator()(const graph::Conv2d&) const { refuse(); }
  void operator()(const graph::Linear&) const { refuse(); }
  void operator()(const graph::BatchNorm&) const { refuse(); }
  void operator()(const graph::Dropout&) const { refuse(); }

  void operator()(const graph::Relu&) const { add("Relu"); }
  void operator()(const graph::LeakyRelu& op) const {
    add("LeakyRelu", {{"alpha", op.slope}});
  }
  void operator()(const graph::HardSigmoid& op) const {
    add("HardSigmoid", {{"alpha", op.alpha}, {"beta", op.beta}});
  }
  // HardSwish itself came with opset 14.
  void operator()(const graph::HardSwish&) const {
    const std::string gate = writer.unique(node.name + ".gate");
    writer.add({"HardSigmoid",
                node.name + ".gate",
                inputs,
                gate,
                {{"alpha", 1.0f / 6}, {"beta", 0.5f}}});
    writer.add({"Mul", node.name, {inputs[0], gate}, output});
  }
  void operator()(const graph::Sigmoid&) const { add("Sigmoid"); }
  void operator()(const graph::Clip& op) const {
    const std::vector<float> limits = {op.low, op.high};
    const std::span all(limits);
    const auto low = writer.add_constant(node.name + ".low", {}, all.first(1));
    const auto high = writer.add_constant(node.name + ".high", {}, all.last(1));
    writer.add({"Clip", node.name, {inputs[0], low, high}, output});
  }

  void operator()(const graph::MaxPool& op) const {
    add("MaxPool", {{"kernel_shape", to_list(op.kernel)},
                    {"strides", to_list(op.stride)},
                    {"pads", to_list(rounded_up(op, from(), to()))}});
  }
  void operator()(const graph::AveragePool& op) const {
    const graph::Padding all = rounded_up(op, from(), to());
    if (!op.count_padding || all == op.padding)
      return average(inputs[0], op, all, op.count_padding);
    // Zeros that count become pixels; what rounding up adds never counts.
    graph::Padding beyond = {0, 0, 0, 0};
    for (std::size_t side = 2; side < 4; ++side)
      beyond[side] = all[side] - op.padding[side];
    const std::string padded = writer.unique(node.name + ".padded");
    const std::vector<std::int64_t> sizes = pad_sizes({.padding = op.padding});
    const std::string pads = writer.add_constant(
        node.name + ".pads", {std::int64_t(sizes.size())}, std::span(sizes));
    writer.add({"Pad", node.name + ".pad", {inputs[0], pads}, padded});
    average(padded, op, beyond, false);
  }
  void average(const std::string& input, const graph::AveragePool& op,
               const graph::Padding& padding, bool count_padding) const {
    writer.add({"AveragePool",
                node.name,
                {input},
                output,
                {{"kernel_shape", to_list(op.kernel)},
                 {"strides", to_list(op.stride)},
                 {"pads", to_list(padding)},
                 {"count_include_pad", std::int64_t(count_padding)}}});
  }
  void operator()(const graph::GlobalAveragePool&) const {
    add("GlobalAveragePool");
  }

  // ONNX adds two; three and more go one after the other, as the reference.
  void operator()(const graph::Add&) const {
    std::string sum = inputs[0];
    for (std::size_t i = 1; i < inputs.size(); ++i) {
      const bool last = i + 1 == inputs.size();
      const std::string suffix = fmt::format(".{}", i);
      const std::string next =
          last ? output : writer.unique(output + ".sum" + suffix);
      writer.add({"Add",
                  last ? node.name : node.name + suffix,
                  {sum, inputs[i]},
                  next});
      sum = next;
    }
  }
  void operator()(const graph::Mul&) const { add("Mul"); }
  void operator()(const graph::Concat&) const {
    add("Concat", {{"axis", std::int64_t(1)}});
  }
  void operator()(const graph::Flatten&) const {
    add("Flatten", {{"axis", std::int64_t(1)}});
  }
  void operator()(const graph::Pad& op) const {
    add_with("Pad", {{"pads", pad_sizes(op)}});
  }
  void operator()(const graph::Slice& op) const {
    std::vector<std::int64_t> starts, ends, axes, steps;
    std::int64_t axis = 0;
    for (const graph::Range& range : {op.channels, op.rows, op.columns}) {
      const std::int64_t size = from()[std::size_t(axis++)];
      if (range == graph::Range{}) continue;
      starts.push_back(range.start);
      ends.push_back(std::min(range.stop, size));
      axes.push_back(axis);
      steps.push_back(range.stride);
    }
    if (axes.empty()) return add("Identity");
    add_with(
        "Slice",
        {{"starts", starts}, {"ends", ends}, {"axes", axes}, {"steps", steps}});
  }
  void operator()(const graph::Resize& op) const {
    const std::vector<float> scales = {1, 1, float(op.factor[0]),
                                       float(op.factor[1])};
    const std::string none =
        writer.add_constant(node.name + ".roi", {0}, std::span<const float>());
    const std::string factors =
        writer.add_constant(node.name + ".scales", {4}, std::span(scales));
    writer.add({"Resize",
                node.name,
                {inputs[0], none, factors},
                output,
                {{"mode", std::string("nearest")},
                 {"coordinate_transformation_mode", std::string("asymmetric")},
                 {"nearest_mode", std::string("floor")}}});
  }
  void operator()(const graph::ChannelsLast& op) const {
    const std::string turned = writer.unique(node.name + ".channels_last");
    writer.add({"Transpose",
                node.name + ".transpose",
                inputs,
                turned,
                {{"perm", std::vector<std::int64_t>{0, 2, 3, 1}}}});
    const std::vector<std::int64_t> shape = {0, -1, op.columns};
    const std::string rows =
        writer.add_constant(node.name + ".shape", {3}, std::span(shape));
    writer.add({"Reshape", node.name, {turned, rows}, output});
  }
  void operator()(const graph::Softmax&) const {
    add("Softmax", {{"axis", std::ssize(from())}});
  }
};

}  // namespace

void add_plain_op(ModelWriter& writer, const graph::Graph& graph,
                  const Node& node, const std::vector<std::string>& inputs,
                  const std::string& output) {
  std::visit(PlainOp{writer, graph, node, inputs, output}, node.op);
}

}  // namespace triad::onnx
