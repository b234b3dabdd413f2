#include "triad/quantise/lower_weights.h"

#include <algorithm>
#include <cmath>

#include "triad/base/error.h"
#include "triad/graph/derived_scales.h"
#include "triad/graph/integer_rules.h"
#include "triad/quantise/choose_multipliers.h"
#include "triad/quantise/merge_terms.h"

namespace triad::quantise {
namespace {

using encoding::Dense;
using encoding::Levels;
using encoding::Quantization;
using encoding::Ternary;
using graph::Node;
using graph::Requantization;

constexpr int kWeightBits = 8;
constexpr double kNoLimit = INT32_MAX;
// Room above what calibration saw of a filter before its multiplier saturates.
constexpr double kReachMargin = 1.25;
constexpr double kLargestCode = (1 << (kWeightBits - 1)) - 1;

// A weight row by row, before its scales are chosen.
struct Rows {
  const Node& node;
  const encoding::Encoding& weight;
  std::vector<float> dense;            // [K, ...] where the weight is Dense
  std::span<const std::int8_t> codes;  // [K, ...] where it is not
  std::vector<float> scales;           // [1] or [K] of the codes
  std::size_t count, size;

  explicit Rows(const Node& layer)
      : node(layer), weight(layer.find("weight")->encoding) {
    const Shape& shape = encoding::shape(weight);
    count = std::size_t(shape[0]);
    size = std::size_t(element_count(shape)) / count;
    if (is_dense()) {
      dense = encoding::decode(weight);
      return;
    }
    codes = graph::integer_codes(weight, node.name);
    const auto* levels = std::get_if<Levels>(&weight);
    scales = levels ? levels->scales
                    : std::get<Ternary>(weight).terms.front().scales;
  }

  bool is_dense() const { return std::holds_alternative<Dense>(weight); }

  // Real weight of one code step; 0 where the filter has no weights.
  double scale(std::size_t k) const {
    double largest = 0;
    for (std::size_t i = k * size; i < (k + 1) * size; ++i)
      largest = std::max(largest, is_dense() ? std::abs(double(dense[i]))
                                             : double(std::abs(codes[i])));
    if (largest == 0) return 0;
    return is_dense() ? largest / kLargestCode
                      : scales[scales.size() > 1 ? k : 0];
  }

