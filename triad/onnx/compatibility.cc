#include "triad/onnx/compatibility.h"

#include <algorithm>
#include <string_view>

#include "triad/base/error.h"
#include "triad/format/mapped_file.h"
#include "triad/onnx/import.h"
#include "triad/onnx/import/inline_functions.h"
#include "triad/onnx/import/messages.h"

namespace triad::onnx {
namespace {

// Lists of op names; "QONNX" stands for all ops of its domains.
using Names = std::vector<std::string_view>;

struct Rule {
  std::string_view tool;
  std::int64_t oldest_opset;
  Names refused;  // ops it cannot read
  Names qonnx;    // ops of QONNX's domains it reads
  bool int2;      // tensors of two bits
  std::string_view why;
  std::string_view remark;  // where all rules hold
};

const std::vector<Rule>& rules() {
  const Names quantisers = {"QuantizeLinear",       "DequantizeLinear",
                            "QLinearConv",          "QLinearMatMul",
                            "ConvInteger",          "MatMulInteger",
                            "DynamicQuantizeLinear"};
  const Names integer_ops = {"QLinearConv", "QLinearMatMul", "ConvInteger",
                             "MatMulInteger"};
  static const std::vector<Rule> all = {
      {"ONNX Runtime",
       7,
       {},
       {},
       false,
       "it runs ONNX's own ops at opset 7 and newer; no kernel for 2-bit "
       "tensors is known",
       ""},
      {"OpenVINO",
       7,
       {},
       {},
       false,
       "it reads floats and QuantizeLinear/DequantizeLinear, not QONNX",
       ""},
      {"DeepSparse",
       11,
       {},
       {},
       false,
       "it reads opset 11 and newer, floats and "
       "QuantizeLinear/DequantizeLinear",
       ""},
      {"QONNX utilities",
       7,
       {},
       {"Quant", "IntQuant", "BipolarQuant", "Trunc", "FloatQuant"},
       false,
       "they read QuantizeLinear (converted to QCDQ) and QONNX",
       "prefers opset 11"},
      {"FINN (main)",
       7,
       quantisers,
       {"Quant", "BipolarQuant", "Trunc"},
       false,
       "it reads QONNX's Quant, BipolarQuant and Trunc, by these names only",
       "prefers opset 11, quantised by QONNX; topologies beyond its examples "
       "often need work"},
      {"hls4ml 1.3",
       7,
       quantisers,
       {"Quant", "IntQuant", "BipolarQuant"},
       false,
       "it reads QONNX's Quant, IntQuant and BipolarQuant, and no "
       "QuantizeLinear",
       "quantiser parameters must be constants, scales best powers of two"},
      {"ncnn (pnnx), MNN",
       7,
       integer_ops,
       {},
       false,
       "they convert floats; quantise with their own tools",
       "quantised files in part"},
  };
  return all;
}

bool contains(const Names& names, std::string_view name) {
  return std::ranges::count(names, name) > 0;
}

std::string describe(const NodeMessage& node) {
  const std::string_view name =
      !node.name.empty() ? node.name
                         : (node.outputs.empty() ? "unnamed" : node.outputs[0]);
  return fmt::format("node '{}' ({})", name, node.op);
}

bool is_int2(const TensorMessage& tensor) {
  return tensor.type == DataType::int2 || tensor.type == DataType::uint2;
}

// What breaks the rule; empty if nothing does.
std::string find_break(const Rule& rule, const ModelMessage& model) {
  const auto opset = model.opsets.find("");
  if (opset != model.opsets.end() && opset->second < rule.oldest_opset)
    return fmt::format("opset {}", opset->second);
  for (const NodeMessage& node : model.nodes) {
    const bool own = node.domain.empty();
    if (own ? contains(rule.refused, node.op)
            : !contains(rule.qonnx, node.op) &&
                  !(rule.tool == "ONNX Runtime" &&
                    node.domain == "com.microsoft"))
      return describe(node);
  }
  for (const TensorMessage& tensor : model.initializers)
    if (is_int2(tensor) && !rule.int2)
      return fmt::format("tensor '{}' ({})", tensor.name,
                         to_string(tensor.type));
  return {};
}

Verdict own_verdict(const std::filesystem::path& path) {
  try {
    import_file(path);
    return {"triad", true, ""};
  } catch (const Error& error) {
    const std::string text = error.what(), prefix = path.string() + ": ";
    return {"triad", false,
            text.starts_with(prefix) ? text.substr(prefix.size()) : text};
  }
}

}  // namespace

std::vector<Verdict> check_compatibility(const std::filesystem::path& path) {
  const format::MappedFile file(path);
  std::vector<Verdict> verdicts = {own_verdict(path)};
  try {
    ModelMessage model = parse_model(file.bytes());
    inline_functions(model);
    for (const Rule& rule : rules()) {
      const std::string broken = find_break(rule, model);
      verdicts.push_back({std::string(rule.tool), broken.empty(),
                          broken.empty()
                              ? std::string(rule.remark)
                              : fmt::format("{}: {}", broken, rule.why)});
    }
  } catch (const Error& error) {
    fail("{}: {}", path.string(), error.what());
  }
  return verdicts;
}

}  // namespace triad::onnx
