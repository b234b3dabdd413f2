// Ops on integers that ONNX Runtime's quantiser writes beside ONNX's own
// (domain com.microsoft).
// https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md
#include "triad/onnx/import/ops/fold.h"
#include "triad/onnx/import/ops/integers.h"
#include "triad/onnx/import/ops/lower.h"

namespace triad::onnx {
namespace {

DataType type_at(const Call& call, std::size_t i) {
  return call.has_input(i) ? call.constant(i).type() : DataType::uint8;
}

const Constant* optional_at(const Call& call, std::size_t i) {
  return call.has_input(i) ? &call.constant(i) : nullptr;
}

}  // namespace

void lower_qlinear_add(Call& call) {
  const Tensor a = real_input(call, 0, steps_at(call, 1));
  const Tensor b = real_input(call, 3, steps_at(call, 4));
  call.expect(a.view == b.view &&
                  call.network.shape(a.value) == call.network.shape(b.value),
              "expected tensors of equal shape, laid out alike");
  const graph::ValueId sum = call.add(graph::Add{}, {a.value, b.value});
  call.set(quantized(call, {sum, a.view}, steps_at(call, 6), type_at(call, 7)));
}

void lower_qlinear_global_average_pool(Call& call) {
  call.expect(call.integer("channels_last", 0) == 0,
              "channels_last: expected 0");
  const Tensor x = real_input(call, 0, steps_at(call, 1));
  call.expect(x.view.rank() == 4 && x.view.is_plain(),
              "expected a picture [N, C, H, W]");
  const graph::ValueId mean = call.add(graph::GlobalAveragePool{}, {x.value});
  call.set(quantized(call, {mean, View::of(call.network.shape(mean))},
                     steps_at(call, 3), type_at(call, 4)));
}

void lower_qgemm(Call& call) {
  call.expect(
      call.integer("transA", 0) == 0 && call.number("alpha", 1.0f) == 1.0f,
      "transA, alpha: expected 0 and 1");
  const Steps in = steps_at(call, 1);
  Tensor x = real_input(call, 0, in);
  const bool is_transposed = call.integer("transB", 0) != 0;
  const Constant weight =
      dequantize(call, call.constant(3), call.constant(4), optional_at(call, 5),
                 is_transposed ? 0 : 1);
  const auto bias = integer_bias(call, 6, in.scale, call.constant(4));
  Tensor y = add_matrix(call, x, weight, is_transposed, bias);
  if (!call.has_input(7)) return call.set(std::move(y));  // floats
  call.set(quantized(call, y, steps_at(call, 7), type_at(call, 8)));
}

void lower_qlinear_concat(Call& call) {
  std::vector<graph::ValueId> values;
  for (std::size_t i = 2; i + 2 < call.input_count(); i += 3) {
    const Tensor x = real_input(call, i, steps_at(call, i + 1));
    call.expect(x.view.rank() == 4 && x.view.is_plain(),
                "expected pictures [N, C, H, W]");
    values.push_back(x.value);
  }
  call.expect(call.axis(call.integer("axis", 1), 4) == 1,
              "axis: expected the channels");
  const graph::ValueId joined = call.add(graph::Concat{}, values);
  call.set(quantized(call, {joined, View::of(call.network.shape(joined))},
                     steps_at(call, 0), type_at(call, 1)));
}

}  // namespace triad::onnx
