#include "triad/quantise/lower.h"

#include <algorithm>
#include <cmath>

#include "triad/base/error.h"
#include "triad/graph/element_function.h"
#include "triad/graph/fold_batch_norm.h"
#include "triad/graph/integer_rules.h"
#include "triad/graph/pool_window.h"
#include "triad/graph/rewrite.h"
#include "triad/quantise/choose_multipliers.h"
#include "triad/quantise/lower_weights.h"

namespace triad::quantise {
namespace {

using encoding::Quantization;
using graph::Node;
using graph::ValueId;

template <typename... Ops>
bool is_one_of(const graph::Op& op) {
  return (std::holds_alternative<Ops>(op) || ...);
}

// Ops whose output holds integers of their input.
bool only_moves(const Node& node) {
  return is_one_of<graph::MaxPool, graph::Flatten, graph::ChannelsLast,
                   graph::Pad, graph::Slice, graph::Resize, graph::Dropout>(
      node.op);
}

bool is_relu6(const graph::Op& op) {
  const auto* clip = std::get_if<graph::Clip>(&op);
  return clip && clip->low == 0 && clip->high == 6;
}

// Whether no number makes the op's output negative.
bool is_never_negative(const graph::Op& op) {
  const auto* clip = std::get_if<graph::Clip>(&op);
  return is_one_of<graph::Relu, graph::HardSigmoid, graph::Sigmoid>(op) ||
         (clip && clip->low >= 0);
}

// The table of an element function (encoding::look_up).
std::vector<std::int16_t> make_table(const graph::Op& op,
                                     const Quantization& input,
                                     const Quantization& output) {
  std::vector<std::int16_t> table(encoding::table_size(input));
  const auto intervals = std::int32_t(table.size() / 256 * 256);
  const std::int32_t step =
      (input.highest() - input.lowest() + 1) / intervals;  // 1 for 8 bits
  for (std::size_t i = 0; i < table.size(); ++i) {
    const std::int32_t q = input.lowest() + std::int32_t(i) * step;
    const double real = double(input.scale) * (q - input.zero_point);
    const double result =
        std::nearbyint(graph::element_function(op, real) / output.scale) +
        output.zero_point;
    table[i] = std::int16_t(
        std::clamp(result, double(output.lowest()), double(output.highest())));
  }
  return table;
}

class Lowering {
 public:
  Lowering(graph::Graph folded, std::vector<ValueStatistics> statistics,
           const LowerSettings& settings)
      : graph_(std::move(folded)),
        statistics_(std::move(statistics)),
        settings_(settings),
        non_negative_(graph_.values.size(), false),
        at_most_6_(graph_.values.size(), false) {}

  graph::Graph run(const graph::Pictures& calibration) {
    const std::vector<bool> fused = fuse_relus();
    find_last_values();
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      if (fused[i]) continue;
      Node& node = graph_.nodes[i];
      if (is_one_of<graph::Input>(node.op))
        lower_input(node, calibration);
      else
        lower_node(node);
    }
    return graph::remove_nodes(std::move(graph_), fused);
  }

 private:
  graph::Value& value(ValueId id) { return graph_.values[std::size_t(id)]; }
  const Shape& shape(ValueId id) { return value(id).shape; }

  // Gives the output of a Relu, or of a Clip to 0..6 after a layer of weights,
  // to the layer before it, whose saturation then does the work. Returns the
  // nodes that have become superfluous.
  std::vector<bool> fuse_relus() {
    const std::vector<int> readers = graph::count_readers(graph_);
    const std::vector<std::size_t> producers = graph::find_producers(graph_);
    std::vector<bool> fused(graph_.nodes.size(), false);
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      const Node& relu = graph_.nodes[i];
      if (is_never_negative(relu.op))
        non_negative_[std::size_t(relu.output)] = true;
      if (!is_one_of<graph::Relu>(relu.op) && !is_relu6(relu.op)) continue;
      const auto input = std::size_t(relu.inputs[0]);
      Node& producer = graph_.nodes[producers[input]];
      const bool is_weighted =
          is_one_of<graph::Conv2d, graph::Linear>(producer.op);
      fused[i] = readers[input] == 1 &&
                 (is_weighted ||
                  (!is_relu6(relu.op) &&
                   is_one_of<graph::Add, graph::Concat, graph::AveragePool,
                             graph::GlobalAveragePool>(producer.op)));
      if (!fused[i]) continue;
      producer.output = relu.output;
      at_most_6_[std::size_t(relu.output)] = is_relu6(relu.op);
    }
    return fused;
  }

