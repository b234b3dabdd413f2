#include <algorithm>
#include <numeric>

#include "triad/onnx/import/ops/lower.h"

namespace triad::onnx {
namespace {

// The encoding that codes have by themselves: ternary where they are digits.
encoding::Encoding encode(const Shape& shape, std::vector<std::int8_t> codes,
                          std::vector<float> scales, int bits) {
  const bool is_ternary = std::ranges::all_of(
      codes, [](std::int8_t code) { return code >= -1 && code <= 1; });
  encoding::Codes shared = encoding::share(std::move(codes));
  if (!is_ternary)
    return encoding::Levels{shape, bits, std::move(shared), std::move(scales)};
  return encoding::Ternary{shape, {}, {{std::move(shared), std::move(scales)}}};
}

bool keeps_codes(const CodedNumbers& coded, std::size_t filter_axis) {
  return coded.scales.size() == 1 || coded.axis == filter_axis;
}

void scale(std::vector<float>& values, float factor) {
  if (factor != 1.0f)
    for (float& x : values) x *= factor;
}

}  // namespace

graph::Pair pair(const Call& call, std::string_view attribute,
                 std::int64_t other) {
  const auto list = call.integers(attribute, {other, other});
  call.expect(list.size() == 2,
              "{}: expected 2 numbers (pictures have two axes), got {}",
              attribute, list.size());
  return {list[0], list[1]};
}

graph::Padding window_padding(const Call& call, const Shape& picture,
                              const graph::Pair& kernel,
                              const graph::Pair& stride) {
  const std::string mode = call.text("auto_pad", "NOTSET");
  if (mode == "NOTSET" || mode.empty()) {
    const auto pads = call.integers("pads", {0, 0, 0, 0});
    call.expect(pads.size() == 4, "pads: expected 4 numbers, got {}",
                pads.size());
    return {pads[0], pads[1], pads[2], pads[3]};
  }
  if (mode == "VALID") return {0, 0, 0, 0};
  call.expect(mode == "SAME_UPPER" || mode == "SAME_LOWER",
              "auto_pad: expected NOTSET, VALID, SAME_UPPER or SAME_LOWER, got "
              "'{}'",
              mode);
  graph::Padding padding{};
  for (std::size_t i = 0; i < 2; ++i) {
    const std::int64_t size = picture[i + 1];
    call.expect(stride[i] > 0, "strides: expected positive ones");
    const std::int64_t steps = (size + stride[i] - 1) / stride[i];
    const std::int64_t all =
        std::max<std::int64_t>((steps - 1) * stride[i] + kernel[i] - size, 0);
    const std::int64_t less = all / 2, more = all - less;
    padding[i] = mode == "SAME_UPPER" ? less : more;
    padding[i + 2] = all - padding[i];
  }
  return padding;
}

encoding::Encoding weight(const Constant& constant, const Shape& shape) {
  const CodedNumbers* coded = constant.coded();
  if (!coded || !keeps_codes(*coded, 0))
    return encoding::Dense{shape, encoding::share(constant.floats())};
  return encode(shape, *coded->codes, coded->scales, coded->bits);
}

encoding::Encoding matrix_weight(const Constant& matrix, bool is_transposed,
                                 const std::vector<std::int64_t>& order) {
  const std::int64_t outputs = matrix.shape()[is_transposed ? 0 : 1];
  const std::int64_t features = matrix.shape()[is_transposed ? 1 : 0];
  const Shape shape = {outputs, features};
  if (is_transposed && order.empty()) return weight(matrix, shape);
  // Calls visit(place in the weight, place in the matrix).
  const auto for_each = [&](auto&& visit) {
    for (std::int64_t k = 0; k < outputs; ++k)
      for (std::int64_t f = 0; f < features; ++f)
        visit(std::size_t(k * features +
                          (order.empty() ? f : order[std::size_t(f)])),
              is_transposed ? k * features + f : f * outputs + k);
  };
  const auto count = std::size_t(outputs * features);
  const CodedNumbers* coded = matrix.coded();
  if (coded && keeps_codes(*coded, is_transposed ? 0 : 1)) {
    std::vector<std::int8_t> codes(count);
    for_each([&](std::size_t to, std::int64_t from) {
      codes[to] = (*coded->codes)[std::size_t(from)];
    });
    return encode(shape, std::move(codes), coded->scales, coded->bits);
  }
  std::vector<float> values(count);
  for_each([&](std::size_t to, std::int64_t from) {
    values[to] = matrix.float_at(from);
  });
  return encoding::Dense{shape, encoding::share(std::move(values))};
}

graph::ValueId add_conv(const Call& call, const Tensor& x,
                        const Constant& filters,
                        const std::vector<float>& bias) {
  const Shape& shape = filters.shape();
  call.expect(shape.size() == 4,
              "expected a weight [K, C, R, S], got {} (convolutions along one "
              "or three axes are not imported)",
              to_string(shape));
  const auto kernel = call.integers("kernel_shape", {shape[2], shape[3]});
  call.expect(kernel == std::vector{shape[2], shape[3]},
              "kernel_shape: expected that of its weight {}", to_string(shape));
  graph::Conv2d op{.outputs = shape[0],
                   .kernel = {shape[2], shape[3]},
                   .stride = pair(call, "strides", 1),
                   .dilation = pair(call, "dilations", 1),
                   .groups = call.integer("group", 1)};
  const Shape& picture = call.network.shape(x.value);
  call.expect(op.groups >= 1 && picture[0] == shape[1] * op.groups,
              "expected {} groups of {} channels (its weight is {}), got {} "
              "channels",
              op.groups, shape[1], to_string(shape), picture[0]);
  const graph::Pair extent = {op.dilation[0] * (op.kernel[0] - 1) + 1,
                              op.dilation[1] * (op.kernel[1] - 1) + 1};
  op.padding = window_padding(call, picture, extent, op.stride);
  std::vector<graph::Parameter> parameters;
  parameters.push_back({"weight", weight(filters, shape)});
  call.expect(bias.empty() || std::int64_t(bias.size()) == shape[0],
              "expected a bias of {} numbers, got {}", shape[0], bias.size());
  if (!bias.empty()) parameters.push_back(dense("bias", {shape[0]}, bias));
  return call.add(op, {x.value}, std::move(parameters));
}

void lower_conv(Call& call) {
  const Tensor& x = call.plain(0, 4, "a picture [N, C, H, W]");
  std::vector<float> bias;
  if (call.has_input(2)) bias = call.constant(2).floats();
  call.set_value(add_conv(call, x, call.constant(1), bias));
}

namespace {

// The dimensions before the last stay: a 1x1 convolution wherever the channels
// lie last.
Tensor add_pixel_matrix(const Call& call, const Tensor& x,
                        const Constant& matrix, bool is_transposed,
                        const std::vector<float>& bias) {
  const auto axes = x.view.whole_axes(x.view.rank() - 1);
  const Shape& from = call.network.shape(x.value);
  call.expect(x.view.has_batch_first() && axes &&
                  *axes == std::vector<std::size_t>{1} && from.size() == 3,
              "expected [N, F], or the channels of a picture in the last "
              "dimension, got {} dimensions (put a Flatten before it)",
              x.view.rank());
  encoding::Encoding filters = matrix_weight(matrix, is_transposed, {});
  const std::int64_t outputs = encoding::shape(filters)[0];
  call.expect(outputs > 1, "expected more than one output per pixel");
  std::visit([&](auto& e) { e.shape = {outputs, from[0], 1, 1}; }, filters);
  std::vector<graph::Parameter> parameters;
  parameters.push_back({"weight", std::move(filters)});
  if (!bias.empty()) parameters.push_back(dense("bias", {outputs}, bias));
  const graph::ValueId value = call.add(graph::Conv2d{.outputs = outputs},
                                        {x.value}, std::move(parameters));
  return {value, x.view.with_axis(1, outputs)};
}

}  // namespace

Tensor add_matrix(const Call& call, Tensor& x, const Constant& matrix,
                  bool is_transposed, const std::vector<float>& bias,
                  float factor) {
  call.expect(matrix.shape().size() == 2,
              "expected a weight of two axes, got {}",
              to_string(matrix.shape()));
  const std::int64_t features = matrix.shape()[is_transposed ? 1 : 0];
  const std::int64_t outputs = matrix.shape()[is_transposed ? 0 : 1];
  const Shape shape = x.view.shape();
  call.expect(!shape.empty() && shape.back() == features,
              "expected {} features (its weight is {}), got {}", features,
              to_string(matrix.shape()), shape.empty() ? 1 : shape.back());
  call.expect(bias.empty() || std::int64_t(bias.size()) == outputs,
              "expected a bias of {} numbers, got {}", outputs, bias.size());
  if (shape.size() != 2)
    return add_pixel_matrix(call, x, matrix, is_transposed, bias);
  call.expect(x.view.has_batch_first(),
              "expected [N, F] with the batch first (put a Flatten before it)");
  // Features in another order than the value's: the weight follows.
  std::vector<std::int64_t> order;
  if (!x.view.is_in_order()) order = x.view.order();
  graph::ValueId value = x.value;
  if (call.network.shape(value).size() != 1) {
    value =
        call.network.add(x.view_name, x.view_name, graph::Flatten{}, {value});
    if (order.empty()) x = {value, View::of(call.network.shape(value))};
  }
  encoding::Encoding weight = matrix_weight(matrix, is_transposed, order);
  if (factor != 1.0f) {
    std::vector<float> values = encoding::decode(weight);
    scale(values, factor);
    weight = encoding::Dense{{outputs, features},
                             encoding::share(std::move(values))};
  }
  std::vector<graph::Parameter> parameters;
  parameters.push_back({"weight", std::move(weight)});
  if (!bias.empty()) parameters.push_back(dense("bias", {outputs}, bias));
  value = call.add(graph::Linear{outputs}, {value}, std::move(parameters));
  return {value, View::of(call.network.shape(value))};
}

void lower_gemm(Call& call) {
  call.expect(call.integer("transA", 0) == 0,
              "transA: expected 0, the batch comes first");
  Tensor& x = call.tensor(0);
  const Constant& matrix = call.constant(1);
  const bool is_transposed = call.integer("transB", 0) != 0;
  call.expect(matrix.shape().size() == 2, "expected a weight of two axes");
  std::vector<float> bias;
  if (call.has_input(2)) {
    const Constant& given = call.constant(2);
    const auto outputs = std::size_t(matrix.shape()[is_transposed ? 0 : 1]);
    call.expect(
        given.count() == 1 || (std::size_t(given.count()) == outputs &&
                               given.shape().back() == std::int64_t(outputs)),
        "expected a bias of {} numbers, got {}", outputs,
        to_string(given.shape()));
    bias = given.floats();
    bias.resize(outputs, bias[0]);
    scale(bias, call.number("beta", 1.0f));
  }
  call.set(add_matrix(call, x, matrix, is_transposed, bias,
                      call.number("alpha", 1.0f)));
}

void lower_mat_mul(Call& call) {
  call.expect(!call.is_constant(1) ? call.is_constant(0) : true,
              "expected a constant matrix, got the product of two computed "
              "tensors (attention is not imported)");
  call.expect(!call.is_constant(0),
              "expected the constant matrix on the right");
  call.set(add_matrix(call, call.tensor(0), call.constant(1), false, {}));
}

void lower_batch_norm(Call& call) {
  call.expect(call.integer("training_mode", 0) == 0,
              "training_mode: expected 0: export the model for inference");
  call.expect(call.integer("spatial", 1) == 1,
              "spatial: expected 1, one mean for each channel");
  for (std::size_t i = 1; i < call.output_count(); ++i)
    call.expect(!call.has_output(i) || call.opset() < 14,
                "expected one output: export the model for inference");
  Tensor& x = call.tensor(0);
  call.expect(x.view.rank() >= 2, "expected [N, C, ...]");
  const auto axes = x.view.whole_axes(1);
  const std::int64_t channels = x.view.shape()[1];
  const bool fits = x.view.has_batch_first() && axes &&
                    call.network.channels(x.value) == channels &&
                    (channels == 1 || *axes == std::vector<std::size_t>{1}) &&
                    call.network.shape(x.value).size() != 2;
  call.expect(fits || call.network.make_plain(x),
              "expected the channels in dimension 1");
  std::vector<graph::Parameter> parameters;
  const char* names[] = {"weight", "bias", "running_mean", "running_var"};
  for (std::size_t i = 0; i < 4; ++i) {
    const Constant& each = call.constant(i + 1);
    call.expect(each.count() == channels, "expected {} numbers of {}, got {}",
                channels, names[i], each.count());
    parameters.push_back(dense(names[i], {channels}, each.floats()));
  }
  // Ours is never 0: the smallest is as good.
  const float epsilon = std::max(call.number("epsilon", 1e-5f), 1e-20f);
  const graph::ValueId value =
      call.add(graph::BatchNorm{epsilon}, {x.value}, std::move(parameters));
  call.set(Tensor{value, x.view});
}

}  // namespace triad::onnx