  // Codes of all rows for the final scales; rows marked are emptied.
  std::vector<std::int8_t> encode(const std::vector<float>& final_scales,
                                  const std::vector<bool>& emptied) const {
    std::vector<std::int8_t> result(count * size, 0);
    for (std::size_t i = 0; i < result.size(); ++i) {
      const std::size_t k = i / size;
      if (emptied[k]) continue;
      result[i] = is_dense()
                      ? std::int8_t(std::clamp(
                            std::nearbyint(dense[i] / double(final_scales[k])),
                            -kLargestCode, kLargestCode))
                      : codes[i];
    }
    return result;
  }
};

// The weight of `node` as integer codes, or dense.
void make_one_term(Node& node) {
  encoding::Encoding& weight = node.find("weight")->encoding;
  const auto* ternary = std::get_if<Ternary>(&weight);
  if (ternary && ternary->terms.size() > 1) weight = merge_terms(*ternary);
}

encoding::Encoding rebuild(const encoding::Encoding& weight,
                           std::vector<std::int8_t> codes,
                           std::vector<float> scales) {
  const Shape& shape = encoding::shape(weight);
  if (const auto* ternary = std::get_if<Ternary>(&weight)) {
    Ternary result = *ternary;
    const encoding::Pattern& pattern = result.pattern;
    if (!pattern.alive.empty()) {
      const encoding::Grouping grouping(encoding::weight_shape(shape),
                                        pattern.structure, pattern.geometry);
      result.pattern =
          find_pattern(codes, grouping, pattern.structure, pattern.geometry);
    }
    result.terms = {{encoding::share(std::move(codes)), std::move(scales)}};
    return result;
  }
  const auto* levels = std::get_if<Levels>(&weight);
  return Levels{shape, levels ? levels->bits : kWeightBits,
                encoding::share(std::move(codes)), std::move(scales)};
}

std::vector<float> bias_of(const Node& node, std::size_t count) {
  const graph::Parameter* bias = node.find("bias");
  return bias ? encoding::decode(bias->encoding) : std::vector<float>(count);
}

// Bias in accumulator steps of `step` real units. One so large that the term
// saturates whatever the weights say is cut to `largest`: no output changes.
std::int32_t integer_bias(float bias, double step, double largest) {
  largest = std::min(largest, kNoLimit);
  return std::int32_t(
      std::clamp(std::nearbyint(bias / step), -largest, largest));
}

std::int64_t absolute_sum(std::span<const std::int8_t> codes) {
  std::int64_t sum = 0;
  for (const std::int8_t code : codes) sum += std::abs(code);
  return sum;
}

// Appends the biases of `scales` and `codes` to `integers`, and proves that no
// accumulator can overflow.
void write_biases(const Node& node, const LayerRange& range,
                  std::span<const float> scales,
                  std::span<const std::int8_t> codes,
                  Requantization& integers) {
  const std::vector<float> bias = bias_of(node, scales.size());
  const std::size_t size = codes.size() / scales.size();
  for (std::size_t k = 0; k < scales.size(); ++k) {
    const std::int64_t sum = absolute_sum(codes.subspan(k * size, size));
    const double step = double(scales[k]) * range.input.scale;
    // Logits never saturate: theirs is cut where the proof fails in any case.
    const double largest = integers.multiplier.empty()
                               ? kNoLimit
                               : double(sum * range.input.reach()) +
                                     std::ldexp(1.0, 16 + integers.shift);
    integers.bias.push_back(integer_bias(bias[k], step, largest));
    require(encoding::accumulator_fits(sum, range.input, integers.bias[k],
                                       integers.shift),
            "lowering: {} '{}', filter {}: 32-bit accumulators could overflow "
            "with {}-bit activations",
            name(node.op), node.name, k, range.input.bits);
  }
}

// Writes codes, scales and biases once the requantization has its multipliers
// or logit scales.
void write_integers(Node& node, const Rows& rows, const LayerRange& range,
                    Requantization integers, const std::vector<bool>& emptied) {
  std::vector<float> scales =
      graph::derived_scales(integers, range.input, range.output);
  std::vector<std::int8_t> codes = rows.encode(scales, emptied);
  write_biases(node, range, scales, codes, integers);
  auto lowered = rebuild(rows.weight, std::move(codes), std::move(scales));
  node.find("weight")->encoding = std::move(lowered);
  std::erase_if(node.parameters,
                [](const auto& parameter) { return parameter.name == "bias"; });
  node.requantization = {std::move(integers)};
}

std::vector<FilterGain> gains_of(const Rows& rows, const LayerRange& range,
                                 double output_scale) {
  std::vector<FilterGain> gains;
  for (std::size_t k = 0; k < rows.count; ++k) {
    const double low = range.lowest[k], high = range.highest[k];
    const double reach = kReachMargin * std::max(high, -low) / output_scale;
    gains.push_back(
        {.gain = rows.scale(k) * range.input.scale / output_scale,
         .reach = std::clamp(reach, 1.0, double(range.output.reach())),
         .spread =
             std::min((high - low) / output_scale, 2.0 * range.output.reach()),
         .adjustable = rows.is_dense()});
  }
  return gains;
}

// The smallest output scale that the multipliers can serve, at least the
// calibrated one.
double serve_scale(const Rows& rows, const LayerRange& range) {
  double scale = range.output.scale;
  for (std::size_t k = 0; k < rows.count; ++k)
    scale = std::max(
        scale, std::abs(rows.scale(k)) * range.input.scale / kLargestGain);
  if (range.output.bits == 16)
    scale *= scale_growth(gains_of(rows, range, scale));
  return scale;
}

}  // namespace

Quantization lower_weights(Node& node, const LayerRange& calibrated) {
  make_one_term(node);
  const Rows rows(node);
  LayerRange range = calibrated;
  range.output.scale = float(serve_scale(rows, calibrated));
  std::vector<FilterGain> gains = gains_of(rows, range, range.output.scale);
  Requantization integers{.shift = choose_shift(gains)};
  std::vector<bool> emptied;
  for (FilterGain& gain : gains) {
    // A multiplier of under half the reach: this filter's weights are more than
    // 2^7 times weaker than the strongest one's. Only its bias shows.
    const double multiplier = std::abs(choose_multiplier(gain, integers.shift));
    emptied.push_back(gain.gain == 0 || 2 * multiplier < gain.reach);
    if (emptied.back())
      gain.gain = 0;
    else if (multiplier < gain.reach)
      gain.adjustable = true;
    integers.multiplier.push_back(choose_multiplier(gain, integers.shift));
  }
  write_integers(node, rows, range, std::move(integers), emptied);
  return range.output;
}

void lower_logits(Node& node, const LayerRange& range) {
  make_one_term(node);
  const Rows rows(node);
  const std::vector<float> bias = bias_of(node, rows.count);
  Requantization integers;
  std::vector<bool> emptied;
  for (std::size_t k = 0; k < rows.count; ++k) {
    double scale = rows.scale(k) * range.input.scale;
    emptied.push_back(scale == 0);
    if (scale == 0)
      scale = std::max(std::abs(double(bias[k])), 1.0) / (1 << 20);
    integers.logit_scale.push_back(float(scale));
  }
  write_integers(node, rows, range, std::move(integers), emptied);
}

}  // namespace triad::quantise
