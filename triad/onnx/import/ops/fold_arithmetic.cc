#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>

#include "triad/onnx/import/ops/fold.h"

namespace triad::onnx {
namespace {

// Wraps around like the unsigned numbers of the same bits: a hostile file may
// overflow, and no shape comes of that.
std::int64_t wrapped(std::uint64_t x) { return std::int64_t(x); }

std::int64_t power(std::int64_t base, std::int64_t exponent) {
  std::uint64_t result = 1;
  for (std::int64_t i = 0; i < std::min<std::int64_t>(exponent, 64); ++i)
    result *= std::uint64_t(base);
  return wrapped(result);
}

std::int64_t compute(const Call& call, std::int64_t a, std::int64_t b) {
  const std::string_view op = call.op();
  const auto x = std::uint64_t(a), y = std::uint64_t(b);
  if (op == "Add" || op == "Sum") return wrapped(x + y);
  if (op == "Sub") return wrapped(x - y);
  if (op == "Mul") return wrapped(x * y);
  if (op == "Min") return std::min(a, b);
  if (op == "Max") return std::max(a, b);
  if (op == "Equal") return a == b;
  if (op == "Greater") return a > b;
  if (op == "Less") return a < b;
  if (op == "And") return a && b;
  if (op == "Or") return a || b;
  if (op == "Pow") return power(a, b);
  call.expect(b != 0, "division by zero");
  if (b == -1) return op == "Div" ? wrapped(0 - x) : 0;
  if (op == "Div") return a / b;
  const std::int64_t rest = a % b;
  if (call.integer("fmod", 0) != 0) return rest;
  // Otherwise Mod has the sign of the divisor.
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

float compute(const Call& call, float a, float b) {
  const std::string_view op = call.op();
  if (op == "Add" || op == "Sum") return a + b;
  if (op == "Sub") return a - b;
  if (op == "Mul") return a * b;
  if (op == "Div") return a / b;
  if (op == "Min") return std::min(a, b);
  if (op == "Max") return std::max(a, b);
  if (op == "Pow") return std::pow(a, b);
  if (op == "Mod") return std::fmod(a, b);
  if (op == "Equal") return a == b;
  if (op == "Greater") return a > b;
  if (op == "Less") return a < b;
  call.refuse("expected integers, got floats");
}

bool gives_booleans(std::string_view op) {
  return op == "Equal" || op == "Greater" || op == "Less" || op == "And" ||
         op == "Or";
}

Constant combine(const Call& call, const Constant& a, const Constant& b) {
  const Shape shape = broadcast(call, a.shape(), b.shape());
  const auto count = std::size_t(bounded_count(call, shape));
  const auto from_a = broadcast_places(a.shape(), shape);
  const auto from_b = broadcast_places(b.shape(), shape);
  const bool booleans = gives_booleans(call.op());
  if (a.is_integer() && b.is_integer()) {
    std::vector<std::int64_t> values(count);
    for (std::size_t i = 0; i < count; ++i)
      values[i] =
          compute(call, a.integer_at(from_a[i]), b.integer_at(from_b[i]));
    return {shape, std::move(values), booleans ? DataType::boolean : a.type()};
  }
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i)
    values[i] = compute(call, a.float_at(from_a[i]), b.float_at(from_b[i]));
  if (!booleans) return {shape, std::move(values)};
  return {shape, std::vector<std::int64_t>(values.begin(), values.end()),
          DataType::boolean};
}

float compute(const Call& call, float x) {
  const std::string_view op = call.op();
  if (op == "Abs") return std::abs(x);
  if (op == "Ceil") return std::ceil(x);
  if (op == "Exp") return std::exp(x);
  if (op == "Floor") return std::floor(x);
  if (op == "Log") return std::log(x);
  if (op == "Neg") return -x;
  if (op == "Reciprocal") return 1 / x;
  if (op == "Relu") return std::max(x, 0.0f);
  if (op == "Round") return std::nearbyint(x);
  if (op == "Sqrt") return std::sqrt(x);
  call.refuse("expected integers, got floats");
}

std::int64_t compute(const Call& call, std::int64_t x) {
  const std::string_view op = call.op();
  if (op == "Neg") return wrapped(0 - std::uint64_t(x));
  if (op == "Abs") return x < 0 ? wrapped(0 - std::uint64_t(x)) : x;
  if (op == "Not") return !x;
  if (op == "Relu") return std::max<std::int64_t>(x, 0);
  return x;  // Ceil, Floor, Round
}

}  // namespace

void fold_binary(Call& call) {
  call.expect(call.input_count() >= 1, "expected inputs");
  std::deque<Constant> made;
  const Constant* result = &call.constant(0);
  for (std::size_t i = 1; i < call.input_count(); ++i)
    result = &made.emplace_back(combine(call, *result, call.constant(i)));
  call.set(*result);
}

void fold_unary(Call& call) {
  const Constant& x = call.constant(0);
  call.network.spend(x.count());
  if (x.is_integer()) {
    std::vector<std::int64_t> values = x.integers();
    for (std::int64_t& value : values) value = compute(call, value);
    return call.set(Constant(x.shape(), std::move(values), x.type()));
  }
  std::vector<float> values = x.floats();
  for (float& value : values) value = compute(call, value);
  call.set(Constant(x.shape(), std::move(values)));
}

void fold_clip(Call& call) {
  const Constant& x = call.constant(0);
  call.network.spend(x.count());
  for (const std::size_t bound : {1, 2})
    call.expect(!call.has_input(bound) || call.constant(bound).count() == 1,
                "expected one number as {}", bound == 1 ? "min" : "max");
  if (x.is_integer()) {
    const auto low = call.has_input(1)
                         ? call.constant(1).integer_at(0)
                         : std::numeric_limits<std::int64_t>::min();
    const auto high = call.has_input(2)
                          ? call.constant(2).integer_at(0)
                          : std::numeric_limits<std::int64_t>::max();
    std::vector<std::int64_t> values = x.integers();
    for (std::int64_t& value : values)
      value = std::min(std::max(value, low), high);
    return call.set(Constant(x.shape(), std::move(values), x.type()));
  }
  constexpr float kLargest = std::numeric_limits<float>::max();
  const float low = call.has_input(1) ? call.constant(1).float_at(0)
                                      : call.number("min", -kLargest);
  const float high = call.has_input(2) ? call.constant(2).float_at(0)
                                       : call.number("max", kLargest);
  std::vector<float> values = x.floats();
  for (float& value : values) value = std::min(std::max(value, low), high);
  call.set(Constant(x.shape(), std::move(values)));
}

void fold_where(Call& call) {
  const Constant &which = call.constant(0), &a = call.constant(1),
                 &b = call.constant(2);
  const Shape shape =
      broadcast(call, broadcast(call, which.shape(), a.shape()), b.shape());
  const auto count = std::size_t(bounded_count(call, shape));
  const auto from_which = broadcast_places(which.shape(), shape);
  const auto from_a = broadcast_places(a.shape(), shape);
  const auto from_b = broadcast_places(b.shape(), shape);
  const auto is_a = [&](std::size_t i) {
    return which.integer_at(from_which[i]) != 0;
  };
  if (a.is_integer() && b.is_integer()) {
    std::vector<std::int64_t> values(count);
    for (std::size_t i = 0; i < count; ++i)
      values[i] = is_a(i) ? a.integer_at(from_a[i]) : b.integer_at(from_b[i]);
    return call.set(Constant(shape, std::move(values), a.type()));
  }
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i)
    values[i] = is_a(i) ? a.float_at(from_a[i]) : b.float_at(from_b[i]);
  call.set(Constant(shape, std::move(values)));
}

