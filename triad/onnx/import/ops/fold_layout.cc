#include <algorithm>
#include <numeric>

#include "triad/onnx/import/ops/fold.h"
#include "triad/onnx/import/view.h"

namespace triad::onnx {
namespace {

using Places = std::vector<std::int64_t>;

std::vector<std::int64_t> strides_of(const Shape& shape) {
  std::vector<std::int64_t> strides(shape.size(), 1);
  for (std::size_t i = shape.size(); i-- > 1;)
    strides[i - 1] = strides[i] * shape[i];
  return strides;
}

// Places of a tensor whose axis `i` steps through offsets[i], row-major.
Places all_places(const std::vector<Places>& offsets) {
  Places places = {0};
  for (const Places& axis : offsets) {
    Places finer;
    finer.reserve(places.size() * axis.size());
    for (const std::int64_t place : places)
      for (const std::int64_t offset : axis) finer.push_back(place + offset);
    places = std::move(finer);
  }
  return places;
}

Places steps(std::int64_t count, std::int64_t stride) {
  Places places;
  for (std::int64_t i = 0; i < count; ++i) places.push_back(i * stride);
  return places;
}

// Offsets that step through a whole tensor.
std::vector<Places> whole(const Shape& shape) {
  const auto strides = strides_of(shape);
  std::vector<Places> offsets;
  for (std::size_t i = 0; i < shape.size(); ++i)
    offsets.push_back(steps(shape[i], strides[i]));
  return offsets;
}

void set_reshaped(Call& call, const Constant& x, Shape shape) {
  call.expect(element_count(shape) == x.count(),
              "expected a shape of {} elements, got {}", x.count(),
              to_string(shape));
  call.set(x.reshaped(std::move(shape)));
}

}  // namespace

void fold_reshape(Call& call) {
  const Constant& x = call.constant(0);
  const Shape target = call.list(1, "shape", {});
  const auto full =
      reshape_target(x.shape(), target, call.integer("allowzero", 0) == 0, -1);
  call.expect(full.has_value(), "shape {}: expected {} elements",
              to_string(target), x.count());
  set_reshaped(call, x, *full);
}

void fold_flatten(Call& call) {
  const Constant& x = call.constant(0);
  const auto rank = std::int64_t(x.shape().size());
  const std::int64_t axis = call.integer("axis", 1);
  const std::int64_t split = axis < 0 ? axis + rank : axis;
  call.expect(split >= 0 && split <= rank, "axis: expected one of {}", rank);
  Shape target = {1, 1};
  for (std::int64_t i = 0; i < rank; ++i)
    target[i < split ? 0 : 1] *= x.shape()[std::size_t(i)];
  set_reshaped(call, x, std::move(target));
}

void fold_squeeze(Call& call) {
  const Constant& x = call.constant(0);
  const auto given = call.list(1, "axes", {});
  const auto axes = call.axes(given, x.shape().size());
  Shape shape;
  for (std::size_t i = 0; i < x.shape().size(); ++i)
    if (given.empty() ? x.shape()[i] != 1 : std::ranges::count(axes, i) == 0)
      shape.push_back(x.shape()[i]);
  set_reshaped(call, x, std::move(shape));
}

void fold_unsqueeze(Call& call) {
  const Constant& x = call.constant(0);
  const auto given = call.list(1, "axes", {});
  auto axes = call.axes(given, x.shape().size() + given.size());
  std::ranges::sort(axes);
  Shape shape = x.shape();
  for (const std::size_t axis : axes) {
    call.expect(axis <= shape.size(), "axes: expected each once");
    shape.insert(shape.begin() + std::ptrdiff_t(axis), 1);
  }
  set_reshaped(call, x, std::move(shape));
}

void fold_transpose(Call& call) {
  const Constant& x = call.constant(0);
  const std::size_t rank = x.shape().size();
  std::vector<std::int64_t> reversed(rank);
  std::iota(reversed.rbegin(), reversed.rend(), 0);
  const auto order = call.axes(call.integers("perm", reversed), rank);
  call.expect(order.size() == rank, "perm: expected {} axes", rank);
  const auto axes = whole(x.shape());
  std::vector<Places> moved;
  Shape shape;
  for (const std::size_t axis : order) {
    moved.push_back(axes[axis]);
    shape.push_back(x.shape()[axis]);
  }
  bounded_count(call, shape);
  const Places places = all_places(moved);
  const CodedNumbers* coded = x.coded();
  if (!coded) return call.set(take(call, x, shape, places));
  std::vector<std::int8_t> codes;
  for (const std::int64_t place : places)
    codes.push_back((*coded->codes)[std::size_t(place)]);
  const auto axis = std::ranges::find(order, coded->axis) - order.begin();
  call.set(Constant(shape, {encoding::share(std::move(codes)), coded->scales,
                            std::size_t(axis), coded->bits}));
}

void fold_gather(Call& call) {
  const Constant &x = call.constant(0), &indices = call.constant(1);
  const std::size_t axis = call.axis(call.integer("axis", 0), x.shape().size());
  const std::int64_t size = x.shape()[axis];
  Shape shape = x.shape();
  shape.erase(shape.begin() + std::ptrdiff_t(axis));
  shape.insert(shape.begin() + std::ptrdiff_t(axis), indices.shape().begin(),
               indices.shape().end());
  bounded_count(call, shape);
  auto axes = whole(x.shape());
  const std::int64_t stride = strides_of(x.shape())[axis];
  axes[axis].clear();
  for (const std::int64_t index : indices.integers()) {
    call.expect(index >= -size && index < size,
                "expected indices in {}..{}, got {}", -size, size - 1, index);
    axes[axis].push_back((index < 0 ? index + size : index) * stride);
  }
  call.set(take(call, x, shape, all_places(axes)));
}

void fold_slice(Call& call) {
  const Constant& x = call.constant(0);
  const auto starts = call.list(1, "starts", {});
  const auto ends = call.list(2, "ends", {});
  std::vector<std::int64_t> all(starts.size());
  std::iota(all.begin(), all.end(), 0);
  const auto axes = call.axes(call.list(3, "axes", all), x.shape().size());
  const auto by =
      call.list(4, "steps", std::vector<std::int64_t>(starts.size(), 1));
  call.expect(ends.size() == starts.size() && axes.size() == starts.size() &&
                  by.size() == starts.size(),
              "expected as many ends, axes and steps as starts");
  auto offsets = whole(x.shape());
  Shape shape = x.shape();
  const auto strides = strides_of(x.shape());
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const std::int64_t size = x.shape()[axes[i]], step = by[i];
    call.expect(step != 0 && step > INT64_MIN, "steps: expected none of 0");
    const auto clamp = [&](std::int64_t at) {
      if (at < 0) at = at < -size ? -1 : at + size;
      return step > 0 ? std::clamp<std::int64_t>(at, 0, size)
                      : std::clamp<std::int64_t>(at, -1, size - 1);
    };
    Places& places = offsets[axes[i]];
    places.clear();
    const std::int64_t end = clamp(ends[i]);
    for (std::int64_t at = clamp(starts[i]); step > 0 ? at < end : at > end;) {
      places.push_back(at * strides[axes[i]]);
      if (step > size || step < -size) break;
      at += step;
    }
    shape[axes[i]] = std::ssize(places);
  }
  call.set(take(call, x, shape, all_places(offsets)));
}

