#pragma once
// How a weight is cut into groups.
//
// A weight [K, C, R, S] (linear: [K, C]) is cut into blocks of `outputs` x
// `inputs` x `taps`: output blocks run along K, input blocks along C, tap
// blocks along R*S in row-major order. The last block of an axis may be ragged
// (smaller). Groups are numbered output block, then input block, then tap
// block.

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "triad/base/shape.h"
#include "triad/encoding/block.h"
#include "triad/encoding/structure.h"

namespace triad::encoding {

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
  // Calls visit(block) for each group in turn: the fast way through all of
  // them.
  template <typename Visit>
  void for_each_block(Visit&& visit) const;

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
  // Of a block that is not ragged.
  std::int64_t block_outputs() const { return outputs_; }
  std::int64_t block_inputs() const { return inputs_; }
  std::int64_t block_taps() const { return taps_; }

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
void Grouping::for_each_block(Visit&& visit) const {
  Block block{.input_stride = shape_.taps,
              .output_stride = shape_.inputs * shape_.taps};
  for (std::int64_t k = 0; k < shape_.outputs; k += outputs_) {
    block.outputs = std::min(outputs_, shape_.outputs - k);
    for (std::int64_t c = 0; c < shape_.inputs; c += inputs_) {
      block.inputs = std::min(inputs_, shape_.inputs - c);
      for (std::int64_t tap = 0; tap < shape_.taps; tap += taps_) {
        block.taps = std::min(taps_, shape_.taps - tap);
        block.first = (k * shape_.inputs + c) * shape_.taps + tap;
        visit(std::as_const(block));
        ++block.group;
      }
    }
  }
}

template <typename Visit>
void Grouping::for_each(std::int64_t group, Visit&& visit) const {
  for_each_run(group, [&](std::int64_t first, std::int64_t length) {
    for (std::int64_t i = first; i < first + length; ++i) visit(i);
  });
}

}  // namespace triad::encoding
