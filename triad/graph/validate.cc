#include <algorithm>
#include <cmath>
#include <string_view>
#include <unordered_set>

#include "triad/base/error.h"
#include "triad/base/parallel.h"
#include "triad/graph/element_function.h"
#include "triad/graph/graph.h"
#include "triad/graph/parameter_rules.h"

namespace triad::graph {
namespace {

constexpr std::size_t kLongestName = 256;

bool all_finite(const std::vector<float>& values) {
  return std::ranges::all_of(values, [](float v) { return std::isfinite(v); });
}

// Names stand in one-line errors, dumps and file names.
void check_name(std::string_view what, std::string_view name) {
  const bool printable = std::ranges::none_of(
      name, [](char c) { return static_cast<unsigned char>(c) < 32; });
  require(!name.empty() && name.size() <= kLongestName && printable,
          "{}: expected a name of 1 to {} printable characters", what,
          kLongestName);
}

// Checks one node; the graph's ids have been checked before.
class NodeCheck {
 public:
  NodeCheck(const Graph& graph, const Node& node) : graph_(graph), node_(node) {
    for (const ValueId id : node.inputs)
      shapes_.push_back(graph.value(id).shape);
  }

  void run() const {
    check_shape();
    check_parameters();
    check_quantization();
    if (!graph_.is_lowered()) {
      expect(node_.requantization.empty(),
             "no requantization in a graph without input table");
      return;
    }
    check_lowered();
  }

 private:
  template <typename... Args>
  void expect(bool condition, fmt::format_string<Args...> text,
              Args&&... args) const {
    if (condition) return;
    fail("{} '{}': expected {}", name(node_.op), node_.name,
         fmt::format(text, std::forward<Args>(args)...));
  }

  bool is_input() const { return std::holds_alternative<Input>(node_.op); }
  bool is_linear() const { return std::holds_alternative<Linear>(node_.op); }
  bool is_softmax() const { return std::holds_alternative<Softmax>(node_.op); }
  bool has_weight() const {
    return is_linear() || std::holds_alternative<Conv2d>(node_.op);
  }

  void check_shape() const {
    const Shape& shape = graph_.value(node_.output).shape;
    if (is_input()) {
      expect(node_.inputs.empty(), "no inputs");
      expect(shape.size() == 3, "a [C, H, W] picture, got {}",
             to_string(shape));
      infer_shape({.name = node_.name, .op = Relu{}}, {shape});  // its limits
      return;
    }
    const Shape inferred = infer_shape(node_, shapes_);
    expect(shape == inferred, "output {}, got {}", to_string(inferred),
           to_string(shape));
  }

  void check_parameters() const {
    std::size_t known = 0;
    if (!is_input()) {
      for (const ParameterRule& rule :
           parameter_rules(node_.op, shapes_.front())) {
        const Parameter* parameter = node_.find(rule.name);
        expect(parameter || rule.optional, "a parameter {}", rule.name);
        if (!parameter) continue;
        check_parameter(*parameter, rule);
        ++known;
      }
    }
    // Fewer known than present: a name nobody knows, or one twice.
    expect(known == node_.parameters.size(),
           "{} parameters of the op's own names, got {}", known,
           node_.parameters.size());
  }

  void check_parameter(const Parameter& parameter,
                       const ParameterRule& rule) const {
    const Shape& shape = encoding::shape(parameter.encoding);
    expect(shape == rule.shape, "{} {}, got {}", rule.name,
           to_string(rule.shape), to_string(shape));
    encoding::validate(parameter.encoding,
                       fmt::format("{}.{}", node_.name, rule.name));
    if (!rule.dense) return;
    const auto* dense = std::get_if<encoding::Dense>(&parameter.encoding);
    expect(dense, "{} dense, got {}", rule.name,
           encoding::name(parameter.encoding));
    if (rule.name == "running_var")
      expect(
          std::ranges::all_of(*dense->values, [](float v) { return v >= 0; }),
          "running_var not negative");
  }

