#pragma once
// Sparsity structure: which groups of a weight are alive.
// Paper: Yang, He, Fan, AAAI 2020 (PE groups); filters and channels as special
// cases.
//
// A weight [K, C, R, S] (linear: [K, C]) is cut into blocks of `outputs` x
// `inputs` x `taps`: output blocks run along K, input blocks along C, tap
// blocks along R*S in row-major order. The last block of an axis may be ragged
// (smaller). Groups are numbered output block, then input block, then tap
// block.

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "triad/base/shape.h"

namespace triad::encoding {

enum class Structure { none, irregular, pe_group, filter, channel };

std::string_view to_string(Structure structure);  // "pe_group"
// Throws Error naming the choices.
Structure structure_from_string(std::string_view name);

// The block of weights one processing element handles at a time. 0 means the
// whole axis.
struct PeGeometry {
  int outputs = 1;
  int inputs = 16;
  int taps = 0;
  bool operator==(const PeGeometry&) const = default;
};

// A weight as a matrix of K outputs x C inputs (per convolution group) x taps.
struct WeightShape {
  std::int64_t outputs = 0, inputs = 0, taps = 1;
  std::int64_t count() const { return outputs * inputs * taps; }
};

// [K, C, R, S] or [K, C] to WeightShape. Throws Error naming `layer` for any
// other rank or a zero dimension.
WeightShape weight_shape(const Shape& shape, std::string_view layer = "weight");

// How one weight is cut into groups. Irregular is the 1 x 1 x 1 geometry,
// filter the 1 x all x all one, channel the all x 1 x all one, none the whole
// weight as one group.
class Grouping {
 public:
  // The geometry matters for pe_group only. Throws Error naming `layer` if it
  // is wider than the weight or negative.
  Grouping(const WeightShape& shape, Structure structure,
           const PeGeometry& geometry, std::string_view layer = "weight");

  std::int64_t count() const {
    return output_blocks_ * input_blocks_ * tap_blocks_;
  }
  // Number of weights; ragged groups are smaller.
  std::int64_t group_size(std::int64_t group) const;

  // Calls visit(first, length) for each run of neighbouring weights of the
  // group, outputs then inputs then taps ascending; first is into the row-major
  // weight. A run stays in one output.
  template <typename Visit>
  void for_each_run(std::int64_t group, Visit&& visit) const;

  // Calls visit(index) for each weight of the group, in the same order.
  template <typename Visit>
  void for_each(std::int64_t group, Visit&& visit) const;

  // Group of each weight, [K * C * taps], row-major.
  std::vector<std::int32_t> group_of_weight() const;

  const WeightShape& shape() const { return shape_; }
  std::int64_t output_blocks() const { return output_blocks_; }
  std::int64_t input_blocks() const { return input_blocks_; }
  std::int64_t tap_blocks() const { return tap_blocks_; }

 private:
  WeightShape shape_;
  std::int64_t outputs_, inputs_, taps_;  // block sizes
  std::int64_t output_blocks_, input_blocks_, tap_blocks_;
};

template <typename Visit>
void Grouping::for_each_run(std::int64_t group, Visit&& visit) const {
  if (outputs_ * inputs_ * taps_ == 1) {  // groups are weights: no division
    visit(group, std::int64_t(1));
    return;
  }
  const std::int64_t tap = group % tap_blocks_ * taps_;
  const std::int64_t input = group / tap_blocks_ % input_blocks_ * inputs_;
  const std::int64_t output = group / tap_blocks_ / input_blocks_ * outputs_;
  const std::int64_t taps = std::min(taps_, shape_.taps - tap);
  const std::int64_t inputs = std::min(inputs_, shape_.inputs - input);
  const std::int64_t last_output = std::min(output + outputs_, shape_.outputs);
  // With all taps, the inputs of one output lie side by side.
  const bool whole_taps = taps == shape_.taps;
  for (std::int64_t k = output; k < last_output; ++k) {
    const std::int64_t first = (k * shape_.inputs + input) * shape_.taps + tap;
    if (whole_taps) {
      visit(first, inputs * taps);
    } else {
      for (std::int64_t c = 0; c < inputs; ++c)
        visit(first + c * shape_.taps, taps);
    }
  }
}

template <typename Visit>
void Grouping::for_each(std::int64_t group, Visit&& visit) const {
  for_each_run(group, [&](std::int64_t first, std::int64_t length) {
    for (std::int64_t i = first; i < first + length; ++i) visit(i);
  });
}

// Structure, geometry and one byte per group: 1 alive, 0 all its weights are
// zero.
struct Pattern {
  Structure structure = Structure::none;
  PeGeometry geometry;
  std::vector<std::uint8_t> alive;  // [groups]; empty for none
  bool operator==(const Pattern&) const = default;
};

// Whether a group may hold weights; an empty `alive` means that all do.
inline bool is_alive(const Pattern& pattern, std::int64_t group) {
  return pattern.alive.empty() || pattern.alive[std::size_t(group)] != 0;
}

// The Grouping of `pattern` on a weight of `shape`. Throws Error naming `layer`
// if the shape, the geometry or the size of a non-empty `alive` do not fit.
Grouping grouping_of(const Shape& shape, const Pattern& pattern,
                     std::string_view layer = "weight");

// Marks the groups that hold a non-zero weight. weights [K * C * taps].
Pattern find_pattern(std::span<const std::int8_t> codes,
                     const Grouping& grouping, Structure structure,
                     const PeGeometry& geometry);

// Euclidean norm of each group, [groups]; sums in double. weights [K * C *
// taps].
std::vector<double> group_norms(std::span<const float> weights,
                                const Grouping& grouping);

}  // namespace triad::encoding
