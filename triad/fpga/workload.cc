#include "triad/fpga/workload.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "triad/base/error.h"
#include "triad/fpga/full_codes.h"
#include "triad/fpga/logits.h"
#include "triad/graph/element_function.h"
#include "triad/graph/integer_rules.h"
#include "triad/graph/pool_window.h"

namespace triad::fpga {
namespace {

using graph::Graph;
using graph::Node;
using graph::ValueId;

constexpr int kNone = -1;

template <typename... Ops>
bool is_one_of(const graph::Op& op) {
  return (std::holds_alternative<Ops>(op) || ...);
}

std::string describe(const Node& node) {
  return fmt::format("{} '{}'", graph::name(node.op), node.name);
}

template <typename... Args>
[[noreturn]] void refuse(const Node& node, fmt::format_string<Args...> why,
                         Args&&... args) {
  fail("fpga: {}: {}", describe(node),
       fmt::format(why, std::forward<Args>(args)...));
}

// [C, 1, 1] of features [C].
Stream make_stream(const graph::Value& value) {
  Stream stream;
  stream.channels = value.shape[0];
  if (value.shape.size() == 3)
    stream.height = value.shape[1], stream.width = value.shape[2];
  if (value.quantization) stream.quantization = *value.quantization;
  return stream;
}

// Whether reading `op` moves nothing in a stream.
bool is_invisible(const graph::Op& op) {
  return is_one_of<graph::Flatten, graph::Dropout>(op);
}

// Weights in full 8 bits, as a rule the first and last layer's, are multiplied
// by: as sums of ternary terms they would take 7 words for one. All narrower
// ones are added.
int weight_bits(const encoding::Encoding& weight) {
  const auto* levels = std::get_if<encoding::Levels>(&weight);
  return levels && levels->bits == 8 ? 8 : 2;
}

class Maker {
 public:
  explicit Maker(Graph graph)
      : graph_(std::move(graph)), producer_(graph_.values.size(), kNone) {}

  Workload run() {
    result_.name = graph_.name;
    for (const Node& node : graph_.nodes) add(node);
    const ValueId output = graph_.outputs.front();
    const int last = producer_[std::size_t(output)];
    const auto* layer =
        std::get_if<Convolution>(&result_.stages[std::size_t(last)].work);
    require(layer && layer->logits,
            "fpga: '{}': its output '{}' holds no logits of a linear layer, "
            "which are all that leave the target",
            graph_.name, graph_.value(output).name);
    result_.logit_scale = layer->requantization.logit_scale;
    keep_what_reaches(std::size_t(last));
    return std::move(result_);
  }

 private:
  void add(const Node& node) {
    const graph::Support support = supports(node);
    if (!support.yes) refuse(node, "{}", support.because);
    check_values(node);
    const auto output = std::size_t(node.output);
    if (is_invisible(node.op) || is_absorbed(node)) {
      producer_[output] = producer_[std::size_t(node.inputs[0])];
      return;
    }
    if (is_one_of<graph::Concat>(node.op)) {
      producer_[output] = add_concat(node);
      return;
    }
    Stage stage{node.name, {}, {}, make_stream(graph_.value(node.output))};
    for (const ValueId id : node.inputs)
      stage.inputs.push_back(producer_[std::size_t(id)]);
    // Of a value that a Flatten moved: the picture it came from.
    if (graph::is_element_function(node.op) || is_one_of<graph::Add>(node.op)) {
      const Stream& input = result_.input(stage);
      stage.output.channels = input.channels;
      stage.output.height = input.height;
      stage.output.width = input.width;
    }
    stage.work = std::visit(
        [&](const auto& op) { return make(node, op, stage); }, node.op);
    producer_[output] = push(std::move(stage));
  }

  int push(Stage stage) {
    result_.stages.push_back(std::move(stage));
    return int(result_.stages.size()) - 1;
  }

  // The stage that gives the output.
  int add_concat(const Node& node) {
    const graph::Value& value = graph_.value(node.output);
    std::vector<int> parts;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      const int from = producer_[std::size_t(node.inputs[i])];
      if (value.shape.size() == 1 && stream(from).pixels() > 1)
        refuse(node, "it joins flattened pictures, the target joins channels");
      parts.push_back(requantised(node, i, from, *value.quantization));
    }
    int joined = parts[0];
    for (std::size_t i = 1; i < parts.size(); ++i) {
      Stream output = stream(joined);
      output.channels += stream(parts[i]).channels;
      const bool is_last = i + 1 == parts.size();
      joined = push({is_last ? node.name : fmt::format("{}:{}", node.name, i),
                     Concat{},
                     {joined, parts[i]},
                     output});
    }
    return joined;
  }