  void check_quantization() const {
    const auto& quantization = graph_.value(node_.output).quantization;
    if (!quantization) return;
    expect(quantization->bits == 8 || quantization->bits == 16,
           "8 or 16 bits, got {}", quantization->bits);
    expect(std::isfinite(quantization->scale) && quantization->scale > 0,
           "a finite scale > 0, got {}", quantization->scale);
    expect(quantization->zero_point >= quantization->lowest() &&
               quantization->zero_point <= quantization->highest(),
           "a zero point in {}..{}, got {}", quantization->lowest(),
           quantization->highest(), quantization->zero_point);
  }

  bool is_quantized(ValueId id) const {
    return graph_.value(id).quantization.has_value();
  }

  // Integers run from the input to the logits, which are float; only ops
  // without weights may follow those.
  void check_lowered() const {
    const auto read = std::ranges::count_if(
        node_.inputs, [&](ValueId id) { return is_quantized(id); });
    const bool quantized = is_quantized(node_.output);
    if (quantized || has_weight())
      expect(read == std::ssize(node_.inputs), "quantized inputs");
    else
      expect(read == 0 || is_softmax(), "a quantized output");
    expect(quantized || is_linear() || !has_weight(), "a quantized output");
    expect(!quantized || !is_softmax(), "a float output");
    if (has_weight())
      expect(encoding::name(node_.find("weight")->encoding) != "dense",
             "a weight of integer codes in a lowered graph, got dense");
    const bool can_be_empty = !has_weight();
    const std::size_t entries = node_.requantization.size();
    expect(entries == graph_.subnets.size() || (entries == 0 && can_be_empty),
           "requantization for {} subnets, got {}", graph_.subnets.size(),
           entries);
    expect(quantized || has_weight() || entries == 0,
           "no requantization of floats");
    for (const Requantization& entry : node_.requantization)
      check_requantization(entry);
  }

  void check_requantization(const Requantization& entry) const {
    const bool gives_logits = !is_quantized(node_.output);
    const auto channels = std::size_t(graph_.value(node_.output).shape[0]);
    expect(entry.shift >= 0 && entry.shift <= 31, "a shift in 0..31, got {}",
           entry.shift);
    expect_size("biases", entry.bias.size(), has_weight() ? channels : 0);
    expect_size("logit scales", entry.logit_scale.size(),
                gives_logits ? channels : 0);
    expect_size("multipliers", entry.multiplier.size(), multipliers());
    check_table(entry.table);
    expect(std::ranges::find(entry.multiplier, INT16_MIN) ==
               entry.multiplier.end(),
           "multipliers above {}", INT16_MIN);
    expect(all_finite(entry.logit_scale), "finite logit scales");
  }

  std::size_t multipliers() const {
    if (has_table(node_.op) || !is_quantized(node_.output)) return 0;
    if (has_weight()) return std::size_t(graph_.value(node_.output).shape[0]);
    return std::holds_alternative<Mul>(node_.op) ? 1 : node_.inputs.size();
  }

  void check_table(const std::vector<std::int16_t>& table) const {
    if (!has_table(node_.op)) return expect_size("entries", table.size(), 0);
    const auto& input = *graph_.value(node_.inputs[0]).quantization;
    const auto& output = *graph_.value(node_.output).quantization;
    expect_size("entries", table.size(), encoding::table_size(input));
    for (const std::int16_t entry : table)
      expect(entry >= output.lowest() && entry <= output.highest(),
             "table entries in {}..{}, got {}", output.lowest(),
             output.highest(), entry);
  }

  void expect_size(std::string_view what, std::size_t got,
                   std::size_t expected) const {
    expect(got == expected, "{} requantization {}, got {}", expected, what,
           got);
  }

