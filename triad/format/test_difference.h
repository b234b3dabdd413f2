#pragma once
// Exact comparison of networks, for tests.

#include <algorithm>
#include <bit>
#include <string>
#include <type_traits>
#include <vector>

#include "triad/graph/graph.h"

namespace triad::format {

// Not by value: -0 and NaN count too.
inline bool same_bits(const std::vector<float>& a,
                      const std::vector<float>& b) {
  return std::ranges::equal(a, b, [](float x, float y) {
    return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y);
  });
}

inline bool same_op(const graph::Op& a, const graph::Op& b) {
  if (a.index() != b.index()) return false;
  const auto same = [&]<typename T>(const T& x) {
    const T& y = std::get<T>(b);
    if constexpr (std::is_same_v<T, graph::Conv2d>)
      return x.outputs == y.outputs && x.kernel == y.kernel &&
             x.stride == y.stride && x.dilation == y.dilation &&
             x.padding == y.padding && x.groups == y.groups;
    else if constexpr (std::is_same_v<T, graph::Linear>)
      return x.outputs == y.outputs;
    else if constexpr (std::is_same_v<T, graph::BatchNorm>)
      return x.epsilon == y.epsilon;
    else if constexpr (std::is_same_v<T, graph::MaxPool>)
      return x.kernel == y.kernel && x.stride == y.stride &&
             x.padding == y.padding && x.ceil_mode == y.ceil_mode;
    else if constexpr (std::is_same_v<T, graph::AveragePool>)
      return x.kernel == y.kernel && x.stride == y.stride &&
             x.padding == y.padding && x.ceil_mode == y.ceil_mode &&
             x.count_padding == y.count_padding;
    else if constexpr (std::is_same_v<T, graph::Pad>)
      return x.padding == y.padding && x.channels_before == y.channels_before &&
             x.channels_after == y.channels_after;
    else if constexpr (std::is_same_v<T, graph::Slice>)
      return x.channels == y.channels && x.rows == y.rows &&
             x.columns == y.columns;
    else if constexpr (std::is_same_v<T, graph::Resize>)
      return x.factor == y.factor;
    else if constexpr (std::is_same_v<T, graph::ChannelsLast>)
      return x.columns == y.columns;
    else if constexpr (std::is_same_v<T, graph::LeakyRelu>)
      return x.slope == y.slope;
    else if constexpr (std::is_same_v<T, graph::Clip>)
      return x.low == y.low && x.high == y.high;
    else if constexpr (std::is_same_v<T, graph::HardSigmoid>)
      return x.alpha == y.alpha && x.beta == y.beta;
    else if constexpr (std::is_same_v<T, graph::Dropout>)
      return x.probability == y.probability;
    else
      return std::is_empty_v<T>;  // a new attribute must be compared above
  };
  return std::visit(same, a);
}

inline bool same_encoding(const encoding::Encoding& a,
                          const encoding::Encoding& b) {
  if (a.index() != b.index() || encoding::shape(a) != encoding::shape(b))
    return false;
  if (const auto* x = std::get_if<encoding::Dense>(&a))
    return same_bits(*x->values, *std::get<encoding::Dense>(b).values);
  if (const auto* x = std::get_if<encoding::Levels>(&a)) {
    const auto& y = std::get<encoding::Levels>(b);
    return x->bits == y.bits && *x->codes == *y.codes &&
           same_bits(x->scales, y.scales);
  }
  const auto& x = std::get<encoding::Ternary>(a);
  const auto& y = std::get<encoding::Ternary>(b);
  return x.pattern == y.pattern &&
         std::ranges::equal(x.terms, y.terms,
                            [](const encoding::TernaryTerm& s,
                               const encoding::TernaryTerm& t) {
                              return *s.codes == *t.codes &&
                                     same_bits(s.scales, t.scales);
                            });
}

inline bool same_node(const graph::Node& a, const graph::Node& b) {
  return a.name == b.name && same_op(a.op, b.op) && a.inputs == b.inputs &&
         a.output == b.output &&
         std::ranges::equal(a.parameters, b.parameters,
                            [](const auto& x, const auto& y) {
                              return x.name == y.name &&
                                     same_encoding(x.encoding, y.encoding);
                            }) &&
         std::ranges::equal(a.requantization, b.requantization,
                            [](const auto& x, const auto& y) {
                              return x.shift == y.shift && x.bias == y.bias &&
                                     x.multiplier == y.multiplier &&
                                     same_bits(x.logit_scale, y.logit_scale) &&
                                     x.table == y.table;
                            });
}

// The first difference in words, or "" if the graphs are equal to the last bit.
inline std::string difference(const graph::Graph& a, const graph::Graph& b) {
  if (a.name != b.name) return "name";
  if (a.nodes.size() != b.nodes.size()) return "number of nodes";
  for (std::size_t i = 0; i < a.nodes.size(); ++i)
    if (!same_node(a.nodes[i], b.nodes[i])) return "node " + a.nodes[i].name;
  const auto same_value = [](const graph::Value& x, const graph::Value& y) {
    return x.name == y.name && x.shape == y.shape &&
           x.quantization == y.quantization;
  };
  if (!std::ranges::equal(a.values, b.values, same_value)) return "values";
  if (a.outputs != b.outputs) return "outputs";
  const auto same_subnet = [](const graph::Subnet& x, const graph::Subnet& y) {
    return x.name == y.name && x.width == y.width;
  };
  if (!std::ranges::equal(a.subnets, b.subnets, same_subnet)) return "subnets";
  if (!same_bits(a.preprocessing.mean, b.preprocessing.mean) ||
      !same_bits(a.preprocessing.deviation, b.preprocessing.deviation))
    return "preprocessing";
  if (a.classes != b.classes) return "classes";
  return a.input_table == b.input_table ? "" : "input table";
}

}  // namespace triad::format