  const Stream& stream(int stage) const {
    return result_.stages[std::size_t(stage)].output;
  }

  // Input i of a Concat as stage `from` gives it, if that changes no value, or
  // through a stage.
  int requantised(const Node& node, std::size_t i, int from,
                  const encoding::Quantization& to) {
    graph::Requantization one = integers(node);
    one.multiplier = {one.multiplier[i]};
    Stage stage{
        fmt::format("{}:input{}", node.name, i), {}, {from}, stream(from)};
    if (keeps_values(stage.output.quantization, to, one)) return from;
    stage.output.quantization = to;
    stage.work = Add{std::move(one), to.lowest()};
    return push(std::move(stage));
  }

  static bool keeps_values(const encoding::Quantization& from,
                           const encoding::Quantization& to,
                           const graph::Requantization& integers) {
    if (from.is_signed != to.is_signed) return false;
    for (std::int32_t q = from.lowest(); q <= from.highest(); ++q) {
      const std::int32_t term = encoding::rounding_high_multiply(
          encoding::align(q, from), integers.multiplier[0]);
      if (encoding::combine(term, integers.shift, to) != q) return false;
    }
    return true;
  }

  void check_values(const Node& node) const {
    if (is_one_of<graph::Softmax>(node.op))
      refuse(node,
             "it does not end the network, where alone it can be left out");
    const graph::Value& value = graph_.value(node.output);
    if (value.quantization && value.quantization->bits != 8)
      refuse(node,
             "its output has {} bits, the data path 8; compress with "
             "activation bits 8, and end with a linear layer",
             value.quantization->bits);
    for (const ValueId id : node.inputs)
      if (!graph_.value(id).quantization && !is_one_of<graph::Dropout>(node.op))
        refuse(node, "it reads logits, which leave the target");
    if (value.shape.size() == 2)
      refuse(node, "its output is rows of features {}, no picture",
             to_string(value.shape));
  }

  // A Slice read by one Pad of channels alone is part of that stage.
  bool is_absorbed(const Node& node) const {
    if (!is_one_of<graph::Slice>(node.op)) return false;
    const Node* reader = nullptr;
    for (const Node& other : graph_.nodes)
      for (const ValueId id : other.inputs) {
        if (id != node.output) continue;
        if (reader) return false;
        reader = &other;
      }
    return reader && is_one_of<graph::Pad>(reader->op);
  }

  const graph::Requantization& integers(const Node& node) const {
    return node.requantization.front();
  }

  Work make(const Node&, const graph::Input&, const Stage&) const {
    return InputTable{graph_.input_table};
  }

  Convolution convolution(const Node& node,
                          std::vector<std::int8_t> codes) const {
    Convolution layer;
    layer.weight_bits = weight_bits(node.find("weight")->encoding);
    layer.filters = graph_.value(node.output).shape[0];
    layer.codes = std::move(codes);
    layer.requantization = integers(node);
    layer.logits = layer.requantization.multiplier.empty();
    return layer;
  }

  std::span<const std::int8_t> codes(const Node& node) const {
    return graph::integer_codes(node.find("weight")->encoding, node.name);
  }

  Work make(const Node& node, const graph::Conv2d& op,
            const Stage& stage) const {
    Convolution layer = convolution(node, full_codes(codes(node), op));
    layer.window = {full_kernel(op), op.stride, op.padding[0], op.padding[1]};
    if (layer.logits && stage.output.pixels() != 1)
      refuse(node, "its logits are {} pixels, one leaves the target",
             stage.output.pixels());
    return layer;
  }

  Work make(const Node& node, const graph::Linear&, const Stage& stage) const {
    const Stream& input = result_.input(stage);
    const auto weights = codes(node);
    Convolution layer = convolution(
        node, std::vector<std::int8_t>(weights.begin(), weights.end()));
    layer.window.kernel = {input.height, input.width};
    layer.window.stride = layer.window.kernel;
    return layer;
  }

  Work make(const Node&, const graph::MaxPool& op, const Stage&) const {
    return MaxPool{{op.kernel, op.stride, op.padding[0], op.padding[1]}};
  }