  const Graph& graph_;
  const Node& node_;
  std::vector<Shape> shapes_;
};

// Each value has exactly one producer, which comes before its readers.
void check_order(const Graph& graph) {
  require(!graph.nodes.empty() &&
              std::holds_alternative<Input>(graph.nodes.front().op),
          "network '{}': expected the first node to be the input", graph.name);
  require(graph.values.size() == graph.nodes.size(),
          "network '{}': expected one value a node, got {} values, {} nodes",
          graph.name, graph.values.size(), graph.nodes.size());
  std::vector<bool> produced(graph.values.size(), false);
  std::unordered_set<std::string_view> names;
  for (const Node& node : graph.nodes) {
    check_name(fmt::format("{} of network '{}'", name(node.op), graph.name),
               node.name);
    require(names.insert(node.name).second,
            "{} '{}': expected a name no other node has", name(node.op),
            node.name);
    require(!std::holds_alternative<Input>(node.op) ||
                &node == &graph.nodes.front(),
            "input '{}': expected only one input node", node.name);
    for (const ValueId id : node.inputs)
      require(id >= 0 && std::size_t(id) < produced.size() &&
                  produced[std::size_t(id)],
              "{} '{}': expected inputs produced by earlier nodes, got value "
              "{}",
              name(node.op), node.name, id);
    require(node.output >= 0 && std::size_t(node.output) < produced.size() &&
                !produced[std::size_t(node.output)],
            "{} '{}': expected an output of its own, got value {}",
            name(node.op), node.name, node.output);
    produced[std::size_t(node.output)] = true;
  }
  for (const Value& value : graph.values)
    check_name(fmt::format("a value of network '{}'", graph.name), value.name);
}

void check_outputs(const Graph& graph) {
  require(!graph.outputs.empty(), "network '{}': expected an output",
          graph.name);
  for (const ValueId id : graph.outputs)
    require(id >= 0 && std::size_t(id) < graph.values.size(),
            "network '{}': expected outputs below {}, got value {}", graph.name,
            graph.values.size(), id);
  for (const std::string& label : graph.classes)
    check_name(fmt::format("a class of network '{}'", graph.name), label);
  const Shape& logits = graph.value(graph.outputs.front()).shape;
  require(
      graph.classes.empty() || std::int64_t(graph.classes.size()) == logits[0],
      "network '{}': expected {} class names, got {}", graph.name, logits[0],
      graph.classes.size());
}

void check_subnets(const Graph& graph) {
  require(!graph.subnets.empty(), "network '{}': expected a subnet",
          graph.name);
  for (const Subnet& subnet : graph.subnets) {
    check_name(fmt::format("a subnet of network '{}'", graph.name),
               subnet.name);
    require(subnet.width.empty() || subnet.width.size() == graph.values.size(),
            "subnet '{}': expected {} widths, got {}", subnet.name,
            graph.values.size(), subnet.width.size());
    for (std::size_t i = 0; i < subnet.width.size(); ++i)
      require(
          subnet.width[i] >= 1 && subnet.width[i] <= graph.values[i].shape[0],
          "subnet '{}': expected a width in 1..{} of value '{}', got {}",
          subnet.name, graph.values[i].shape[0], graph.values[i].name,
          subnet.width[i]);
  }
}

void check_input_data(const Graph& graph) {
  const Value& input = graph.value(graph.input());
  const auto channels = std::size_t(input.shape[0]);
  const Preprocessing& real = graph.preprocessing;
  require(real.mean.size() == channels && real.deviation.size() == channels,
          "network '{}': expected preprocessing of {} channels, got {} and {}",
          graph.name, channels, real.mean.size(), real.deviation.size());
  require(
      all_finite(real.mean) && all_finite(real.deviation) &&
          std::ranges::all_of(real.deviation, [](float d) { return d > 0; }),
      "network '{}': expected finite means and deviations > 0", graph.name);
  if (!graph.is_lowered()) return;
  require(graph.input_table.size() == 256 * channels,
          "network '{}': expected an input table of {}, got {}", graph.name,
          256 * channels, graph.input_table.size());
  require(input.quantization.has_value(),
          "network '{}': expected a quantized input", graph.name);
  for (const std::int16_t entry : graph.input_table)
    require(entry >= input.quantization->lowest() &&
                entry <= input.quantization->highest(),
            "network '{}': expected input table entries in {}..{}, got {}",
            graph.name, input.quantization->lowest(),
            input.quantization->highest(), entry);
}

}  // namespace

void validate(const Graph& graph, int threads) {
  check_name("network", graph.name);
  check_order(graph);
  parallel_for(std::ssize(graph.nodes), threads, [&](std::int64_t i) {
    NodeCheck(graph, graph.nodes[std::size_t(i)]).run();
  });
  check_outputs(graph);
  check_subnets(graph);
  check_input_data(graph);
}

}  // namespace triad::graph
