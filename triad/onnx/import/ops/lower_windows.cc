#include <algorithm>

#include "triad/onnx/import/ops/lower.h"

namespace triad::onnx {
namespace {

// What both pools have, from integers too (a maximum of integers is that of
// what they mean).
template <typename Pool>
void lower_pool(Call& call, Tensor& x, Pool pool) {
  call.expect(x.view.rank() == 4 && x.view.is_plain(),
              "expected a picture [N, C, H, W] as its input, got {} dimensions "
              "(pools along one or three axes are not imported)",
              x.view.rank());
  const auto kernel = call.integers("kernel_shape", {});
  call.expect(kernel.size() == 2, "kernel_shape: expected 2 numbers, got {}",
              kernel.size());
  pool.kernel = {kernel[0], kernel[1]};
  pool.stride = pair(call, "strides", 1);
  const graph::Pair dilation = pair(call, "dilations", 1);
  call.expect(dilation == graph::Pair{1, 1},
              "dilations: expected 1, got {} and {}", dilation[0], dilation[1]);
  pool.padding = window_padding(call, call.network.shape(x.value), pool.kernel,
                                pool.stride);
  pool.ceil_mode = call.integer("ceil_mode", 0) != 0;
  const graph::ValueId value = call.add(pool, {x.value});
  call.set(Tensor{value, View::of(call.network.shape(value)), x.steps});
}

// Reduces the given dimensions to 1; they must be rows and columns.
void lower_mean(Call& call, const std::vector<std::size_t>& dimensions,
                bool keep) {
  const Tensor& x = call.tensor(0);
  std::vector<std::size_t> axes;
  for (const std::size_t i : dimensions) {
    const auto whole = x.view.whole_axes(i);
    call.expect(whole.has_value(), "axes: expected whole rows and columns");
    axes.insert(axes.end(), whole->begin(), whole->end());
  }
  std::ranges::sort(axes);
  const Shape& from = call.network.shape(x.value);
  std::vector<std::size_t> wanted;
  for (std::size_t axis = 2; axis <= 3 && from.size() == 3; ++axis)
    if (from[axis - 1] != 1) wanted.push_back(axis);
  call.expect(from.size() == 3 && axes == wanted,
              "axes: expected the rows and columns of a picture");
  if (wanted.empty() && keep)
    return call.set(Tensor{x.value, x.view, {}, x.view_name});
  const graph::ValueId value = call.add(graph::GlobalAveragePool{}, {x.value});
  call.set(Tensor{value, x.view.reduced(dimensions, keep)});
}

std::vector<std::size_t> from_two(const Call& call, const Tensor& x) {
  call.expect(x.view.rank() >= 3 && x.view.has_batch_first(),
              "expected a picture [N, C, H, W]");
  std::vector<std::size_t> dimensions;
  for (std::size_t i = 2; i < x.view.rank(); ++i) dimensions.push_back(i);
  return dimensions;
}

}  // namespace

void lower_max_pool(Call& call) {
  call.expect(!call.has_output(1),
              "its second output, the places of the maxima, is not imported");
  lower_pool(call, call.any_tensor(0), graph::MaxPool{});
}

void lower_average_pool(Call& call) {
  lower_pool(call, call.tensor(0),
             graph::AveragePool{.count_padding =
                                    call.integer("count_include_pad", 0) != 0});
}

void lower_global_average_pool(Call& call) {
  lower_mean(call, from_two(call, call.tensor(0)), true);
}

void lower_global_max_pool(Call& call) {
  const Tensor& x = call.plain(0, 4, "a picture [N, C, H, W]");
  const Shape& shape = call.network.shape(x.value);
  const graph::Pair all = {shape[1], shape[2]};
  call.set_value(
      call.add(graph::MaxPool{.kernel = all, .stride = all}, {x.value}));
}

void lower_reduce_mean(Call& call) {
  const Tensor& x = call.tensor(0);
  const auto axes = call.list(1, "axes", {});
  const bool keep = call.integer("keepdims", 1) != 0;
  if (axes.empty() && call.integer("noop_with_empty_axes", 0) != 0)
    return lower_identity(call);
  call.expect(!axes.empty(),
              "axes: expected rows and columns, got all (the batch, too)");
  lower_mean(call, call.axes(axes, x.view.rank()), keep);
}

}  // namespace triad::onnx
