#include "triad/onnx/dialect.h"

#include "triad/base/error.h"

namespace triad::onnx {
namespace {

constexpr int kFirstOpsetWithFilterScales = 13;
constexpr int kFirstOpsetWith16Bits = 21;

struct Row {
  std::string_view name;
  int usual, oldest, newest;  // opsets
};
// In the order of IntegerDialect.
constexpr Row kRows[] = {{"qdq", 17, kFirstOpsetWithFilterScales, 21},
                         {"qcdq", 17, kFirstOpsetWithFilterScales, 21},
                         {"qonnx", 11, 11, 21},
                         {"int2", 25, 25, 25}};

}  // namespace

std::string_view to_string(IntegerDialect dialect) {
  return kRows[std::size_t(dialect)].name;
}

IntegerDialect integer_dialect_from_string(std::string_view name) {
  for (std::size_t i = 0; i < std::size(kRows); ++i)
    if (kRows[i].name == name) return IntegerDialect(i);
  fail("onnx dialect: expected qdq, qcdq, qonnx or int2, got \"{}\"", name);
}

int choose_opset(const graph::Graph& lowered, IntegerDialect dialect,
                 int requested) {
  const Row& row = kRows[std::size_t(dialect)];
  const int opset = requested == 0 ? row.usual : requested;
  require(opset >= row.oldest && opset <= row.newest,
          "onnx export: {} needs an opset in {}..{}, got {}", row.name,
          row.oldest, row.newest, opset);
  if (dialect == IntegerDialect::qonnx) return opset;
  for (const graph::Value& value : lowered.values)
    require(!value.quantization || value.quantization->bits == 8 ||
                opset >= kFirstOpsetWith16Bits,
            "onnx export: value '{}' has {} bits: needs opset {}, got {}",
            value.name, value.quantization->bits, kFirstOpsetWith16Bits, opset);
  return opset;
}

}  // namespace triad::onnx
