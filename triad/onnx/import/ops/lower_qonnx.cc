// QONNX: quantisers in front of floats, Quant and its kin.
// https://github.com/fastmachinelearning/qonnx/tree/main/docs/qonnx-custom-ops
#include <algorithm>
#include <cmath>

#include "triad/onnx/import/ops/fold.h"
#include "triad/onnx/import/ops/lower.h"

namespace triad::onnx {
namespace {

struct Quantizer {
  double lowest = 0, highest = 0, zero_point = 0;
  int bits = 8;
  std::string rounding;
};

double one_number(const Call& call, std::size_t i, std::string_view what) {
  const Constant& given = call.constant(i);
  call.expect(given.count() == 1 && std::isfinite(given.float_at(0)),
              "{}: expected one number, got {}", what,
              to_string(given.shape()));
  return given.float_at(0);
}

Quantizer read_quantizer(const Call& call) {
  Quantizer quantizer;
  const double bits = one_number(call, 3, "bitwidth");
  call.expect(bits >= 1 && bits <= 32 && bits == std::floor(bits),
              "bitwidth: expected 1..32, got {}", bits);
  const bool is_signed = call.integer("signed", 1) != 0;
  const double narrow = call.integer("narrow", 0) != 0 ? 1 : 0;
  const double half = std::exp2(bits - 1);
  quantizer.bits = int(bits);
  quantizer.lowest = is_signed ? -half + narrow : 0;
  quantizer.highest = is_signed ? half - 1 : 2 * half - 1 - narrow;
  quantizer.zero_point = one_number(call, 2, "zeropt");
  call.expect(quantizer.zero_point >= quantizer.lowest &&
                  quantizer.zero_point <= quantizer.highest,
              "zeropt: expected one of its integers, {}..{}, got {}",
              quantizer.lowest, quantizer.highest, quantizer.zero_point);
  quantizer.rounding = call.text("rounding_mode", "ROUND");
  return quantizer;
}

double rounded(const Call& call, const std::string& given, double x) {
  std::string mode;
  for (const char c : given) mode += char(std::toupper(c));
  if (mode == "ROUND" || mode == "HALF_EVEN") return std::nearbyint(x);
  if (mode == "CEIL") return std::ceil(x);
  if (mode == "FLOOR") return std::floor(x);
  if (mode == "UP") return x < 0 ? std::floor(x) : std::ceil(x);
  if (mode == "DOWN" || mode == "ROUND_TO_ZERO") return std::trunc(x);
  const double whole = std::floor(std::abs(x)), rest = std::abs(x) - whole;
  const double up = std::copysign(whole + 1, x), down = std::copysign(whole, x);
  if (mode == "HALF_UP") return rest >= 0.5 ? up : down;
  if (mode == "HALF_DOWN") return rest > 0.5 ? up : down;
  call.refuse(
      "rounding_mode: expected ROUND, CEIL, FLOOR, UP, DOWN, HALF_UP "
      "or HALF_DOWN, got '{}'",
      given);
}

// The one axis along which scales differ; 0 for one scale.
std::size_t scale_axis(const Call& call, const Shape& scale,
                       const Shape& weight) {
  std::size_t axis = 0;
  int found = 0;
  call.expect(scale.size() <= weight.size(),
              "scale: expected one, or one for each filter, got {}",
              to_string(scale));
  const std::size_t skipped = weight.size() - scale.size();
  for (std::size_t i = 0; i < scale.size(); ++i)
    if (scale[i] != 1) {
      axis = i + skipped;
      ++found;
    }
  call.expect(
      found <= 1 && (found == 0 || scale[axis - skipped] == weight[axis]),
      "scale: expected one, or one for each filter, got {}", to_string(scale));
  return axis;
}

// round(x / scale) as integers, each by its slice's scale.
template <typename Function>
Constant coded(const Call& call, const Constant& x, const Constant& scale,
               Function&& code_of) {
  const std::size_t axis = scale_axis(call, scale.shape(), x.shape());
  std::int64_t inner = 1;
  for (std::size_t i = axis + 1; i < x.shape().size(); ++i)
    inner *= x.shape()[i];
  const std::int64_t slices = scale.count();
  call.network.spend(x.count());
  std::vector<std::int64_t> codes;
  for (std::int64_t i = 0; i < x.count(); ++i) {
    const double code =
        code_of(double(x.float_at(i)) /
                scale.float_at(slices == 1 ? 0 : i / inner % slices));
    call.expect(std::isfinite(code), "expected finite weights and scales");
    codes.push_back(std::int64_t(code));
  }
  const Constant integers(x.shape(), std::move(codes), DataType::int16);
  return dequantize(call, integers, scale, nullptr, axis);
}

}  // namespace

void fold_quant(Call& call) {
  const Quantizer quantizer = read_quantizer(call);
  call.set(coded(call, call.constant(0), call.constant(1), [&](double x) {
    return std::clamp(
               rounded(call, quantizer.rounding, x + quantizer.zero_point),
               quantizer.lowest, quantizer.highest) -
           quantizer.zero_point;
  }));
}

void fold_bipolar_quant(Call& call) {
  call.set(coded(call, call.constant(0), call.constant(1),
                 [](double x) { return x >= 0 ? 1.0 : -1.0; }));
}

void lower_quant(Call& call) {
  const Quantizer quantizer = read_quantizer(call);
  Tensor x = call.tensor(0);
  if (quantizer.lowest == quantizer.zero_point &&
      !call.network.is_positive(x.value))
    x.value = call.network.add(fmt::format("{}.relu", call.name()),
                               call.output_name(), graph::Relu{}, {x.value});
  call.network.note(
      "activations are quantised in the file: the weights' codes are kept, the "
      "activations' ranges are not (lowering calibrates them again)");
  call.set(std::move(x));
}

void lower_bipolar_quant(Call& call) {
  call.refuse(
      "binary activations are not imported: expected Quant of two or "
      "more bits, or BipolarQuant on weights only");
}

void lower_trunc(Call& call) {
  call.network.note(
      fmt::format("Trunc '{}' left out: it only rounds", call.name()));
  lower_identity(call);
}

}  // namespace triad::onnx
