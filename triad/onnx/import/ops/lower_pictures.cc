#include <algorithm>
#include <cmath>
#include <numeric>

#include "triad/onnx/import/ops/lower.h"

namespace triad::onnx {
namespace {

// Which axis of the value each dimension is, where the tensor is a picture
// with its axes whole, in whatever order. Empty for other tensors.
std::vector<std::size_t> picture_axes(const Network& network, const Tensor& x) {
  if (network.shape(x.value).size() != 3 || !x.view.has_batch_first())
    return {};
  return x.view.single_axes().value_or(std::vector<std::size_t>{});
}

Tensor as_picture(const Call& call, graph::ValueId value,
                  const std::vector<std::size_t>& axes) {
  return {value, View::of(call.network.shape(value), axes)};
}

std::vector<std::size_t> require_picture(const Call& call, const Tensor& x) {
  const auto axes = picture_axes(call.network, x);
  call.expect(!axes.empty(), "expected a picture [N, C, H, W]");
  return axes;
}

// The range of an axis as Slice gives it: ends beyond the axis are its end.
graph::Range to_range(const Call& call, std::int64_t start, std::int64_t end,
                      std::int64_t step, std::int64_t size) {
  call.expect(step > 0, "steps: expected positive ones, got {}", step);
  const auto clamp = [&](std::int64_t i) {
    return std::clamp<std::int64_t>(i < 0 ? i + size : i, 0, size);
  };
  graph::Range range{clamp(start), clamp(end), step};
  call.expect(range.start < range.stop, "expected a part that is not empty");
  if (range.stop == size) range.stop = graph::Range::kEnd;
  return range;
}

graph::Range& range_of(graph::Slice& slice, std::size_t axis) {
  return axis == 1 ? slice.channels : axis == 2 ? slice.rows : slice.columns;
}

}  // namespace

void lower_concat(Call& call) {
  std::vector<Tensor*> all;
  for (std::size_t i = 0; i < call.input_count(); ++i)
    all.push_back(&call.any_tensor(i));
  const Tensor& first = *all[0];
  const std::size_t axis =
      call.axis(call.integer("axis", 1), first.view.rank());
  auto axes = picture_axes(call.network, first);
  for (const Tensor* x : all) {
    call.expect(x->steps.has_value() == first.steps.has_value() &&
                    (!x->steps || x->steps->scale == first.steps->scale),
                "expected integers of one scale");
    if (picture_axes(call.network, *x) != axes) axes.clear();
  }
  std::vector<graph::ValueId> values;
  for (Tensor* x : all) {
    call.expect(!axes.empty() || call.network.make_plain(*x),
                "expected inputs that the graph can lay out alike");
    values.push_back(x->value);
  }
  if (axes.empty()) {
    axes.resize(first.view.rank());
    std::iota(axes.begin(), axes.end(), 0);
  }
  call.expect(axes[axis] == 1,
              "axis {}: expected the channels of pictures, the rows of "
              "features, or features",
              axis);
  Tensor result = as_picture(call, call.add(graph::Concat{}, values), axes);
  result.steps = first.steps;
  call.set(std::move(result));
}

void lower_slice(Call& call) {
  const Tensor& x = call.any_tensor(0);
  const Shape shape = x.view.shape();
  const auto starts = call.list(1, "starts", {});
  const auto ends = call.list(2, "ends", {});
  std::vector<std::int64_t> all;
  for (std::size_t i = 0; i < starts.size(); ++i)
    all.push_back(std::int64_t(i));
  const auto axes = call.axes(call.list(3, "axes", all), shape.size());
  const auto steps =
      call.list(4, "steps", std::vector<std::int64_t>(starts.size(), 1));
  call.expect(ends.size() == starts.size() && axes.size() == starts.size() &&
                  steps.size() == starts.size(),
              "expected as many ends, axes and steps as starts");
  const auto picture = require_picture(call, x);
  graph::Slice slice;
  bool whole = true;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const std::int64_t size = shape[axes[i]];
    const graph::Range range =
        to_range(call, starts[i], ends[i], steps[i], size);
    if (range == graph::Range{}) continue;
    call.expect(picture[axes[i]] != 0, "axes: expected none along the batch");
    range_of(slice, picture[axes[i]]) = range;
    whole = false;
  }
  if (whole) return lower_identity(call);
  Tensor result = as_picture(call, call.add(slice, {x.value}), picture);
  result.steps = x.steps;
  call.set(std::move(result));
}

void lower_split(Call& call) {
  const Tensor& x = call.any_tensor(0);
  const Shape shape = x.view.shape();
  const std::size_t axis = call.axis(call.integer("axis", 0), shape.size());
  const auto picture = require_picture(call, x);
  call.expect(picture[axis] != 0, "axis: expected none along the batch");
  const auto parts = std::int64_t(call.output_count());
  std::vector<std::int64_t> sizes = call.list(1, "split", {});
  const std::int64_t each = (shape[axis] + parts - 1) / parts;
  if (sizes.empty())
    for (std::int64_t i = 0; i < parts; ++i)
      sizes.push_back(std::min(each, shape[axis] - i * each));
  call.expect(std::int64_t(sizes.size()) == parts, "expected {} sizes, got {}",
              parts, sizes.size());
  std::int64_t start = 0;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    call.expect(sizes[i] > 0 && sizes[i] <= shape[axis] - start,
                "expected sizes that add up to {}", shape[axis]);
    graph::Slice slice;
    range_of(slice, picture[axis]) =
        to_range(call, start, start + sizes[i], 1, shape[axis]);
    start += sizes[i];
    if (!call.has_output(i)) continue;
    const graph::ValueId value =
        call.network.add(fmt::format("{}.{}", call.name(), i),
                         call.output_name(i), slice, {x.value});
    Tensor part = as_picture(call, value, picture);
    part.steps = x.steps;
    call.set(std::move(part), i);
  }
}

