#include "triad/onnx/import/view.h"

#include <algorithm>
#include <numeric>

namespace triad::onnx {
namespace {

std::int64_t product(const Shape& shape) {
  std::int64_t result = 1;
  for (const std::int64_t size : shape)
    if (__builtin_mul_overflow(result, size, &result)) return -1;
  return result;
}

}  // namespace

View View::of(const Shape& value) {
  View view;
  view.factors_.push_back({kBatch, 0});
  view.dimensions_.push_back({0});
  for (std::size_t i = 0; i < value.size(); ++i) {
    view.factors_.push_back({value[i], i + 1});
    view.dimensions_.push_back(value[i] == 1 ? Dimension{} : Dimension{i + 1});
  }
  return view;
}

View View::of(const Shape& value, const std::vector<std::size_t>& axes) {
  const View plain = of(value);
  View view = plain;
  view.dimensions_.clear();
  for (const std::size_t axis : axes)
    view.dimensions_.push_back(plain.dimensions_[axis]);
  return view;
}

Shape View::shape() const {
  Shape shape;
  for (const Dimension& dimension : dimensions_) {
    shape.push_back(1);
    for (const std::size_t factor : dimension)
      shape.back() *= factors_[factor].size;
  }
  return shape;
}

bool View::is_permuted(std::vector<std::size_t> axes) const {
  const std::size_t count = factors_.empty() ? 0 : factors_.back().axis + 1;
  if (axes.empty()) {
    axes.resize(count);
    std::iota(axes.begin(), axes.end(), 0);
  }
  if (axes.size() != rank() || count != rank()) return false;
  for (std::size_t i = 0; i < rank(); ++i) {
    Dimension wanted;
    for (std::size_t f = 0; f < factors_.size(); ++f)
      if (factors_[f].axis == axes[i] && factors_[f].size != 1)
        wanted.push_back(f);
    if (dimensions_[i] != wanted) return false;
  }
  return true;
}

bool View::has_batch_first() const {
  return !dimensions_.empty() && dimensions_[0] == Dimension{0};
}

bool View::operator==(const View& other) const {
  if (rank() != other.rank()) return false;
  // Dimensions as runs of (axis, size), neighbours of one axis joined.
  const auto runs = [](const View& view, std::size_t i) {
    std::vector<std::pair<std::size_t, std::int64_t>> list;
    std::size_t last = SIZE_MAX;
    for (const std::size_t f : view.dimensions_[i]) {
      const Factor& factor = view.factors_[f];
      if (f == last + 1 && !list.empty() && list.back().first == factor.axis)
        list.back().second *= factor.size;
      else
        list.push_back({factor.axis, factor.size});
      last = f;
    }
    return list;
  };
  for (std::size_t i = 0; i < rank(); ++i)
    if (runs(*this, i) != runs(other, i)) return false;
  return true;
}

std::optional<std::vector<std::size_t>> View::whole_axes(std::size_t i) const {
  std::vector<std::size_t> axes;
  std::vector<std::int64_t> sizes;
  for (const std::size_t f : dimensions_[i]) {
    if (axes.empty() || axes.back() != factors_[f].axis) {
      axes.push_back(factors_[f].axis);
      sizes.push_back(1);
    }
    sizes.back() *= factors_[f].size;
  }
  for (std::size_t a = 0; a < axes.size(); ++a) {
    std::int64_t whole = 1;
    for (const Factor& factor : factors_)
      if (factor.axis == axes[a]) whole *= factor.size;
    if (whole != sizes[a]) return std::nullopt;
  }
  return axes;
}

// Cuts a factor into `outer` times the rest, and renumbers.
void View::split(std::size_t factor, std::int64_t outer) {
  const Factor whole = factors_[factor];
  factors_[factor].size = outer;
  factors_.insert(factors_.begin() + std::ptrdiff_t(factor) + 1,
                  {whole.size / outer, whole.axis});
  for (Dimension& dimension : dimensions_) {
    for (std::size_t& f : dimension) f += f > factor;
    const auto found = std::ranges::find(dimension, factor);
    if (found != dimension.end()) dimension.insert(found + 1, factor + 1);
  }
}

std::optional<std::vector<std::size_t>> View::single_axes() const {
  std::vector<std::size_t> axes;
  std::vector<std::size_t> unit;  // axes of size 1
  const std::size_t count = factors_.back().axis + 1;
  for (std::size_t axis = 0; axis < count; ++axis)
    if (std::ranges::all_of(factors_, [&](const Factor& factor) {
          return factor.axis != axis || factor.size == 1;
        }))
      unit.push_back(axis);
  std::size_t next_unit = 0;
  for (std::size_t i = 0; i < rank(); ++i) {
    const auto whole = whole_axes(i);
    if (!whole || whole->size() > 1) return std::nullopt;
    if (whole->empty() && next_unit == unit.size()) return std::nullopt;
    axes.push_back(whole->empty() ? unit[next_unit++] : whole->front());
  }
  return axes;
}

std::optional<View> View::reshaped(const Shape& target) const {
  if (product(target) != product(shape())) return std::nullopt;
  View view = *this;
  // One dimension that holds everything, so that splitting renumbers it.
  view.dimensions_ = {{}};
  for (const Dimension& dimension : dimensions_)
    view.dimensions_[0].insert(view.dimensions_[0].end(), dimension.begin(),
                               dimension.end());
  std::size_t next = 0;
  std::vector<std::size_t> ends;
  for (std::int64_t size : target) {
    while (size != 1) {
      const std::size_t factor = view.dimensions_[0][next];
      const std::int64_t whole = view.factors_[factor].size;
      if (size % whole != 0) {
        if (whole % size != 0) return std::nullopt;
        view.split(factor, size);
      }
      size /= view.factors_[factor].size;
      ++next;
    }
    ends.push_back(next);
  }
  const Dimension all = view.dimensions_[0];
  view.dimensions_.clear();
  std::size_t begin = 0;
  for (const std::size_t end : ends) {
    view.dimensions_.emplace_back(all.begin() + std::ptrdiff_t(begin),
                                  all.begin() + std::ptrdiff_t(end));
    begin = end;
  }
  return view;
}

View View::transposed(const std::vector<std::size_t>& order) const {
  View view = *this;
  for (std::size_t i = 0; i < order.size(); ++i)
    view.dimensions_[i] = dimensions_[order[i]];
  return view;
}

View View::with_axis(std::size_t axis, std::int64_t size) const {
  View view = *this;
  for (std::size_t f = 0; f < factors_.size(); ++f) {
    if (factors_[f].axis != axis) continue;
    // Lists hold no factors of size 1: only such a one would have to come in.
    view.factors_[f].size = size;
  }
  return view;
}

View View::reduced(const std::vector<std::size_t>& dimensions,
                   bool keep) const {
  View view = *this;
  view.dimensions_.clear();
  for (std::size_t i = 0; i < rank(); ++i) {
    const bool gone = std::ranges::count(dimensions, i) > 0;
    if (gone)
      for (const std::size_t f : dimensions_[i]) view.factors_[f].size = 1;
    if (!gone) view.dimensions_.push_back(dimensions_[i]);
    if (gone && keep) view.dimensions_.emplace_back();
  }
  return view;
}

std::vector<std::int64_t> View::order() const {
  std::vector<std::int64_t> strides(factors_.size(), 1);
  for (std::size_t f = factors_.size() - 1; f-- > 1;)
    strides[f] = strides[f + 1] * factors_[f + 1].size;
  std::vector<std::int64_t> positions = {0};
  for (std::size_t i = 1; i < rank(); ++i)
    for (const std::size_t f : dimensions_[i]) {
      std::vector<std::int64_t> finer;
      finer.reserve(positions.size() * std::size_t(factors_[f].size));
      for (const std::int64_t position : positions)
        for (std::int64_t k = 0; k < factors_[f].size; ++k)
          finer.push_back(position + k * strides[f]);
      positions = std::move(finer);
    }
  return positions;
}

std::optional<Shape> reshape_target(const Shape& from, Shape target,
                                    bool zero_copies, std::int64_t batch) {
  const std::int64_t total = product(from);
  std::int64_t known = 1;
  std::size_t open = target.size();
  for (std::size_t i = 0; i < target.size(); ++i) {
    if (target[i] == 0 && zero_copies) {
      if (i >= from.size()) return std::nullopt;
      target[i] = from[i];
    }
    if (target[i] == -1 && open == target.size()) {
      open = i;
      continue;
    }
    if (target[i] < 0 || __builtin_mul_overflow(known, target[i], &known))
      return std::nullopt;
  }
  if (total <= 0 || known <= 0) return std::nullopt;
  // A batch written as a number: that of the file, or 1 where it is open.
  const std::int64_t fixed = batch > 0 ? batch : 1;
  const bool has_batch = from.size() > 0 && total % kBatch == 0;
  if (has_batch && open != 0 && !target.empty() && target[0] == fixed &&
      known % kBatch != 0) {
    target[0] = kBatch;
    if (__builtin_mul_overflow(known / fixed, kBatch, &known))
      return std::nullopt;
  }
  if (open < target.size()) {
    if (total % known != 0) return std::nullopt;
    target[open] = total / known;
    known = total;
  }
  if (known != total) return std::nullopt;
  return target;
}

}  // namespace triad::onnx
