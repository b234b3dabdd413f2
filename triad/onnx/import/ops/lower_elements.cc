#include <algorithm>
#include <limits>

#include "triad/onnx/import/ops/lower.h"

namespace triad::onnx {
namespace {

// The op on the value, however the tensor lies over it.
void lower_function(Call& call, graph::Op op) {
  const Tensor& x = call.tensor(0);
  call.set(Tensor{call.add(std::move(op), {x.value}), x.view});
}

std::optional<float> bound(Call& call, std::size_t input,
                           std::string_view attribute) {
  if (call.has_input(input)) {
    const Constant& given = call.constant(input);
    call.expect(given.count() == 1, "{}: expected one number, got {}",
                attribute, given.count());
    return given.float_at(0);
  }
  const AttributeMessage* found = call.find(attribute);
  return found ? std::optional(found->f) : std::nullopt;
}

}  // namespace

void lower_relu(Call& call) { lower_function(call, graph::Relu{}); }
void lower_hard_swish(Call& call) { lower_function(call, graph::HardSwish{}); }
void lower_sigmoid(Call& call) { lower_function(call, graph::Sigmoid{}); }

void lower_leaky_relu(Call& call) {
  lower_function(call, graph::LeakyRelu{call.number("alpha", 0.01f)});
}

void lower_prelu(Call& call) {
  const std::vector<float> slopes = call.constant(1).floats();
  call.expect(!slopes.empty() &&
                  std::ranges::all_of(
                      slopes, [&](float slope) { return slope == slopes[0]; }),
              "expected one slope for all channels (a LeakyRelu)");
  lower_function(call, graph::LeakyRelu{slopes[0]});
}

void lower_hard_sigmoid(Call& call) {
  lower_function(call, graph::HardSigmoid{call.number("alpha", 0.2f),
                                          call.number("beta", 0.5f)});
}

void lower_clip(Call& call) {
  constexpr float kLargest = std::numeric_limits<float>::max();
  const float low =
      std::max(bound(call, 1, "min").value_or(-kLargest), -kLargest);
  const float high =
      std::min(bound(call, 2, "max").value_or(kLargest), kLargest);
  if (low == -kLargest && high == kLargest) return lower_identity(call);
  if (low == 0 && high == kLargest) return lower_relu(call);
  call.expect(low < high, "expected min < max, got {} and {}", low, high);
  lower_function(call, graph::Clip{low, high});
}

// Softmax over the last axis of rows, whatever axis it is in the file.
void lower_softmax(Call& call) {
  Tensor& x = call.tensor(0);
  const Shape shape = x.view.shape();
  const std::size_t rank = shape.size();
  const bool is_old = call.opset() < 13;
  const std::size_t axis =
      call.axis(call.integer("axis", is_old ? 1 : -1), rank);
  call.expect(axis > 0 && x.view.has_batch_first(),
              "axis: expected one behind the batch");
  std::vector<std::size_t> order, back(rank);
  for (std::size_t i = 0; i < rank; ++i)
    // Old ones normalise over all axes from this one on.
    if (is_old || i != axis) order.push_back(i);
  if (!is_old) order.push_back(axis);
  for (std::size_t i = 0; i < rank; ++i) back[order[i]] = i;
  std::int64_t rows = 1, columns = 1;
  for (std::size_t i = 1; i < rank; ++i)
    ((is_old ? i < axis : i != axis) ? rows : columns) *= shape[i];
  const View moved = x.view.transposed(order);
  const Shape moved_shape = moved.shape();
  const auto flat = rows == 1 ? moved.reshaped({kBatch, columns})
                              : moved.reshaped({kBatch, rows, columns});
  Tensor y{x.value, flat.value_or(x.view), {}, x.view_name};
  call.expect(flat && call.network.make_plain(y),
              "axis {}: expected the channels of a picture or the features of "
              "rows",
              axis);
  y.value = call.add(graph::Softmax{}, {y.value});
  const auto result = y.view.reshaped(moved_shape);
  call.set(Tensor{y.value, result->transposed(back)});
}

void lower_cast(Call& call) {
  const auto to = DataType(call.integer("to", 1));
  const bool to_float = to == DataType::float32 || to == DataType::float16 ||
                        to == DataType::float64 || to == DataType::bfloat16;
  const Tensor& x = call.any_tensor(0);
  if (!x.steps) {
    call.expect(to_float, "expected floats to stay floats, got {}",
                to_string(to));
    return call.set(Tensor{x.value, x.view, {}, x.view_name});
  }
  if (!to_float) return call.set(x);
  // Integers as floats: what they mean, counted in steps.
  const auto channels = std::size_t(call.network.channels(x.value));
  if (x.steps->scale == 1.0f && x.steps->zero_point == 0)
    return call.set(Tensor{x.value, x.view, {}, x.view_name});
  const graph::ValueId value = call.network.add_affine(
      call.name(), call.output_name(), x.value,
      std::vector<float>(channels, 1.0f / x.steps->scale),
      std::vector<float>(channels, float(x.steps->zero_point)));
  call.set(Tensor{value, x.view});
}

}  // namespace triad::onnx