void lower_pad(Call& call) {
  const Tensor& x = call.any_tensor(0);
  const std::string mode = call.text("mode", "constant");
  call.expect(mode == "constant", "mode: expected constant, got {}", mode);
  float value = call.number("value", 0.0f);
  if (call.has_input(2)) value = call.constant(2).float_at(0);
  if (x.steps) value -= float(x.steps->zero_point);
  call.expect(value == 0, "expected zeros as the padding, got {}", value);
  const auto picture = require_picture(call, x);
  const auto pads = call.list(1, "pads", {});
  std::vector<std::int64_t> all(picture.size());
  std::iota(all.begin(), all.end(), 0);
  const auto axes = call.axes(
      call.has_input(3) ? call.constant(3).integers() : all, picture.size());
  call.expect(pads.size() == 2 * axes.size(),
              "pads: expected {} numbers, got {}", 2 * axes.size(),
              pads.size());
  graph::Pad pad;
  std::int64_t* sides[4][2] = {{nullptr, nullptr},
                               {&pad.channels_before, &pad.channels_after},
                               {&pad.padding[0], &pad.padding[2]},
                               {&pad.padding[1], &pad.padding[3]}};
  bool empty = true;
  for (std::size_t i = 0; i < pads.size(); ++i) {
    if (pads[i] == 0) continue;
    std::int64_t* side = sides[picture[axes[i % axes.size()]]][i / axes.size()];
    call.expect(side != nullptr, "pads: expected none along the batch");
    *side = pads[i];
    empty = false;
  }
  if (empty) return lower_identity(call);
  Tensor result = as_picture(call, call.add(pad, {x.value}), picture);
  result.steps = x.steps;
  call.set(std::move(result));
}

namespace {

// Where ONNX's formulas find the input pixel of output pixel `i`.
double source(const std::string& mode, std::int64_t i, double scale,
              std::int64_t from, std::int64_t to) {
  if (mode == "asymmetric") return double(i) / scale;
  if (mode == "align_corners")
    return to == 1 ? 0 : double(i) * double(from - 1) / double(to - 1);
  if (mode == "tf_half_pixel_for_nn") return (double(i) + 0.5) / scale;
  if (mode == "pytorch_half_pixel" && to == 1) return 0;
  return (double(i) + 0.5) / scale - 0.5;
}

double rounded(const std::string& mode, double x) {
  if (mode == "floor") return std::floor(x);
  if (mode == "ceil") return std::ceil(x);
  if (mode == "round_prefer_ceil") return std::floor(x + 0.5);
  return std::ceil(x - 0.5);  // round_prefer_floor
}

constexpr std::int64_t kLargestSide = 1 << 20;

// The whole factor by which an axis grows; 0 if it does not by one.
std::int64_t growth(const Call& call, double scale, std::int64_t from) {
  const std::string coordinates =
      call.text("coordinate_transformation_mode",
                call.op() == "Upsample" || call.opset() < 11 ? "asymmetric"
                                                             : "half_pixel");
  const std::string rounding =
      call.text("nearest_mode", call.op() == "Upsample" || call.opset() < 11
                                    ? "floor"
                                    : "round_prefer_floor");
  const auto factor = std::int64_t(scale);
  if (double(factor) != scale || factor < 1 || factor > kLargestSide / from)
    return 0;
  const std::int64_t to = from * factor;
  for (std::int64_t i = 0; i < to; ++i) {
    const double x = rounded(rounding, source(coordinates, i, scale, from, to));
    if (std::clamp<double>(x, 0, double(from - 1)) != double(i / factor))
      return 0;
  }
  return factor;
}

// The scale of each dimension.
std::vector<double> scales(const Call& call, const Shape& shape) {
  std::vector<double> result;
  const bool is_upsample = call.op() == "Upsample" || call.opset() < 11;
  const std::size_t input = is_upsample ? 1 : 2;
  if (call.has_input(3)) {
    const auto sizes = call.constant(3).integers();
    for (std::size_t i = 0; i < sizes.size() && i < shape.size(); ++i)
      result.push_back(
          shape[i] == kBatch ? 1.0 : double(sizes[i]) / double(shape[i]));
  } else if (call.has_input(input)) {
    for (const float scale : call.constant(input).floats())
      result.push_back(scale);
  } else if (const auto* attribute = call.find("scales")) {
    result.assign(attribute->floats.begin(), attribute->floats.end());
  }
  call.expect(result.size() == shape.size() && !call.find("axes"),
              "expected {} constant scales or sizes, got {}", shape.size(),
              result.size());
  return result;
}

}  // namespace

void lower_resize(Call& call) {
  const Tensor& x = call.tensor(0);
  const std::string mode = call.text("mode", "nearest");
  call.expect(mode == "nearest", "mode: expected nearest, got {}", mode);
  const auto picture = require_picture(call, x);
  const Shape shape = x.view.shape();
  const std::vector<double> all = scales(call, shape);
  graph::Resize resize{{1, 1}};
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::size_t axis = picture[i];
    if (all[i] == 1) continue;
    const std::int64_t factor = axis < 2 ? 0 : growth(call, all[i], shape[i]);
    call.expect(factor > 0,
                "expected each row and column repeated a whole number of "
                "times, got a scale of {} (with its coordinate and nearest "
                "modes)",
                all[i]);
    resize.factor[axis - 2] = factor;
  }
  if (resize.factor == graph::Pair{1, 1}) return lower_identity(call);
  call.set(as_picture(call, call.add(resize, {x.value}), picture));
}

}  // namespace triad::onnx