void fold_concat(Call& call) {
  const Constant& first = call.constant(0);
  const std::size_t axis =
      call.axis(call.integer("axis", 0), first.shape().size());
  Shape shape = first.shape();
  shape[axis] = 0;
  bool integers = true;
  for (std::size_t i = 0; i < call.input_count(); ++i) {
    Shape other = call.constant(i).shape();
    call.expect(other.size() == shape.size(), "expected inputs of one rank");
    shape[axis] += other[axis];
    other[axis] = shape[axis];
    call.expect(other == shape, "expected inputs equal but for axis {}", axis);
    integers &= call.constant(i).is_integer();
  }
  bounded_count(call, shape);
  std::int64_t outer = 1;
  for (std::size_t i = 0; i < axis; ++i) outer *= shape[i];
  std::vector<std::int64_t> whole_numbers;
  std::vector<float> reals;
  for (std::int64_t o = 0; o < outer; ++o)
    for (std::size_t i = 0; i < call.input_count(); ++i) {
      const Constant& x = call.constant(i);
      const std::int64_t inner = x.count() / outer;
      for (std::int64_t j = o * inner; j < (o + 1) * inner; ++j)
        if (integers)
          whole_numbers.push_back(x.integer_at(j));
        else
          reals.push_back(x.float_at(j));
    }
  if (integers)
    return call.set(Constant(shape, std::move(whole_numbers), first.type()));
  call.set(Constant(shape, std::move(reals)));
}

void fold_split(Call& call) {
  const Constant& x = call.constant(0);
  const std::size_t axis = call.axis(call.integer("axis", 0), x.shape().size());
  const auto parts = std::int64_t(call.output_count());
  const std::int64_t size = x.shape()[axis];
  auto sizes = call.list(1, "split", {});
  const std::int64_t each = (size + parts - 1) / parts;
  if (sizes.empty())
    for (std::int64_t i = 0; i < parts; ++i)
      sizes.push_back(
          std::min(each, std::max<std::int64_t>(size - i * each, 0)));
  const std::int64_t stride = strides_of(x.shape())[axis];
  std::int64_t start = 0;
  call.expect(std::ssize(sizes) == parts, "expected {} sizes", parts);
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    call.expect(sizes[i] >= 0 && sizes[i] <= size - start,
                "expected sizes that add up to {}", size);
    auto offsets = whole(x.shape());
    offsets[axis] = steps(sizes[i], stride);
    for (std::int64_t& offset : offsets[axis]) offset += start * stride;
    start += sizes[i];
    Shape shape = x.shape();
    shape[axis] = sizes[i];
    if (call.has_output(i))
      call.set(take(call, x, shape, all_places(offsets)), i);
  }
}

void fold_expand(Call& call) {
  const Constant& x = call.constant(0);
  const Shape shape = broadcast(call, x.shape(), call.constant(1).integers());
  bounded_count(call, shape);
  call.set(take(call, x, shape, broadcast_places(x.shape(), shape)));
}

Shape broadcast(const Call& call, const Shape& a, const Shape& b) {
  Shape result(std::max(a.size(), b.size()), 1);
  for (const Shape& shape : {a, b})
    for (std::size_t i = 0; i < shape.size(); ++i) {
      std::int64_t& size = result[result.size() - shape.size() + i];
      call.expect(size == 1 || shape[i] == 1 || shape[i] == size,
                  "{} and {} do not fit each other", to_string(a),
                  to_string(b));
      if (shape[i] != 1) size = shape[i];
    }
  return result;
}

std::vector<std::int64_t> broadcast_places(const Shape& from, const Shape& to) {
  const auto strides = strides_of(from);
  std::vector<Places> offsets;
  for (std::size_t i = 0; i < to.size(); ++i) {
    const std::size_t skipped = to.size() - from.size();
    const bool repeats = i < skipped || from[i - skipped] == 1;
    offsets.push_back(steps(to[i], repeats ? 0 : strides[i - skipped]));
  }
  return all_places(offsets);
}

}  // namespace triad::onnx