  // Marks values that end as real numbers: outputs, what a Softmax reads, and
  // what becomes one of those without new weights: moved, joined, or by a
  // function of each element.
  void find_last_values() {
    last_.assign(graph_.values.size(), false);
    for (const ValueId id : graph_.outputs) last_[std::size_t(id)] = true;
    for (std::size_t i = graph_.nodes.size(); i-- > 1;) {
      const Node& node = graph_.nodes[i];
      const bool passes_on = only_moves(node) || graph::has_table(node.op) ||
                             is_one_of<graph::Concat, graph::Softmax>(node.op);
      if (!passes_on || (!last_[std::size_t(node.output)] &&
                         !is_one_of<graph::Softmax>(node.op)))
        continue;
      for (const ValueId id : node.inputs) last_[std::size_t(id)] = true;
    }
  }

  bool reads_only_softmax(ValueId id) const {
    return std::ranges::none_of(graph_.nodes, [&](const Node& node) {
      return !is_one_of<graph::Softmax>(node.op) &&
             std::ranges::find(node.inputs, id) != node.inputs.end();
    });
  }

  // What calibration says of a value that `node` computes.
  Quantization calibrated(const Node& node) {
    const auto id = std::size_t(node.output);
    if (!is_one_of<graph::Conv2d, graph::Linear>(node.op) &&
        graph::element_function(node.op, 0) >= 0)
      non_negative_[id] = non_negative_[id] ||
                          std::ranges::all_of(node.inputs, [&](ValueId input) {
                            return non_negative_[std::size_t(input)];
                          });
    const int bits = last_[id] ? 16 : settings_.activation_bits;
    Quantization result = choose_quantization(
        statistics_[id], non_negative_[id], bits, settings_.scale);
    // Reaching 6 at the highest integer, saturation is the upper clamp.
    if (at_most_6_[id] && statistics_[id].largest() >= 6)
      result.scale = float(6.0 / result.highest());
    return result;
  }

  // Scales grow where a gain would exceed 1. A Relu6 cannot follow: its clamp
  // is the highest integer, which has to mean 6.
  void give(const Node& node, const Quantization& output) {
    const auto id = std::size_t(node.output);
    require(!at_most_6_[id] || statistics_[id].largest() < 6 ||
                double(output.scale) * output.highest() < 6.001,
            "lowering: the relu6 after {} '{}' reads values too coarse for its "
            "clamp at 6 (steps of {:.3g}, at most {:.3g}); put it after a "
            "convolution or use a relu",
            name(node.op), node.name, output.scale, 6.0 / output.highest());
    value(node.output).quantization = output;
  }

  void lower_input(const Node& node, const graph::Pictures& calibration) {
    InputQuantization input = choose_input(graph_.preprocessing, calibration,
                                           settings_.activation_bits);
    value(node.output).quantization = input.quantization;
    graph_.input_table = std::move(input.table);
  }

  void lower_node(Node& node) {
    if (is_one_of<graph::Softmax>(node.op)) return;
    require(!is_one_of<graph::BatchNorm>(node.op),
            "lowering: batch_norm '{}' follows no convolution or linear layer "
            "of its own to be folded into",
            node.name);
    if (!value(node.inputs[0]).quantization) {
      require(is_one_of<graph::Dropout>(node.op),
              "lowering: {} '{}' works on the real numbers of logits or a "
              "softmax; expected a softmax or dropout at most",
              name(node.op), node.name);
      return;
    }
    if (only_moves(node)) {
      value(node.output).quantization = value(node.inputs[0]).quantization;
      non_negative_[std::size_t(node.output)] =
          non_negative_[std::size_t(node.inputs[0])];
    } else if (is_one_of<graph::Conv2d, graph::Linear>(node.op)) {
      lower_weighted(node);
    } else if (is_one_of<graph::AveragePool, graph::GlobalAveragePool>(
                   node.op)) {
      lower_average(node);
    } else if (graph::has_table(node.op)) {
      lower_function(node);
    } else if (is_one_of<graph::Mul>(node.op)) {
      lower_scaled(node, double(value(node.inputs[0]).quantization->scale) *
                             value(node.inputs[1]).quantization->scale);
    } else {
      lower_terms(node);
    }
  }

