#include "triad/graph/integer_rules.h"

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <numeric>

#include "triad/base/error.h"
#include "triad/base/parallel.h"
#include "triad/graph/pool_window.h"

namespace triad::graph {
namespace {

using encoding::Quantization;

// A filter's sum of |code|; in int, which vectors add up faster, as long as
// that is wide enough.
std::int64_t sum_of_magnitudes(std::span<const std::int8_t> codes) {
  constexpr std::size_t kPart = std::size_t(INT_MAX / 128);
  std::int64_t sum = 0;
  for (std::size_t first = 0; first < codes.size(); first += kPart) {
    int part = 0;
    for (const int code :
         codes.subspan(first, std::min(kPart, codes.size() - first)))
      part += std::abs(code);
    sum += part;
  }
  return sum;
}

struct Rules {
  const Graph& graph;
  const Node& node;

  template <typename... Args>
  void expect(bool condition, fmt::format_string<Args...> text,
              Args&&... args) const {
    if (condition) return;
    fail("{} '{}': expected {}", name(node.op), node.name,
         fmt::format(text, std::forward<Args>(args)...));
  }

  const Quantization& input(std::size_t i = 0) const {
    return *graph.value(node.inputs[i]).quantization;
  }

  void accumulators(const encoding::Encoding& weight) const {
    const auto codes = integer_codes(weight, node.name);
    const Requantization& integers = node.requantization.front();
    const std::size_t filter = codes.size() / integers.bias.size();
    for (std::size_t k = 0; k < integers.bias.size(); ++k) {
      const auto sum = sum_of_magnitudes(codes.subspan(k * filter, filter));
      expect(encoding::accumulator_fits(sum, input(), integers.bias[k],
                                        integers.shift),
             "32-bit accumulators, filter {} could overflow them", k);
    }
  }

  // Values that are moved, never computed.
  void same_quantization() const {
    expect(graph.value(node.output).quantization ==
               graph.value(node.inputs[0]).quantization,
           "equal quantization before and after");
  }

  // Terms of int16 whose sum is an int16 again.
  void terms() const {
    expect(
        !node.requantization.empty() &&
            node.requantization.front().multiplier.size() == node.inputs.size(),
        "one multiplier an input");
    std::int64_t sum = 0;
    for (const std::int16_t multiplier : node.requantization.front().multiplier)
      sum += std::abs(multiplier);
    expect(sum <= INT16_MAX || std::holds_alternative<Concat>(node.op),
           "multipliers of sum {} at most, got {}", INT16_MAX, sum);
  }

  void table() const {
    expect(!node.requantization.empty(), "a table");  // validated if present
  }

  void average(const AveragePool& pool) const {
    terms();
    const std::int64_t divisor =
        common_divisor(pool, graph.value(node.inputs[0]).shape,
                       graph.value(node.output).shape);
    expect(encoding::accumulator_fits(divisor, input(), 0,
                                      node.requantization.front().shift),
           "32-bit sums, a window could overflow them");
  }

  void operator()(const Input&) const {}
  void operator()(const Conv2d&) const {
    accumulators(node.find("weight")->encoding);
  }
  void operator()(const Linear&) const {
    accumulators(node.find("weight")->encoding);
  }
  void operator()(const BatchNorm&) const {
    expect(false, "batch norm folded into a convolution");
  }
  void operator()(const Relu&) const { terms(); }
  void operator()(const LeakyRelu&) const { table(); }
  void operator()(const Clip&) const { table(); }
  void operator()(const HardSigmoid&) const { table(); }
  void operator()(const HardSwish&) const { table(); }
  void operator()(const Sigmoid&) const { table(); }
  void operator()(const MaxPool&) const { same_quantization(); }
  void operator()(const AveragePool& pool) const { average(pool); }
  void operator()(const GlobalAveragePool&) const {
    average(whole_picture(graph.value(node.inputs[0]).shape));
  }
  void operator()(const Add&) const { terms(); }
  void operator()(const Mul&) const {
    expect(!node.requantization.empty(), "one multiplier");
    expect(encoding::accumulator_fits(input(0).reach(), input(1), 0,
                                      node.requantization.front().shift),
           "32-bit products, rounding could overflow them");
  }
  void operator()(const Concat&) const { terms(); }
  void operator()(const Flatten&) const { same_quantization(); }
  void operator()(const Pad&) const { same_quantization(); }
  void operator()(const ChannelsLast&) const { same_quantization(); }
  void operator()(const Slice&) const { same_quantization(); }
  void operator()(const Resize&) const { same_quantization(); }
  void operator()(const Dropout&) const { same_quantization(); }
  void operator()(const Softmax&) const {}
};

// Real logits and what may follow them.
bool works_on_reals(const Graph& graph, const Node& node) {
  if (std::holds_alternative<Softmax>(node.op)) return true;
  for (const ValueId id : node.inputs)
    if (!graph.value(id).quantization) return true;
  return false;
}

void check_on_reals(const Node& node) {
  require(std::holds_alternative<Softmax>(node.op) ||
              std::holds_alternative<Dropout>(node.op),
          "{} '{}': expected only a softmax or dropout after the logits",
          name(node.op), node.name);
}

void check_node(const Graph& graph, const Node& node) {
  const Value& value = graph.value(node.output);
  require(!value.quantization || value.quantization->bits == 8 ||
              value.quantization->zero_point == 0,
          "value '{}': expected zero point 0 of 16-bit values", value.name);
  if (works_on_reals(graph, node))
    check_on_reals(node);
  else
    std::visit(Rules{graph, node}, node.op);
}

}  // namespace

std::span<const std::int8_t> integer_codes(const encoding::Encoding& weight,
                                           std::string_view layer) {
  if (const auto* levels = std::get_if<encoding::Levels>(&weight))
    return *levels->codes;
  const auto* ternary = std::get_if<encoding::Ternary>(&weight);
  require(ternary, "{}: expected a weight of integer codes, got {}", layer,
          encoding::name(weight));
  require(ternary->terms.size() == 1,
          "{}: expected one ternary term in integer arithmetic, got {}", layer,
          ternary->terms.size());
  return *ternary->terms.front().codes;
}

void check_integer_rules(const Graph& graph, int threads) {
  require(graph.is_lowered(), "network '{}': expected a lowered graph",
          graph.name);
  require(graph.subnets.size() == 1,
          "network '{}': expected one subnet in integer arithmetic, got {}",
          graph.name, graph.subnets.size());
  parallel_for(std::ssize(graph.nodes), threads, [&](std::int64_t i) {
    check_node(graph, graph.nodes[std::size_t(i)]);
  });
}

}  // namespace triad::graph
