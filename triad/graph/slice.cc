#include "triad/graph/slice.h"

#include <algorithm>
#include <memory>

namespace triad::graph {
namespace {

enum class Axis { outputs = 0, inputs = 1 };

// Cuts row-major buffers of one shape along one axis.
class AxisCut {
 public:
  AxisCut(const Shape& shape, Axis axis, const Kept& kept)
      : axis_(axis), kept_(kept), shape_(shape) {
    std::int64_t& size = shape_[std::size_t(axis)];
    for (std::size_t i = std::size_t(axis) + 1; i < shape.size(); ++i)
      inner_ *= std::size_t(shape[i]);
    size = std::ranges::count(kept, true);
  }

  const Shape& shape() const { return shape_; }

  template <typename T>
  std::vector<T> values(const std::vector<T>& all) const {
    std::vector<T> left;
    for (std::size_t i = 0; i < all.size(); i += inner_)
      if (kept_[i / inner_ % kept_.size()])
        left.insert(left.end(), all.begin() + std::ptrdiff_t(i),
                    all.begin() + std::ptrdiff_t(i + inner_));
    return left;
  }

  // One scale per filter goes with its filter.
  std::vector<float> scales(const std::vector<float>& all) const {
    if (axis_ == Axis::inputs || all.size() == 1) return all;
    std::vector<float> left;
    for (std::size_t k = 0; k < all.size(); ++k)
      if (kept_[k]) left.push_back(all[k]);
    return left;
  }

 private:
  Axis axis_;
  const Kept& kept_;
  Shape shape_;
  std::size_t inner_ = 1;
};

encoding::Encoding apply(const AxisCut& cut, const encoding::Dense& weight) {
  return encoding::Dense{cut.shape(),
                         encoding::share(cut.values(*weight.values))};
}

encoding::Encoding apply(const AxisCut& cut, const encoding::Levels& weight) {
  return encoding::Levels{cut.shape(), weight.bits,
                          encoding::share(cut.values(*weight.codes)),
                          cut.scales(weight.scales)};
}

encoding::Encoding apply(const AxisCut& cut, const encoding::Ternary& weight) {
  encoding::Ternary left{cut.shape(), weight.pattern, {}};
  std::vector<std::int8_t> any;  // a code of any term
  for (const encoding::TernaryTerm& term : weight.terms) {
    std::vector<std::int8_t> codes = cut.values(*term.codes);
    any.resize(codes.size());
    for (std::size_t i = 0; i < codes.size(); ++i) any[i] |= codes[i];
    left.terms.push_back(
        {encoding::share(std::move(codes)), cut.scales(term.scales)});
  }
  const auto& [structure, geometry, alive] = weight.pattern;
  const encoding::Grouping grouping(encoding::weight_shape(left.shape),
                                    structure, geometry);
  left.pattern = encoding::find_pattern(any, grouping, structure, geometry);
  return left;
}

encoding::Encoding keep(const encoding::Encoding& weight, Axis axis,
                        const Kept& kept) {
  const AxisCut cut(encoding::shape(weight), axis, kept);
  return std::visit([&](const auto& w) { return apply(cut, w); }, weight);
}

// A geometry's block of the whole axis does not shift, whatever goes.
std::int64_t block(const encoding::Encoding& weight,
                   int encoding::PeGeometry::*axis) {
  const auto* ternary = std::get_if<encoding::Ternary>(&weight);
  if (!ternary || ternary->pattern.structure != encoding::Structure::pe_group)
    return 1;
  return std::max(1, ternary->pattern.geometry.*axis);
}

}  // namespace

encoding::Encoding keep_outputs(const encoding::Encoding& weight,
                                const Kept& kept) {
  return keep(weight, Axis::outputs, kept);
}

encoding::Encoding keep_inputs(const encoding::Encoding& weight,
                               const Kept& kept) {
  return keep(weight, Axis::inputs, kept);
}

std::int64_t output_block(const encoding::Encoding& weight) {
  return block(weight, &encoding::PeGeometry::outputs);
}

std::int64_t input_block(const encoding::Encoding& weight) {
  return block(weight, &encoding::PeGeometry::inputs);
}

}  // namespace triad::graph
