#pragma once
// Sparsity structure: which groups of a weight are alive.
// Paper: Yang, He, Fan, AAAI 2020 (PE groups); filters and channels as special cases.
//
// A weight [K, C, R, S] (linear: [K, C]) is cut into blocks of `outputs` x `inputs` x `taps`:
// output blocks run along K, input blocks along C, tap blocks along R*S in row-major order.
// The last block of an axis may be ragged (smaller). Groups are numbered output block, then
// input block, then tap block.

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "triad/base/shape.h"

namespace triad::encoding {

enum class Structure { none, irregular, pe_group, filter, channel };

std::string_view to_string(Structure structure);       // "pe_group"
Structure structure_from_string(std::string_view name);  // Throws Error naming the choices.

// The block of weights one processing element handles at a time. 0 means the whole axis.
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

// [K, C, R, S] or [K, C] to WeightShape. Throws Error for any other rank or a zero dimension.
WeightShape weight_shape(const Shape& shape);

// How one weight is cut into groups. Irregular is the 1 x 1 x 1 geometry, filter the
// 1 x all x all one, channel the all x 1 x all one, none the whole weight as one group.
class Grouping {
 public:
  // Throws Error naming `layer` if the geometry is wider than the weight or negative.
  Grouping(const WeightShape& shape, Structure structure, const PeGeometry& geometry,
           std::string_view layer = "weight");

  std::int64_t count() const { return output_blocks_ * input_blocks_ * tap_blocks_; }
  std::int64_t group_size(std::int64_t group) const;  // number of weights; ragged groups are smaller

  // Calls visit(index) for each weight of the group, outputs then inputs then taps ascending;
  // index is into the row-major weight.
  void for_each(std::int64_t group, const std::function<void(std::int64_t)>& visit) const;

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

// Structure, geometry and one byte per group: 1 alive, 0 all its weights are zero.
struct Pattern {
  Structure structure = Structure::none;
  PeGeometry geometry;
  std::vector<std::uint8_t> alive;  // [groups]; empty for none
  bool operator==(const Pattern&) const = default;
};

// Marks the groups that hold a non-zero weight. weights [K * C * taps].
Pattern find_pattern(std::span<const std::int8_t> codes, const Grouping& grouping,
                     Structure structure, const PeGeometry& geometry);

// Euclidean norm of each group, [groups]; sums in double. weights [K * C * taps].
std::vector<double> group_norms(std::span<const float> weights, const Grouping& grouping);

}  // namespace triad::encoding
