#include "triad/onnx/import/ops/fold.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "triad/onnx/import/ops/lower.h"

namespace triad::onnx {
namespace {

void fold_constant(Call& call) {
  if (const auto* found = call.find("value"); found && found->t) {
    ExternalData none({});
    return call.set(read_constant(*found->t, none));
  }
  if (const auto* found = call.find("value_float"))
    return call.set(Constant(Shape{}, std::vector{found->f}));
  if (const auto* found = call.find("value_int"))
    return call.set(Constant(Shape{}, std::vector{found->i}));
  if (const auto* found = call.find("value_floats"))
    return call.set(Constant({std::ssize(found->floats)}, found->floats));
  if (const auto* found = call.find("value_ints"))
    return call.set(Constant({std::ssize(found->ints)}, found->ints));
  call.refuse("expected numbers as its value");
}

void fold_constant_of_shape(Call& call) {
  const Shape shape = call.constant(0).integers();
  Constant value(Shape{1}, std::vector<float>{0});
  if (const auto* found = call.find("value"); found && found->t) {
    ExternalData none({});
    value = read_constant(*found->t, none);
  }
  call.expect(value.count() == 1, "value: expected one number");
  const auto count = bounded_count(call, shape);
  call.set(take(call, value, shape,
                std::vector<std::int64_t>(std::size_t(count), 0)));
}

void fold_identity(Call& call) { call.set(call.constant(0)); }

void fold_dropout(Call& call) {
  require_inference(call);
  fold_identity(call);
}

void fold_shape(Call& call) { set_shape_part(call, call.constant(0).shape()); }

void fold_size(Call& call) {
  call.set(Constant(Shape{}, std::vector{call.constant(0).count()}));
}

void fold_cast(Call& call) {
  const Constant& x = call.constant(0);
  const auto to = DataType(call.integer("to", 1));
  const bool to_float = to == DataType::float32 || to == DataType::float16 ||
                        to == DataType::float64 || to == DataType::bfloat16;
  if (to_float)
    return call.set(x.is_integer() ? Constant(x.shape(), x.floats()) : x);
  call.expect(to != DataType::string && to != DataType::undefined,
              "to: expected numbers, got {}", to_string(to));
  std::vector<std::int64_t> values;
  for (std::int64_t i = 0; i < x.count(); ++i) {
    const bool fits =
        x.is_integer() || std::abs(x.float_at(i)) < 9.2e18f;  // no NaN either
    call.expect(fits, "expected numbers that fit integers");
    const std::int64_t value = x.integer_at(i);
    values.push_back(
        to == DataType::boolean
            ? std::int64_t(x.is_integer() ? value != 0 : x.float_at(i) != 0)
            : value);
  }
  call.set(Constant(x.shape(), std::move(values), to));
}

void fold_range(Call& call) {
  for (std::size_t i = 0; i < 3; ++i)
    call.expect(call.constant(i).count() == 1, "expected one number each");
  const Constant &from = call.constant(0), &to = call.constant(1),
                 &step = call.constant(2);
  const double by = step.float_at(0);
  const double count =
      std::ceil((double(to.float_at(0)) - from.float_at(0)) / by);
  call.expect(count >= 0 && count < 1e6, "expected fewer than a million steps");
  if (from.is_integer()) {
    std::vector<std::int64_t> values;
    for (std::int64_t i = 0; i < std::int64_t(count); ++i)
      values.push_back(from.integer_at(0) + i * step.integer_at(0));
    return call.set(Constant({std::ssize(values)}, std::move(values)));
  }
  std::vector<float> values;
  for (std::int64_t i = 0; i < std::int64_t(count); ++i)
    values.push_back(float(from.float_at(0) + double(i) * by));
  call.set(Constant({std::ssize(values)}, std::move(values)));
}

struct Row {
  std::string_view op;
  Fold fold;
};

constexpr Row kFolds[] = {
    {"Abs", fold_unary},
    {"Add", fold_binary},
    {"And", fold_binary},
    {"Cast", fold_cast},
    {"Ceil", fold_unary},
    {"Clip", fold_clip},
    {"Concat", fold_concat},
    {"Constant", fold_constant},
    {"ConstantOfShape", fold_constant_of_shape},
    {"DequantizeLinear", fold_dequantize},
    {"Div", fold_binary},
    {"Dropout", fold_dropout},
    {"Equal", fold_binary},
    {"Exp", fold_unary},
    {"Expand", fold_expand},
    {"Flatten", fold_flatten},
    {"Floor", fold_unary},
    {"Gather", fold_gather},
    {"Greater", fold_binary},
    {"Identity", fold_identity},
    {"Less", fold_binary},
    {"Log", fold_unary},
    {"Max", fold_binary},
    {"Min", fold_binary},
    {"Mod", fold_binary},
    {"Mul", fold_binary},
    {"Neg", fold_unary},
    {"Not", fold_unary},
    {"Or", fold_binary},
    {"Pow", fold_binary},
    {"QuantizeLinear", fold_quantize},
    {"Range", fold_range},
    {"Reciprocal", fold_unary},
    {"ReduceMax", fold_reduce},
    {"ReduceMean", fold_reduce},
    {"ReduceMin", fold_reduce},
    {"ReduceProd", fold_reduce},
    {"ReduceSum", fold_reduce},
    {"Relu", fold_unary},
    {"Reshape", fold_reshape},
    {"Round", fold_unary},
    {"Shape", fold_shape},
    {"Size", fold_size},
    {"Slice", fold_slice},
    {"Split", fold_split},
    {"Sqrt", fold_unary},
    {"Squeeze", fold_squeeze},
    {"Sub", fold_binary},
    {"Sum", fold_binary},
    {"Transpose", fold_transpose},
    {"Unsqueeze", fold_unsqueeze},
    {"Where", fold_where},
};

}  // namespace

Fold find_fold(std::string_view domain, std::string_view op) {
  if (domain.starts_with("qonnx") || domain.starts_with("finn") ||
      domain.starts_with("onnx.brevitas")) {
    if (op == "Quant" || op == "IntQuant") return fold_quant;
    return op == "BipolarQuant" ? fold_bipolar_quant : nullptr;
  }
  if (!domain.empty()) return nullptr;
  const auto found = std::ranges::find(kFolds, op, &Row::op);
  return found == std::end(kFolds) ? nullptr : found->fold;
}

std::vector<std::string_view> folded_ops() {
  std::vector<std::string_view> names;
  for (const Row& row : kFolds) names.push_back(row.op);
  return names;
}

std::int64_t bounded_count(const Call& call, const Shape& shape) {
  constexpr std::int64_t kMost = std::int64_t(1) << 40;
  std::int64_t count = 1;
  for (const std::int64_t size : shape) {
    call.expect(size >= 0 && (size == 0 || count <= kMost / size),
                "expected constants of at most {} numbers, got {}", kMost,
                to_string(shape));
    count *= size;
  }
  call.network.spend(count);
  return count;
}

Constant take(const Call& call, const Constant& numbers, Shape shape,
              const std::vector<std::int64_t>& places) {
  bounded_count(call, shape);
  if (numbers.is_integer()) {
    std::vector<std::int64_t> values;
    values.reserve(places.size());
    for (const std::int64_t place : places)
      values.push_back(numbers.integer_at(place));
    return {std::move(shape), std::move(values), numbers.type()};
  }
  std::vector<float> values;
  values.reserve(places.size());
  for (const std::int64_t place : places)
    values.push_back(numbers.float_at(place));
  return {std::move(shape), std::move(values)};
}

}  // namespace triad::onnx
