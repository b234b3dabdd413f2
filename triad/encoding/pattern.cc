#include "triad/encoding/pattern.h"

#include <array>
#include <cmath>
#include <cstring>
#include <utility>

#include "triad/base/divide.h"
#include "triad/base/error.h"

namespace triad::encoding {
namespace {

constexpr std::array<std::pair<Structure, std::string_view>, 5> kStructures = {{
    {Structure::none, "none"},
    {Structure::irregular, "irregular"},
    {Structure::pe_group, "pe_group"},
    {Structure::filter, "filter"},
    {Structure::channel, "channel"},
}};

// Sizes of a block as asked for; 0 means the whole axis.
PeGeometry geometry_of(Structure structure, const PeGeometry& geometry) {
  switch (structure) {
    case Structure::irregular:
      return {1, 1, 1};
    case Structure::pe_group:
      return geometry;
    case Structure::filter:
      return {1, 0, 0};
    case Structure::channel:
      return {0, 1, 0};
    case Structure::none:
      break;
  }
  return {0, 0, 0};
}

std::int64_t block_size(int asked, std::int64_t axis, std::string_view what,
                        std::string_view layer) {
  require(asked >= 0, "{}: PE geometry: expected {} >= 0, got {}", layer, what,
          asked);
  require(asked <= axis,
          "{}: PE geometry: a group of {} {} is wider than the layer's {}; use "
          "at most {}, 0 for "
          "all of them, or leave the layer dense",
          layer, asked, what, axis, axis);
  return asked == 0 ? axis : asked;
}

// flags[t] |= codes[c * taps + t] for each of `inputs` inputs, eight taps at a
// time.
void mark(const std::int8_t* codes, std::int64_t inputs, std::int64_t taps,
          std::uint8_t* flags) {
  std::int64_t tap = 0;
  for (; tap + 8 <= taps; tap += 8) {
    std::uint64_t seen, word;
    std::memcpy(&seen, flags + tap, sizeof seen);
    for (std::int64_t c = 0; c < inputs; ++c) {
      std::memcpy(&word, codes + c * taps + tap, sizeof word);
      seen |= word;
    }
    std::memcpy(flags + tap, &seen, sizeof seen);
  }
  for (; tap < taps; ++tap)
    for (std::int64_t c = 0; c < inputs; ++c)
      flags[tap] |= std::uint8_t(codes[c * taps + tap]);
}

// Groups of one tap: the taps of an input are neighbours in the weight, their
// groups in the pattern, so that both are read in order.
void mark_taps(std::span<const std::int8_t> codes, const Grouping& grouping,
               std::vector<std::uint8_t>& alive) {
  const WeightShape& shape = grouping.shape();
  const std::int64_t inputs = grouping.block_inputs();
  const std::int8_t* code = codes.data();
  for (std::int64_t k = 0; k < shape.outputs; ++k) {
    std::uint8_t* group = alive.data() + k / grouping.block_outputs() *
                                             grouping.input_blocks() *
                                             shape.taps;
    for (std::int64_t c = 0; c < shape.inputs; c += inputs) {
      const std::int64_t count = std::min(inputs, shape.inputs - c);
      mark(code, count, shape.taps, group);
      code += count * shape.taps;
      group += shape.taps;
    }
  }
}

}  // namespace

std::string_view to_string(Structure structure) {
  for (const auto& [value, name] : kStructures)
    if (value == structure) return name;
  fail("structure: no name for value {}", int(structure));
}

Structure structure_from_string(std::string_view name) {
  std::string choices;
  for (const auto& [value, known] : kStructures) {
    if (known == name) return value;
    if (!choices.empty()) choices += ", ";
    choices += known;
  }
  fail("structure: expected one of {}, got '{}'", choices, name);
}

WeightShape weight_shape(const Shape& shape, std::string_view layer) {
  require(shape.size() == 4 || shape.size() == 2,
          "{}: expected a weight [K, C, R, S] or [K, C], got shape {}", layer,
          triad::to_string(shape));
  require(element_count(shape) > 0,
          "{}: expected no zero dimension, got shape {}", layer,
          triad::to_string(shape));
  return {shape[0], shape[1], shape.size() == 4 ? shape[2] * shape[3] : 1};
}

Grouping::Grouping(const WeightShape& shape, Structure structure,
                   const PeGeometry& geometry, std::string_view layer)
    : shape_(shape) {
  require(shape.outputs > 0 && shape.inputs > 0 && shape.taps > 0,
          "{}: expected a weight without a zero dimension", layer);
  const PeGeometry asked = geometry_of(structure, geometry);
  outputs_ = block_size(asked.outputs, shape.outputs, "outputs", layer);
  inputs_ = block_size(asked.inputs, shape.inputs, "inputs", layer);
  taps_ = block_size(asked.taps, shape.taps, "taps", layer);
  output_blocks_ = divide_up(shape.outputs, outputs_);
  input_blocks_ = divide_up(shape.inputs, inputs_);
  tap_blocks_ = divide_up(shape.taps, taps_);
  require(count() <= INT32_MAX, "{}: {} groups are more than 2^31 - 1", layer,
          count());
}

std::int64_t Grouping::group_size(std::int64_t group) const {
  const std::int64_t tap = group % tap_blocks_ * taps_;
  const std::int64_t input = group / tap_blocks_ % input_blocks_ * inputs_;
  const std::int64_t output = group / tap_blocks_ / input_blocks_ * outputs_;
  return std::min(taps_, shape_.taps - tap) *
         std::min(inputs_, shape_.inputs - input) *
         std::min(outputs_, shape_.outputs - output);
}

std::vector<std::int32_t> Grouping::group_of_weight() const {
  std::vector<std::int32_t> groups(std::size_t(shape_.count()));
  for (std::int64_t group = 0; group < count(); ++group)
    for_each(group, [&](std::int64_t i) {
      groups[std::size_t(i)] = std::int32_t(group);
    });
  return groups;
}

Grouping grouping_of(const Shape& shape, const Pattern& pattern,
                     std::string_view layer) {
  const Grouping grouping(weight_shape(shape, layer), pattern.structure,
                          pattern.geometry, layer);
  const std::size_t expected =
      pattern.structure == Structure::none ? 0 : std::size_t(grouping.count());
  require(pattern.alive.empty() || pattern.alive.size() == expected,
          "{}: pattern: expected {} groups for structure {}, got {}", layer,
          expected, to_string(pattern.structure), pattern.alive.size());
  return grouping;
}

Pattern find_pattern(std::span<const std::int8_t> codes,
                     const Grouping& grouping, Structure structure,
                     const PeGeometry& geometry) {
  require(codes.size() == std::size_t(grouping.shape().count()),
          "find_pattern: expected {} codes, got {}", grouping.shape().count(),
          codes.size());
  Pattern pattern{structure, geometry, {}};
  if (structure == Structure::none) return pattern;
  pattern.alive.resize(std::size_t(grouping.count()));
  if (grouping.tap_blocks() == grouping.shape().taps)
    mark_taps(codes, grouping, pattern.alive);
  else
    grouping.for_each_block([&](const Block& block) {
      std::int8_t seen = 0;
      block.for_each([&](std::int64_t i) { seen |= codes[std::size_t(i)]; });
      pattern.alive[std::size_t(block.group)] = seen != 0;
    });
  for (std::uint8_t& flag : pattern.alive) flag = flag != 0;
  return pattern;
}

std::vector<double> group_norms(std::span<const float> weights,
                                const Grouping& grouping) {
  require(weights.size() == std::size_t(grouping.shape().count()),
          "group_norms: expected {} weights, got {}", grouping.shape().count(),
          weights.size());
  std::vector<double> norms(std::size_t(grouping.count()));
  for (std::int64_t group = 0; group < grouping.count(); ++group) {
    double sum = 0;
    grouping.for_each(group, [&](std::int64_t i) {
      const double weight = weights[std::size_t(i)];
      sum += weight * weight;
    });
    norms[std::size_t(group)] = std::sqrt(sum);
  }
  return norms;
}

}  // namespace triad::encoding
