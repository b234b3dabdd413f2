#include <algorithm>
#include <numeric>

#include "triad/onnx/import/ops/lower.h"

namespace triad::onnx {
namespace {

// The same numbers in another view; the names of what it needs later come from
// this node.
void set_view(Call& call, const Tensor& x, std::optional<View> view,
              const Shape& target) {
  call.expect(view.has_value(),
              "expected dimensions that keep or join the batch, channels, rows "
              "and columns of its input, got {}",
              to_string(target));
  call.set(Tensor{x.value, std::move(*view), x.steps});
}

void reshape(Call& call, const Shape& target, bool zero_copies) {
  const Tensor& x = call.any_tensor(0);
  const auto full =
      reshape_target(x.view.shape(), target, zero_copies, call.batch());
  call.expect(full.has_value(),
              "shape {}: expected as many elements as its "
              "input has",
              to_string(target));
  set_view(call, x, x.view.reshaped(*full), target);
}

void lower_axes(Call& call, bool insert) {
  const Tensor& x = call.any_tensor(0);
  Shape shape = x.view.shape();
  const auto given = call.list(1, "axes", {});
  std::vector<std::size_t> axes;
  if (insert) {
    axes = call.axes(given, shape.size() + given.size());
    std::ranges::sort(axes);
    for (const std::size_t axis : axes) {
      call.expect(axis <= shape.size(), "axes: expected each once");
      shape.insert(shape.begin() + std::ptrdiff_t(axis), 1);
    }
    return set_view(call, x, x.view.reshaped(shape), shape);
  }
  axes = call.axes(given, shape.size());
  Shape left;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const bool gone =
        given.empty() ? shape[i] == 1 : std::ranges::count(axes, i) > 0;
    call.expect(!gone || shape[i] == 1,
                "axes: expected dimensions of size 1, got one of {}",
                shape[i] == kBatch ? "the batch" : std::to_string(shape[i]));
    if (!gone) left.push_back(shape[i]);
  }
  set_view(call, x, x.view.reshaped(left), left);
}

}  // namespace

void lower_identity(Call& call) {
  Tensor x = call.any_tensor(0);
  call.set(std::move(x));
}

void require_inference(const Call& call) {
  call.expect(!call.has_input(2) || call.constant(2).integer_at(0) == 0,
              "training_mode: expected false: export the model for inference");
}

void lower_dropout(Call& call) {
  require_inference(call);
  lower_identity(call);
}

void lower_reshape(Call& call) {
  const Shape target = call.list(1, "shape", {});
  reshape(call, target, call.integer("allowzero", 0) == 0);
}

void lower_flatten(Call& call) {
  const Tensor& x = call.any_tensor(0);
  const Shape shape = x.view.shape();
  const std::int64_t given = call.integer("axis", 1);
  const std::size_t axis = given == std::int64_t(shape.size())
                               ? shape.size()
                               : call.axis(given, shape.size());
  Shape target = {1, 1};
  for (std::size_t i = 0; i < shape.size(); ++i)
    target[i < axis ? 0 : 1] *= shape[i];
  set_view(call, x, x.view.reshaped(target), target);
}

void lower_transpose(Call& call) {
  const Tensor& x = call.any_tensor(0);
  const std::size_t rank = x.view.rank();
  std::vector<std::int64_t> reversed(rank);
  std::iota(reversed.rbegin(), reversed.rend(), 0);
  const auto order = call.axes(call.integers("perm", reversed), rank);
  std::vector<std::size_t> sorted = order;
  std::ranges::sort(sorted);
  call.expect(order.size() == rank &&
                  std::ranges::adjacent_find(sorted) == sorted.end(),
              "perm: expected each of {} axes once", rank);
  set_view(call, x, x.view.transposed(order), {});
}

void lower_squeeze(Call& call) { lower_axes(call, false); }
void lower_unsqueeze(Call& call) { lower_axes(call, true); }

void set_shape_part(const Call& call, const Shape& shape) {
  const auto rank = std::int64_t(shape.size());
  const auto clamp = [&](std::int64_t i) {
    return std::clamp<std::int64_t>(i < 0 ? i + rank : i, 0, rank);
  };
  const std::int64_t start = clamp(call.integer("start", 0));
  const std::int64_t end = std::max(start, clamp(call.integer("end", rank)));
  call.set(Constant(
      {end - start},
      std::vector<std::int64_t>(shape.begin() + start, shape.begin() + end)));
}

void lower_shape(Call& call) {
  set_shape_part(call, call.any_tensor(0).view.shape());
}

void lower_size(Call& call) {
  std::int64_t count = 1;
  for (const std::int64_t size : call.any_tensor(0).view.shape()) count *= size;
  call.set(Constant(Shape{}, std::vector{count}));
}

void lower_expand(Call& call) {
  const Shape shape = call.any_tensor(0).view.shape();
  const Shape target = call.constant(1).integers();
  bool same = target.size() <= shape.size();
  for (std::size_t i = 0; same && i < target.size(); ++i) {
    const std::int64_t size = shape[shape.size() - target.size() + i];
    same = target[i] == 1 || target[i] == size ||
           (size == kBatch && target[i] == call.batch());
  }
  call.expect(same, "expected the shape of its input, got {}",
              to_string(target));
  lower_identity(call);
}

}  // namespace triad::onnx
