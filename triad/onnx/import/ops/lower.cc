#include "triad/onnx/import/ops/lower.h"

#include <algorithm>
#include <iterator>

#include "triad/onnx/import.h"

namespace triad::onnx {
namespace {

struct Row {
  std::string_view op;
  Lower lower;
};

constexpr Row kLowerings[] = {
    {"Add", lower_add},
    {"AveragePool", lower_average_pool},
    {"BatchNormalization", lower_batch_norm},
    {"Cast", lower_cast},
    {"Clip", lower_clip},
    {"Concat", lower_concat},
    {"Conv", lower_conv},
    {"ConvInteger", lower_conv_integer},
    {"DequantizeLinear", lower_dequantize},
    {"Div", lower_div},
    {"Dropout", lower_dropout},
    {"Expand", lower_expand},
    {"Flatten", lower_flatten},
    {"Gemm", lower_gemm},
    {"GlobalAveragePool", lower_global_average_pool},
    {"GlobalMaxPool", lower_global_max_pool},
    {"HardSigmoid", lower_hard_sigmoid},
    {"HardSwish", lower_hard_swish},
    {"Identity", lower_identity},
    {"LeakyRelu", lower_leaky_relu},
    {"MatMul", lower_mat_mul},
    {"MatMulInteger", lower_mat_mul_integer},
    {"Max", lower_max},
    {"MaxPool", lower_max_pool},
    {"Min", lower_min},
    {"Mul", lower_mul},
    {"Neg", lower_neg},
    {"PRelu", lower_prelu},
    {"Pad", lower_pad},
    {"QLinearConv", lower_qlinear_conv},
    {"QLinearMatMul", lower_qlinear_mat_mul},
    {"QuantizeLinear", lower_quantize},
    {"ReduceMean", lower_reduce_mean},
    {"Relu", lower_relu},
    {"Reshape", lower_reshape},
    {"Resize", lower_resize},
    {"Shape", lower_shape},
    {"Sigmoid", lower_sigmoid},
    {"Size", lower_size},
    {"Slice", lower_slice},
    {"Softmax", lower_softmax},
    {"Split", lower_split},
    {"Squeeze", lower_squeeze},
    {"Sub", lower_sub},
    {"Sum", lower_sum},
    {"Transpose", lower_transpose},
    {"Unsqueeze", lower_unsqueeze},
    {"Upsample", lower_resize},
};

constexpr Row kQonnx[] = {
    {"BipolarQuant", lower_bipolar_quant},
    {"IntQuant", lower_quant},
    {"Quant", lower_quant},
    {"Trunc", lower_trunc},
};

constexpr Row kOnnxRuntime[] = {
    {"QGemm", lower_qgemm},
    {"QLinearAdd", lower_qlinear_add},
    {"QLinearConcat", lower_qlinear_concat},
    {"QLinearGlobalAveragePool", lower_qlinear_global_average_pool},
};

struct Reason {
  std::string_view op, text;
};

constexpr Reason kReasons[] = {
    {"ConvTranspose",
     "transposed convolutions are not imported: a Resize (nearest) and a Conv "
     "do"},
    {"DynamicQuantizeLinear",
     "scales that each picture computes are not imported: quantise statically "
     "(QDQ), or export floats"},
    {"InstanceNormalization",
     "statistics of each picture are not imported: train with "
     "BatchNormalization"},
    {"LayerNormalization",
     "statistics of each picture are not imported: train with "
     "BatchNormalization"},
    {"GroupNormalization",
     "statistics of each picture are not imported: train with "
     "BatchNormalization"},
    {"If", "control flow is not imported: export with fixed conditions"},
    {"Loop", "control flow is not imported: export unrolled"},
    {"Scan", "control flow is not imported: export unrolled"},
    {"LRN", "local response normalisation is not imported: train without it"},
    {"NonMaxSuppression",
     "boxes are selected after the network: export without post-processing"},
    {"Tanh", "not imported: HardSigmoid, Sigmoid and Clip are"},
    {"Gather", "only on shapes: Slice takes parts of pictures"},
};

template <std::size_t N>
Lower find(const Row (&rows)[N], std::string_view op) {
  const auto found = std::ranges::find(rows, op, &Row::op);
  return found == std::end(rows) ? nullptr : found->lower;
}

}  // namespace

Lower find_lowering(std::string_view domain, std::string_view op) {
  if (domain.empty()) return find(kLowerings, op);
  if (domain == "com.microsoft") return find(kOnnxRuntime, op);
  const bool is_qonnx = domain.starts_with("qonnx") ||
                        domain.starts_with("finn") ||
                        domain.starts_with("onnx.brevitas");
  return is_qonnx ? find(kQonnx, op) : nullptr;
}

std::string_view refusal_reason(std::string_view op) {
  const auto found = std::ranges::find(kReasons, op, &Reason::op);
  return found == std::end(kReasons) ? "" : found->text;
}

std::vector<std::string> imported_ops() {
  std::vector<std::string> names;
  for (const Row& row : kLowerings) names.emplace_back(row.op);
  return names;
}

}  // namespace triad::onnx
