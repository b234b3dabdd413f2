#include <algorithm>
#include <cmath>

#include "triad/onnx/import/ops/fold.h"
#include "triad/onnx/import/ops/integers.h"
#include "triad/onnx/import/ops/lower.h"

namespace triad::onnx {
namespace {

using Floats = std::vector<float>;

std::pair<std::int64_t, std::int64_t> limits(const Call& call, DataType type) {
  switch (type) {
    case DataType::uint8:
      return {0, 255};
    case DataType::int8:
      return {-128, 127};
    case DataType::uint16:
      return {0, 65535};
    case DataType::int16:
      return {-32768, 32767};
    case DataType::uint4:
      return {0, 15};
    case DataType::int4:
      return {-8, 7};
    case DataType::uint2:
      return {0, 3};
    case DataType::int2:
      return {-2, 1};
    default:
      call.refuse("expected integers, got {}", to_string(type));
  }
}

Tensor plain_picture(const Call& call, Tensor x) {
  call.expect(x.view.rank() == 4 && x.view.is_plain(),
              "expected a picture [N, C, H, W], got {} dimensions",
              x.view.rank());
  return x;
}

const Constant* zero_point_at(const Call& call, std::size_t i) {
  return call.has_input(i) ? &call.constant(i) : nullptr;
}

}  // namespace

Steps steps_at(const Call& call, std::size_t i) {
  const Constant& scale = call.constant(i);
  call.expect(scale.count() == 1,
              "expected one scale for the whole tensor, got {}", scale.count());
  Steps steps{scale.float_at(0), 0};
  call.expect(std::isfinite(steps.scale) && steps.scale > 0,
              "expected a scale > 0, got {}", steps.scale);
  if (call.has_input(i + 1)) {
    const Constant& zero = call.constant(i + 1);
    call.expect(zero.count() == 1 && zero.is_integer(),
                "expected one zero point for the whole tensor");
    steps.zero_point = zero.integer_at(0);
  }
  return steps;
}

Tensor quantized(Call& call, const Tensor& x, const Steps& steps,
                 DataType type) {
  const std::int64_t lowest = limits(call, type).first;
  Tensor result = x;
  if (steps.zero_point == lowest && !call.network.is_positive(x.value)) {
    result.value =
        call.network.add(fmt::format("{}.relu", call.name()),
                         call.output_name(), graph::Relu{}, {x.value});
  }
  result.steps = steps;
  call.network.note(
      "activations are quantised in the file: the weights' codes are kept, the "
      "activations' ranges are not (lowering calibrates them again)");
  return result;
}

Tensor real_input(Call& call, std::size_t i, const Steps& steps) {
  const Tensor& x = call.any_tensor(i);
  call.expect(x.steps.has_value(), "expected integers, got floats");
  Tensor real{x.value, x.view, {}, x.view_name};
  const float gain = steps.scale / x.steps->scale;
  const float offset =
      steps.scale * float(x.steps->zero_point - steps.zero_point);
  if (std::abs(gain - 1) < 1e-6f && offset == 0) return real;
  const auto channels = std::size_t(call.network.channels(x.value));
  call.expect(call.network.shape(x.value).size() != 2,
              "expected the scale its input was made with");
  real.value = call.network.add_affine(
      fmt::format("{}.rescale", call.name()), call.output_name(), x.value,
      Floats(channels, gain), Floats(channels, offset));
  return real;
}

Floats integer_bias(const Call& call, std::size_t i, float input_scale,
                    const Constant& scales) {
  if (!call.has_input(i)) return {};
  const Constant& given = call.constant(i);
  Floats bias;
  for (std::int64_t k = 0; k < given.count(); ++k)
    bias.push_back(
        float(double(given.integer_at(k)) * input_scale *
              scales.float_at(scales.count() == given.count() ? k : 0)));
  return bias;
}

Constant dequantize(const Call& call, const Constant& integers,
                    const Constant& scale, const Constant* zero_point,
                    std::size_t axis, std::int64_t block) {
  const Shape& shape = integers.shape();
  const std::int64_t slices = scale.count();
  call.expect(integers.is_integer() && slices >= 1 &&
                  (!zero_point || zero_point->count() == slices),
              "expected integers, a scale and a zero point for each scale");
  std::int64_t inner = 1, size = 1;
  if (slices > 1) {
    call.expect(axis < shape.size(), "axis: expected one of {}",
                to_string(shape));
    for (std::size_t i = axis + 1; i < shape.size(); ++i) inner *= shape[i];
    size = shape[axis];
    call.expect(block > 1 || slices == size,
                "expected {} scales along axis {}, got {}", size, axis, slices);
  }
  const std::int64_t blocks = (size + block - 1) / block;
  call.expect(block == 1 || slices == integers.count() / size * blocks,
              "block_size: expected {} blocks along axis {}", blocks, axis);
  const auto slice_of = [&](std::int64_t i) {
    if (slices == 1) return std::int64_t(0);
    const std::int64_t along = i / inner % size;
    if (block == 1) return along;
    return (i / inner / size * blocks + along / block) * inner + i % inner;
  };
  const auto value = [&](std::int64_t i) {
    return integers.integer_at(i) -
           (zero_point ? zero_point->integer_at(slice_of(i)) : 0);
  };
  std::int64_t largest = 0;
  for (std::int64_t i = 0; i < integers.count(); ++i)
    largest = std::max(largest, std::abs(value(i)));
  const bool is_wide =
      integers.type() == DataType::int32 || integers.type() == DataType::int64;
  if (largest > 127 || is_wide || block > 1 || integers.count() == 0) {
    call.network.spend(integers.count());
    Floats values;
    for (std::int64_t i = 0; i < integers.count(); ++i)
      values.push_back(float(double(value(i)) * scale.float_at(slice_of(i))));
    return {shape, std::move(values)};
  }
  std::vector<std::int8_t> codes;
  for (std::int64_t i = 0; i < integers.count(); ++i)
    codes.push_back(std::int8_t(value(i)));
  int bits = 2;
  while ((1 << (bits - 1)) - 1 < largest) ++bits;
  const bool is_byte =
      integers.type() == DataType::int8 || integers.type() == DataType::uint8;
  return {shape,
          {encoding::share(std::move(codes)), scale.floats(), axis,
           is_byte ? 8 : bits}};
}

void fold_dequantize(Call& call) {
  const Constant& x = call.constant(0);
  const std::size_t rank = x.shape().size();
  const std::int64_t axis = call.integer("axis", 1);
  const bool one = call.constant(1).count() == 1;
  call.set(
      dequantize(call, x, call.constant(1), zero_point_at(call, 2),
                 one ? 0 : call.axis(axis, rank),
                 std::max<std::int64_t>(call.integer("block_size", 0), 1)));
}

// A weight that the file quantises itself: rounded as the file would.
void fold_quantize(Call& call) {
  const Constant &x = call.constant(0), &scale = call.constant(1);
  const Constant* zero_point = zero_point_at(call, 2);
  const DataType type =
      zero_point ? zero_point->type()
                 : DataType(call.integer("output_dtype", int(DataType::uint8)));
  const auto [lowest, highest] = limits(call, type);
  call.expect(call.integer("block_size", 0) == 0,
              "block_size: expected weights that are quantised already");
  std::int64_t inner = 1, size = 1;
  if (scale.count() > 1) {
    const std::size_t axis =
        call.axis(call.integer("axis", 1), x.shape().size());
    for (std::size_t i = axis + 1; i < x.shape().size(); ++i)
      inner *= x.shape()[i];
    size = x.shape()[axis];
    call.expect(scale.count() == size, "expected {} scales, got {}", size,
                scale.count());
  }
  call.expect(!zero_point || zero_point->count() == scale.count(),
              "expected a zero point for each scale");
  call.network.spend(x.count());
  std::vector<std::int64_t> codes;
  for (std::int64_t i = 0; i < x.count(); ++i) {
    const std::int64_t slice = i / inner % size;
    const double code =
        std::nearbyint(double(x.float_at(i)) / scale.float_at(slice)) +
        double(zero_point ? zero_point->integer_at(slice) : 0);
    call.expect(!std::isnan(code), "expected finite weights and scales");
    codes.push_back(
        std::int64_t(std::clamp(code, double(lowest), double(highest))));
  }
  call.set(Constant(x.shape(), std::move(codes), type));
}

void lower_quantize(Call& call) {
  const DataType type =
      call.has_input(2)
          ? call.constant(2).type()
          : DataType(call.integer("output_dtype", int(DataType::uint8)));
  call.set(quantized(call, call.tensor(0), steps_at(call, 1), type));
}

void lower_dequantize(Call& call) {
  call.set(real_input(call, 0, steps_at(call, 1)));
}

void lower_qlinear_conv(Call& call) {
  const Steps in = steps_at(call, 1), out = steps_at(call, 6);
  const Tensor x = plain_picture(call, real_input(call, 0, in));
  const Constant weight = dequantize(call, call.constant(3), call.constant(4),
                                     zero_point_at(call, 5), 0);
  const Floats bias = integer_bias(call, 8, in.scale, call.constant(4));
  const graph::ValueId value = add_conv(call, x, weight, bias);
  call.set(quantized(call, {value, View::of(call.network.shape(value))}, out,
                     call.constant(7).type()));
}

void lower_qlinear_mat_mul(Call& call) {
  const Steps in = steps_at(call, 1), out = steps_at(call, 6);
  Tensor x = real_input(call, 0, in);
  const Constant weight = dequantize(call, call.constant(3), call.constant(4),
                                     zero_point_at(call, 5), 1);
  call.set(quantized(call, add_matrix(call, x, weight, false, {}), out,
                     call.constant(7).type()));
}

namespace {

// Integer sums: the input counts in its own steps, the weight as it is.
Tensor counted_input(Call& call) {
  const Tensor& x = call.any_tensor(0);
  call.expect(x.steps.has_value(), "expected integers, got floats");
  Steps steps = *x.steps;
  steps.zero_point = call.has_input(2) ? call.constant(2).integer_at(0) : 0;
  return real_input(call, 0, steps);
}

Constant counted_weight(const Call& call, std::size_t axis) {
  const Constant* zero = zero_point_at(call, 3);
  const std::int64_t slices = zero ? zero->count() : 1;
  const Constant ones({slices}, Floats(std::size_t(slices), 1.0f));
  return dequantize(call, call.constant(1), ones, zero, axis);
}

}  // namespace

void lower_conv_integer(Call& call) {
  const Steps counted{call.any_tensor(0).steps.value_or(Steps{}).scale, 0};
  const Tensor x = plain_picture(call, counted_input(call));
  const graph::ValueId value = add_conv(call, x, counted_weight(call, 0), {});
  call.set(Tensor{value, View::of(call.network.shape(value)), counted});
}

void lower_mat_mul_integer(Call& call) {
  const Steps counted{call.any_tensor(0).steps.value_or(Steps{}).scale, 0};
  Tensor x = counted_input(call);
  Tensor result = add_matrix(call, x, counted_weight(call, 1), false, {});
  result.steps = counted;
  call.set(std::move(result));
}

}  // namespace triad::onnx
