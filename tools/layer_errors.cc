#include "tools/layer_errors.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "tools/evaluation.h"
#include "triad/reference/float_executor.h"
#include "triad/reference/integer_executor.h"

namespace triad::tools {
namespace {

constexpr std::int64_t kPictures = 8;

using Values = std::vector<std::vector<float>>;  // by ValueId
using ValuesOf = std::function<Values(std::span<const std::uint8_t> picture)>;

ValuesOf values_of(const graph::Graph& graph) {
  if (!graph.is_lowered()) {
    const auto executor = std::make_shared<reference::FloatExecutor>();
    executor->load(graph);
    return [executor](auto picture) { return executor->values(picture); };
  }
  const auto executor = std::make_shared<reference::IntegerExecutor>();
  executor->load(graph);
  return [executor](auto picture) {
    Values reals;
    const auto& values = executor->graph().values;
    for (const auto& computed : executor->values(picture)) {
      const auto& quantization = values[reals.size()].quantization;
      reals.push_back(computed.reals);
      for (const std::int16_t q : computed.integers)
        reals.back().push_back(quantization->scale *
                               float(q - quantization->zero_point));
    }
    return reals;
  };
}

// One row, and the values that it compares.
struct Pair {
  LayerError row;
  graph::ValueId original, compressed;
};

std::vector<Pair> find_pairs(const graph::Graph& original,
                             const graph::Graph& compressed) {
  std::map<std::string, graph::ValueId> by_name;
  for (std::size_t i = 0; i < original.values.size(); ++i)
    by_name[original.values[i].name] = graph::ValueId(i);
  std::vector<Pair> pairs;
  const auto add = [&](const graph::Node& node, bool is_output) {
    const graph::Value& value = compressed.value(node.output);
    const auto same = by_name.find(value.name);
    if (same != by_name.end() &&
        original.value(same->second).shape == value.shape)
      pairs.push_back(
          {{node.name, value.name, 0, is_output}, same->second, node.output});
  };
  const auto is_output = [&](const graph::Node& node) {
    return std::ranges::count(compressed.outputs, node.output) > 0;
  };
  for (const graph::Node& node : compressed.nodes)
    if (node.find("weight")) add(node, is_output(node));
  for (const graph::Node& node : compressed.nodes)
    if (!node.find("weight") && is_output(node)) add(node, true);
  return pairs;
}

}  // namespace

std::vector<LayerError> layer_errors(const graph::Graph& original,
                                     const graph::Graph& compressed,
                                     const data::Dataset& pictures) {
  const std::vector<Pair> pairs = find_pairs(original, compressed);
  const ValuesOf original_values = values_of(original);
  const ValuesOf compressed_values = values_of(compressed);
  const Shape& shape = original.value(original.input()).shape;
  std::vector<double> error(pairs.size(), 0), power(pairs.size(), 0);
  const std::int64_t count = std::min(kPictures, pictures.count());
  for (std::int64_t picture = 0; picture < count; ++picture) {
    const auto bytes = gather(pictures, picture, 1, shape);
    const Values truth = original_values(bytes);
    const Values tested = compressed_values(bytes);
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      const auto& a = truth[std::size_t(pairs[i].original)];
      const auto& b = tested[std::size_t(pairs[i].compressed)];
      for (std::size_t j = 0; j < a.size(); ++j) {
        error[i] += (double(b[j]) - a[j]) * (double(b[j]) - a[j]);
        power[i] += double(a[j]) * a[j];
      }
    }
  }
  std::vector<LayerError> rows;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    rows.push_back(pairs[i].row);
    rows.back().relative_rms = std::sqrt(error[i] / std::max(power[i], 1e-300));
  }
  return rows;
}

std::string to_tsv(const std::vector<LayerError>& errors) {
  std::string text = "layer\tvalue\trelative_rms\n";
  for (const LayerError& row : errors)
    text +=
        fmt::format("{}\t{}\t{:.6g}\n", row.layer, row.value, row.relative_rms);
  return text;
}

}  // namespace triad::tools
