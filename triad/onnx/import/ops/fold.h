#pragma once
// Evaluates nodes whose inputs are all constants: what exporters compute about
// shapes, and weights that they change on the way.

#include <string_view>
#include <vector>

#include "triad/onnx/import/call.h"

namespace triad::onnx {

using Fold = void (*)(Call& call);

// Null for an op that is not evaluated.
Fold find_fold(std::string_view domain, std::string_view op);
// Ops of ONNX's own domain that are evaluated, in alphabetical order.
std::vector<std::string_view> folded_ops();

// fold_layout.cc: the numbers of inputs, elsewhere.
void fold_reshape(Call& call);
void fold_flatten(Call& call);
void fold_squeeze(Call& call);
void fold_unsqueeze(Call& call);
void fold_transpose(Call& call);
void fold_gather(Call& call);
void fold_slice(Call& call);
void fold_concat(Call& call);
void fold_split(Call& call);
void fold_expand(Call& call);

// fold_arithmetic.cc: new numbers from old ones.
void fold_binary(Call& call);
void fold_unary(Call& call);
void fold_clip(Call& call);
void fold_where(Call& call);
void fold_reduce(Call& call);

// lower_integers.cc, lower_qonnx.cc: weights as integers.
void fold_quantize(Call& call);
void fold_dequantize(Call& call);
void fold_quant(Call& call);
void fold_bipolar_quant(Call& call);

// Shared among them.

// numbers[places[i]] as a constant of `shape`; of coded numbers the codes are
// decoded.
Constant take(const Call& call, const Constant& numbers, Shape shape,
              const std::vector<std::int64_t>& places);
// The shape that two shapes broadcast to, as in NumPy. Throws Error by `call`.
Shape broadcast(const Call& call, const Shape& a, const Shape& b);
// For each element of `to` its place in a constant of shape `from` that
// broadcasts to it.
std::vector<std::int64_t> broadcast_places(const Shape& from, const Shape& to);
// element_count, refused where a small file asks for much memory.
std::int64_t bounded_count(const Call& call, const Shape& shape);
// A constant of integers as what they mean, its codes kept where they are
// symmetric ones of at most 8 bits. `scale`: one, or one for each slice along
// `axis`; `zero_point` may be empty; `block`: slices that share a scale.
Constant dequantize(const Call& call, const Constant& integers,
                    const Constant& scale, const Constant* zero_point,
                    std::size_t axis, std::int64_t block = 1);

}  // namespace triad::onnx