  Work make(const Node& node, const graph::AveragePool& op,
            const Stage& stage) const {
    AveragePool pool{{op.kernel, op.stride, op.padding[0], op.padding[1]},
                     integers(node)};
    const Shape& input = graph_.value(node.inputs[0]).shape;
    const Shape& output = graph_.value(node.output).shape;
    const std::int64_t common = graph::common_divisor(op, input, output);
    bool are_alike = true;
    bool counts_padding = false;
    for (std::int64_t y = 0; y < output[1]; ++y)
      for (std::int64_t x = 0; x < output[2]; ++x) {
        const auto divisor = graph::pool_window(op, input, y, x).divisor;
        const auto [rows, columns] =
            inside(pool.window, result_.input(stage), y, x);
        are_alike = are_alike && divisor == common;
        counts_padding = counts_padding || divisor != rows * columns;
      }
    if (are_alike) return pool;
    if (counts_padding)
      refuse(node,
             "its windows divide by different numbers, which count padding: "
             "expected a padding that does not count, or no ceil mode");
    pool.common = common;
    return pool;
  }

  Work make(const Node& node, const graph::GlobalAveragePool&,
            const Stage& stage) const {
    const Stream& input = result_.input(stage);
    return AveragePool{
        {{input.height, input.width}, {input.height, input.width}, 0, 0},
        integers(node)};
  }

  Work make(const Node& node, const graph::Add&, const Stage& stage) const {
    const Stream &a = result_.input(stage), &b = result_.input(stage, 1);
    if (a.height != b.height || a.width != b.width)
      refuse(node, "its inputs are pictures of {} x {} and {} x {} pixels",
             a.height, a.width, b.height, b.width);
    return Add{integers(node), stage.output.quantization.lowest()};
  }

  Work make(const Node& node, const graph::Relu&, const Stage& stage) const {
    const auto& to = stage.output.quantization;
    return Add{integers(node), std::max(to.lowest(), to.zero_point)};
  }

  Work make(const Node&, const graph::Slice& op, const Stage&) const {
    return subsample(op);
  }

  static Subsample subsample(const graph::Slice& op) {
    return {{op.rows.start, op.columns.start},
            {op.rows.stride, op.columns.stride}};
  }

  Work make(const Node& node, const graph::Pad& op, const Stage&) const {
    Subsample result;
    for (const Node& slice : graph_.nodes)
      if (slice.output == node.inputs[0] && is_absorbed(slice))
        result = subsample(std::get<graph::Slice>(slice.op));
    result.channels_before = op.channels_before;
    result.channels_after = op.channels_after;
    return result;
  }

  // What `supports` lets through: functions by a table.
  template <typename Op>
  Work make(const Node& node, const Op&, const Stage&) const {
    return Table{integers(node).table};
  }

  // Stages that the last does not need would block the others.
  void keep_what_reaches(std::size_t last) {
    std::vector<char> needed(result_.stages.size(), false);
    needed[last] = true;
    for (std::size_t i = last + 1; i-- > 0;)
      for (const int input : result_.stages[i].inputs)
        needed[std::size_t(input)] |= needed[i];
    std::vector<int> place(result_.stages.size(), kNone);
    std::vector<Stage> kept;
    for (std::size_t i = 0; i <= last; ++i) {
      if (!needed[i]) continue;
      place[i] = int(kept.size());
      kept.push_back(std::move(result_.stages[i]));
      for (int& input : kept.back().inputs) input = place[std::size_t(input)];
    }
    result_.stages = std::move(kept);
  }

  const Graph graph_;
  std::vector<int> producer_;  // stage of each value
  Workload result_;
};

}  // namespace

const Window* window_of(const Work& work) {
  if (const auto* layer = std::get_if<Convolution>(&work))
    return &layer->window;
  if (const auto* pool = std::get_if<MaxPool>(&work)) return &pool->window;
  if (const auto* pool = std::get_if<AveragePool>(&work)) return &pool->window;
  return nullptr;
}

graph::Pair inside(const Window& window, const Stream& input, std::int64_t y,
                   std::int64_t x) {
  const auto pixels = [](std::int64_t start, std::int64_t kernel,
                         std::int64_t size) {
    return std::min(start + kernel, size) - std::max<std::int64_t>(start, 0);
  };
  return {
      pixels(y * window.stride[0] - window.top, window.kernel[0], input.height),
      pixels(x * window.stride[1] - window.left, window.kernel[1],
             input.width)};
}

Workload make_workload(const Graph& graph) {
  require(graph.is_lowered(),
          "fpga: '{}' computes in floating point: expected an integer model, "
          "made by triad compress",
          graph.name);
  require(graph.subnets.size() == 1, "fpga: '{}': expected one subnet, got {}",
          graph.name, graph.subnets.size());
  require(graph.outputs.size() == 1, "fpga: '{}': expected one output, got {}",
          graph.name, graph.outputs.size());
  graph::check_integer_rules(graph);
  return Maker(end_at_logits(graph)).run();
}

}  // namespace triad::fpga