  void lower_weighted(Node& node) {
    LayerRange range;
    range.input = *value(node.inputs[0]).quantization;
    if (is_one_of<graph::Linear>(node.op) && last_[std::size_t(node.output)] &&
        !non_negative_[std::size_t(node.output)] &&
        reads_only_softmax(node.output)) {
      lower_logits(node, range);
      return;
    }
    range.output = calibrated(node);
    const ValueStatistics& seen = statistics_[std::size_t(node.output)];
    range.lowest = seen.lowest;
    range.highest = seen.highest;
    give(node, lower_weights(node, range));
  }

  void lower_average(Node& node) {
    const Shape& in = shape(node.inputs[0]);
    const auto* pool = std::get_if<graph::AveragePool>(&node.op);
    const auto divisor = double(graph::common_divisor(
        pool ? *pool : graph::whole_picture(in), in, shape(node.output)));
    lower_scaled(node, value(node.inputs[0]).quantization->scale / divisor);
  }

  void lower_function(Node& node) {
    const Quantization output = calibrated(node);
    node.requantization = {
        {.table =
             make_table(node.op, *value(node.inputs[0]).quantization, output)}};
    give(node, output);
  }

  // Exact sums or products, `step` real numbers each, times one multiplier.
  void lower_scaled(Node& node, double step) {
    Quantization output = calibrated(node);
    const double range = double(output.scale) * output.reach();
    output.scale = std::max(output.scale, float(step / kLargestGain));
    const auto gain = [&] {
      return FilterGain{.gain = step / output.scale,
                        .reach = range / output.scale,
                        .spread = range / output.scale};
    };
    if (output.bits == 16) output.scale *= float(scale_growth({gain()}));
    const int shift = choose_shift({gain()});
    node.requantization = {
        {.shift = shift, .multiplier = {choose_multiplier(gain(), shift)}}};
    give(node, output);
  }

  // Add, Concat, and a Relu that could not be fused.
  void lower_terms(Node& node) {
    std::vector<Quantization> inputs;
    for (const ValueId id : node.inputs)
      inputs.push_back(*value(id).quantization);
    const bool summed = !is_one_of<graph::Concat>(node.op);
    double smallest = 0;
    if (summed)
      smallest = smallest_term_scale(inputs);
    else
      for (const Quantization& input : inputs)
        smallest = std::max(smallest, smallest_term_scale({&input, 1}));
    Quantization output = calibrated(node);
    output.scale = std::max(output.scale, float(smallest * 1.000001));
    TermMultipliers terms = choose_terms(inputs, output.scale, summed);
    node.requantization = {
        {.shift = terms.shift, .multiplier = std::move(terms.multipliers)}};
    give(node, output);
  }

  graph::Graph graph_;
  std::vector<ValueStatistics> statistics_;
  LowerSettings settings_;
  std::vector<bool> non_negative_, at_most_6_, last_;  // [values]
};

}  // namespace

graph::Graph lower(const graph::Graph& float_graph,
                   const graph::Pictures& calibration,
                   const LowerSettings& settings) {
  require(settings.activation_bits == 8 || settings.activation_bits == 16,
          "lowering: expected activations of 8 or 16 bits, got {}",
          settings.activation_bits);
  reference::FloatExecutor network;
  network.load(graph::fold_batch_norm(float_graph));
  std::vector<ValueStatistics> statistics = calibrate(network, calibration);
  graph::Graph lowered =
      Lowering(network.graph(), std::move(statistics), settings)
          .run(calibration);
  validate(lowered);
  check_integer_rules(lowered);
  return lowered;
}

}  // namespace triad::quantise
