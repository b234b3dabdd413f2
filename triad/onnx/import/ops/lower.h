#pragma once
// From nodes of a file to nodes of a graph: one function per ONNX op, grouped
// by what the ops are about. The table of all is in lower.cc.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "triad/onnx/import/call.h"

namespace triad::onnx {

using Lower = void (*)(Call& call);

// Null for an op that is not imported.
Lower find_lowering(std::string_view domain, std::string_view op);
// Why an op that users may expect is refused, and what would work; empty where
// there is nothing to say.
std::string_view refusal_reason(std::string_view op);
// lower_layers.cc: layers with weights.
void lower_conv(Call& call);
void lower_gemm(Call& call);
void lower_mat_mul(Call& call);
void lower_batch_norm(Call& call);

// lower_elements.cc: functions of each element.
void lower_relu(Call& call);
void lower_leaky_relu(Call& call);
void lower_prelu(Call& call);
void lower_clip(Call& call);
void lower_hard_sigmoid(Call& call);
void lower_hard_swish(Call& call);
void lower_sigmoid(Call& call);
void lower_softmax(Call& call);
void lower_cast(Call& call);

// lower_arithmetic.cc: two tensors, or a tensor and constants.
void lower_add(Call& call);
void lower_sub(Call& call);
void lower_mul(Call& call);
void lower_div(Call& call);
void lower_neg(Call& call);
void lower_sum(Call& call);
void lower_max(Call& call);
void lower_min(Call& call);

// lower_windows.cc: pools.
void lower_max_pool(Call& call);
void lower_average_pool(Call& call);
void lower_global_average_pool(Call& call);
void lower_global_max_pool(Call& call);
void lower_reduce_mean(Call& call);

// lower_layout.cc: where numbers lie.
void lower_identity(Call& call);
void lower_dropout(Call& call);
void lower_reshape(Call& call);
void lower_flatten(Call& call);
void lower_transpose(Call& call);
void lower_squeeze(Call& call);
void lower_unsqueeze(Call& call);
void lower_shape(Call& call);
void lower_size(Call& call);
void lower_expand(Call& call);

// lower_pictures.cc: parts and copies of pictures.
void lower_concat(Call& call);
void lower_slice(Call& call);
void lower_split(Call& call);
void lower_pad(Call& call);
void lower_resize(Call& call);

// lower_integers.cc: quantised networks of ONNX's own ops.
void lower_quantize(Call& call);
void lower_dequantize(Call& call);
void lower_qlinear_conv(Call& call);
void lower_qlinear_mat_mul(Call& call);
void lower_conv_integer(Call& call);
void lower_mat_mul_integer(Call& call);
// lower_contrib.cc: ONNX Runtime's.
void lower_qlinear_add(Call& call);
void lower_qlinear_global_average_pool(Call& call);
void lower_qgemm(Call& call);
void lower_qlinear_concat(Call& call);
// lower_qonnx.cc: QONNX's.
void lower_quant(Call& call);
void lower_bipolar_quant(Call& call);
void lower_trunc(Call& call);

// Shared among them.

// The padding of a sliding window by pads or auto_pad. `kernel` with its
// dilation; `picture` [C, H, W].
graph::Padding window_padding(const Call& call, const Shape& picture,
                              const graph::Pair& kernel,
                              const graph::Pair& stride);
// An attribute of one number for each of two axes.
graph::Pair pair(const Call& call, std::string_view attribute,
                 std::int64_t other);

// A weight [K, C, R, S] as it is, its codes kept.
encoding::Encoding weight(const Constant& constant, const Shape& shape);
// A weight [K, F] from a matrix [F, K], or [K, F] if `is_transposed`; `order`:
// for feature f of the matrix its place in the weight, empty if in place.
encoding::Encoding matrix_weight(const Constant& matrix, bool is_transposed,
                                 const std::vector<std::int64_t>& order);

// Refuses a Dropout that is exported for training.
void require_inference(const Call& call);
// Output: the part of `shape` that a Shape node asks for.
void set_shape_part(const Call& call, const Shape& shape);

// Conv with all its attributes from integers or floats.
graph::ValueId add_conv(const Call& call, const Tensor& x,
                        const Constant& weight, const std::vector<float>& bias);
// x [N, F] or [..., F] times a matrix [F, K]; bias [K] or empty.
Tensor add_matrix(const Call& call, Tensor& x, const Constant& matrix,
                  bool is_transposed, const std::vector<float>& bias,
                  float factor = 1.0f);

// A constant that broadcasts over the tensor as one number for each channel of
// its value, [C]. None if it differs along another axis.
std::optional<std::vector<float>> per_channel(const Network& network,
                                              const Tensor& tensor,
                                              const Constant& constant);

}  // namespace triad::onnx