void fold_reduce(Call& call) {
  const Constant& x = call.constant(0);
  const auto axes = call.axes(call.list(1, "axes", {}), x.shape().size());
  if (axes.empty() && call.integer("noop_with_empty_axes", 0) != 0)
    return call.set(x);
  const bool keep = call.integer("keepdims", 1) != 0;
  Shape kept = x.shape(), shape;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    const bool gone = axes.empty() || std::ranges::count(axes, i) > 0;
    if (gone) kept[i] = 1;
    if (!gone || keep) shape.push_back(kept[i]);
  }
  call.expect(x.count() > 0, "expected numbers to reduce");
  call.network.spend(x.count());
  const auto places = broadcast_places(kept, x.shape());
  const auto count = std::size_t(element_count(kept));
  std::vector<double> values(count);
  std::vector<std::int64_t> seen(count, 0);
  const std::string_view op = call.op();
  for (std::int64_t i = 0; i < x.count(); ++i) {
    double& value = values[std::size_t(places[std::size_t(i)])];
    const bool first = seen[std::size_t(places[std::size_t(i)])]++ == 0;
    const double y = x.is_integer() ? double(x.integer_at(i)) : x.float_at(i);
    if (first)
      value = y;
    else if (op == "ReduceMax")
      value = std::max(value, y);
    else if (op == "ReduceMin")
      value = std::min(value, y);
    else if (op == "ReduceProd")
      value *= y;
    else
      value += y;
  }
  if (op == "ReduceMean")
    for (std::size_t i = 0; i < count; ++i) values[i] /= double(seen[i]);
  const bool fits = std::ranges::all_of(
      values, [](double value) { return std::abs(value) < 9e18; });
  if (!x.is_integer() || !fits)
    return call.set(
        Constant(shape, std::vector<float>(values.begin(), values.end())));
  call.set(Constant(shape,
                    std::vector<std::int64_t>(values.begin(), values.end()),
                    x.type()));
}

}  // namespace triad::onnx
