#include "triad/format/writer.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <string>
#include <utility>
#include <variant>

#include "triad/base/error.h"
#include "triad/base/file.h"
#include "triad/encoding/ternary.h"
#include "triad/format/level_codes.h"
#include "triad/format/limits.h"
#include "triad/format/op_table.h"
#include "triad/graph/derived_scales.h"
#include "triad_generated.h"

namespace triad::format {
namespace {

using flatbuffers::FlatBufferBuilder;
using flatbuffers::Offset;
using flatbuffers::Vector;

std::vector<std::uint8_t> pack_bits(const std::vector<std::uint8_t>& alive) {
  std::vector<std::uint8_t> bytes((alive.size() + 7) / 8);
  for (std::size_t i = 0; i < alive.size(); ++i)
    bytes[i / 8] |= std::uint8_t((alive[i] != 0) << i % 8);
  return bytes;
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return std::ranges::equal(a, b, [](float x, float y) {
    return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y);
  });
}

class Writer {
 public:
  Writer(const Model& model, const WriteSettings& settings)
      : model_(model), graph_(model.graph), settings_(settings) {}

  std::vector<std::byte> write();

 private:
  struct StoredEncoding {
    fbs::Encoding type;
    Offset<void> table;
  };

  // Absent where there is nothing to store.
  template <typename T>
  Offset<Vector<T>> numbers(const std::vector<T>& values) {
    if (values.empty()) return 0;
    return builder_.CreateVector(values);
  }
  Offset<Vector<std::int32_t>> integers(
      const std::vector<std::int64_t>& values) {
    std::vector<std::int32_t> narrow;
    for (const std::int64_t value : values)
      narrow.push_back(to_file_integer(value));
    return numbers(narrow);
  }
  template <typename T>
  Offset<Vector<Offset<T>>> tables(const std::vector<Offset<T>>& items) {
    if (items.empty()) return 0;
    return builder_.CreateVector(items);
  }
  Offset<Vector<std::uint8_t>> codes(const std::vector<std::uint8_t>& bytes) {
    if (bytes.empty()) return 0;
    builder_.ForceVectorAlignment(bytes.size(), 1, 16);
    return builder_.CreateVector(bytes);
  }
  template <typename T>
  Offset<Vector<T>> input_table() {
    return numbers(
        std::vector<T>(graph_.input_table.begin(), graph_.input_table.end()));
  }
  Offset<Vector<float>> scales(const std::vector<float>& values,
                               const std::vector<float>& derived) {
    return same_bits(values, derived) ? 0 : numbers(values);
  }

  StoredEncoding encoding(const encoding::Dense& dense,
                          const std::vector<float>& derived);
  StoredEncoding encoding(const encoding::Ternary& ternary,
                          const std::vector<float>& derived);
  StoredEncoding encoding(const encoding::Levels& levels,
                          const std::vector<float>& derived);
  Offset<fbs::Parameter> parameter(const graph::Parameter& parameter,
                                   const std::vector<float>& derived);
  Offset<fbs::Requantization> requantization(
      const graph::Requantization& entry);
  Offset<fbs::Node> node(std::size_t index);
  Offset<Vector<Offset<fbs::Node>>> nodes();
  Offset<Vector<const fbs::Quantization*>> quantization();
  Offset<Vector<Offset<fbs::Subnet>>> subnets();
  Offset<Vector<Offset<fbs::KeyValue>>> metadata();
  void count_ternary_codes(const encoding::Ternary& ternary);

  const Model& model_;
  const graph::Graph& graph_;
  const WriteSettings& settings_;
  FlatBufferBuilder builder_;
  std::uint64_t ternary_codes_ = 0;
  int version_ = 1;  // the first that has all of the ops
};

Writer::StoredEncoding Writer::encoding(const encoding::Dense& dense,
                                        const std::vector<float>&) {
  const auto table = fbs::CreateDense(builder_, numbers(*dense.values));
  return {fbs::Encoding::Dense, table.Union()};
}

void Writer::count_ternary_codes(const encoding::Ternary& ternary) {
  ternary_codes_ += ternary_codes(element_count(ternary.shape),
                                  std::int64_t(ternary.pattern.alive.size()),
                                  ternary.terms.size());
}

Writer::StoredEncoding Writer::encoding(const encoding::Ternary& ternary,
                                        const std::vector<float>& derived) {
  count_ternary_codes(ternary);
  const bool two_bits = settings_.ternary_code == TernaryCode::two_bits;
  std::vector<Offset<fbs::TernaryTerm>> terms;
  for (std::size_t i = 0; i < ternary.terms.size(); ++i) {
    const auto living = encoding::gather_living(ternary, i);
    const auto bytes = codes(two_bits ? encoding::pack_2bit(living)
                                      : encoding::pack_5trit(living));
    // Integers tell the scale of a weight, not of the terms of a sum.
    const auto floats =
        scales(ternary.terms[i].scales,
               ternary.terms.size() == 1 ? derived : std::vector<float>());
    terms.push_back(fbs::CreateTernaryTerm(builder_, bytes, floats));
  }
  const encoding::Pattern& pattern = ternary.pattern;
  const fbs::PeGeometry geometry(
      pattern.geometry.outputs, pattern.geometry.inputs, pattern.geometry.taps);
  const auto alive = numbers(pack_bits(pattern.alive));
  const auto table = fbs::CreateTernary(
      builder_, fbs::Structure(pattern.structure), &geometry, alive,
      two_bits ? fbs::TernaryCode::two_bits : fbs::TernaryCode::five_trits,
      tables(terms));
  return {fbs::Encoding::Ternary, table.Union()};
}

Writer::StoredEncoding Writer::encoding(const encoding::Levels& levels,
                                        const std::vector<float>& derived) {
  const auto bytes = codes(pack_levels(*levels.codes, levels.bits));
  const auto floats = scales(levels.scales, derived);
  const auto table =
      fbs::CreateLevels(builder_, std::uint8_t(levels.bits), bytes, floats);
  return {fbs::Encoding::Levels, table.Union()};
}

Offset<fbs::Parameter> Writer::parameter(const graph::Parameter& parameter,
                                         const std::vector<float>& derived) {
  const auto* const* names = fbs::EnumNamesParameterName();
  std::uint8_t name = 0;
  while (names[name] != nullptr && parameter.name != names[name]) ++name;
  require(names[name] != nullptr, "model: no place for a parameter '{}'",
          parameter.name);
  const StoredEncoding stored = std::visit(
      [&](const auto& e) { return encoding(e, derived); }, parameter.encoding);
  return fbs::CreateParameter(builder_, fbs::ParameterName(name), stored.type,
                              stored.table);
}

Offset<fbs::Requantization> Writer::requantization(
    const graph::Requantization& entry) {
  const auto bias = numbers(entry.bias);
  const auto multiplier = numbers(entry.multiplier);
  const auto logit_scale = numbers(entry.logit_scale);
  const auto table = numbers(entry.table);
  return fbs::CreateRequantization(builder_, std::uint8_t(entry.shift), bias,
                                   multiplier, logit_scale, table);
}

Offset<fbs::Node> Writer::node(std::size_t index) {
  const graph::Node& node = graph_.nodes[index];
  const std::vector<float> derived = graph::derived_scales(node, graph_);
  std::vector<Offset<fbs::Parameter>> parameters;
  for (const graph::Parameter& item : node.parameters)
    parameters.push_back(parameter(item, derived));
  std::vector<Offset<fbs::Requantization>> requantizations;
  for (const graph::Requantization& item : node.requantization)
    requantizations.push_back(requantization(item));

  const auto name = builder_.CreateString(node.name);
  const std::string& value_name = graph_.value(node.output).name;
  Offset<flatbuffers::String> output_name;
  if (value_name != node.name) output_name = builder_.CreateString(value_name);
  const StoredOp op = write_op(builder_, node.op);
  version_ = std::max(version_, first_version(op.type));
  const auto inputs = numbers(node.inputs);
  const auto parameter_tables = tables(parameters);
  const auto requantization_tables = tables(requantizations);
  const bool own = node.output == graph::ValueId(index);
  return fbs::CreateNode(builder_, name, op.type, op.table, inputs,
                         own ? -1 : node.output, output_name, parameter_tables,
                         requantization_tables);
}

Offset<Vector<Offset<fbs::Node>>> Writer::nodes() {
  std::vector<Offset<fbs::Node>> items;
  for (std::size_t i = 0; i < graph_.nodes.size(); ++i)
    items.push_back(node(i));
  return tables(items);
}

Offset<Vector<const fbs::Quantization*>> Writer::quantization() {
  std::vector<fbs::Quantization> items;
  bool any = false;
  for (const graph::Value& value : graph_.values) {
    const auto q = value.quantization.value_or(
        encoding::Quantization{.bits = 0, .scale = 0.0f});
    items.emplace_back(q.scale, q.zero_point, std::uint8_t(q.bits),
                       q.is_signed);
    any = any || value.quantization;
  }
  if (!any) return 0;
  return builder_.CreateVectorOfStructs(items);
}

Offset<Vector<Offset<fbs::Subnet>>> Writer::subnets() {
  const graph::Subnet usual;
  const graph::Subnet& first = graph_.subnets.front();
  if (graph_.subnets.size() == 1 && first.name == usual.name &&
      first.width == usual.width)
    return 0;
  std::vector<Offset<fbs::Subnet>> items;
  for (const graph::Subnet& subnet : graph_.subnets) {
    const auto name = builder_.CreateString(subnet.name);
    items.push_back(fbs::CreateSubnet(builder_, name, integers(subnet.width)));
  }
  return tables(items);
}

Offset<Vector<Offset<fbs::KeyValue>>> Writer::metadata() {
  std::vector<Offset<fbs::KeyValue>> items;
  for (const auto& [key, text] : model_.metadata) {
    const auto name = builder_.CreateString(key);
    const auto value = builder_.CreateString(text);
    items.push_back(fbs::CreateKeyValue(builder_, name, value));
  }
  return tables(items);
}

template <typename T>
bool fits(const std::vector<std::int16_t>& table) {
  return std::ranges::all_of(table, [](std::int16_t value) {
    return value >= std::numeric_limits<T>::min() &&
           value <= std::numeric_limits<T>::max();
  });
}

std::vector<std::byte> Writer::write() {
  const auto node_tables = nodes();
  const auto name = builder_.CreateString(graph_.name);
  const auto shape = integers(graph_.value(graph_.input()).shape);
  const auto outputs = numbers(graph_.outputs);
  const auto quantizations = quantization();
  const auto subnet_tables = subnets();
  const auto mean = numbers(graph_.preprocessing.mean);
  const auto deviation = numbers(graph_.preprocessing.deviation);
  Offset<Vector<Offset<flatbuffers::String>>> classes;
  if (!graph_.classes.empty())
    classes = builder_.CreateVectorOfStrings(graph_.classes);
  Offset<Vector<std::uint8_t>> table_u8;
  Offset<Vector<std::int8_t>> table_s8;
  Offset<Vector<std::int16_t>> table_s16;
  if (fits<std::uint8_t>(graph_.input_table))
    table_u8 = input_table<std::uint8_t>();
  else if (fits<std::int8_t>(graph_.input_table))
    table_s8 = input_table<std::int8_t>();
  else
    table_s16 = input_table<std::int16_t>();
  const auto facts = metadata();
  fbs::FinishModelBuffer(
      builder_, fbs::CreateModel(builder_, std::uint16_t(version_), name, shape,
                                 node_tables, outputs, quantizations,
                                 subnet_tables, mean, deviation, classes,
                                 table_u8, table_s8, table_s16, facts));
  require(ternary_codes_ <= maximum_ternary_codes(builder_.GetSize()),
          "model '{}': {} ternary codes are too many for a file of {} bytes",
          graph_.name, ternary_codes_, builder_.GetSize());
  const auto* first =
      reinterpret_cast<const std::byte*>(builder_.GetBufferPointer());
  return {first, first + builder_.GetSize()};
}

// FlatBuffers ends at 2 GiB without an error, so this must be known before.
void require_size(const Model& model) {
  std::uint64_t bytes = 0;
  for (const graph::Node& node : model.graph.nodes)
    for (const graph::Parameter& parameter : node.parameters)
      bytes += std::uint64_t(encoding::bits(parameter.encoding)) / 8 + 256;
  for (const auto& [key, text] : model.metadata) bytes += text.size();
  require(
      bytes < kMaximumFileBytes,
      "model '{}': {} bytes of weights and metadata; a file holds at most {}",
      model.graph.name, bytes, kMaximumFileBytes);
}

}  // namespace

std::vector<std::byte> model_bytes(const Model& model,
                                   const WriteSettings& settings) {
  graph::validate(model.graph);
  require_size(model);
  return Writer(model, settings).write();
}

std::vector<std::byte> model_bytes(const graph::Graph& graph,
                                   const WriteSettings& settings) {
  return model_bytes(Model{graph, {}}, settings);
}

void write_model(const Model& model, const std::filesystem::path& path,
                 const WriteSettings& settings) {
  write_file(path, model_bytes(model, settings));
}

void write_model(const graph::Graph& graph, const std::filesystem::path& path,
                 const WriteSettings& settings) {
  write_model(Model{graph, {}}, path, settings);
}

}  // namespace triad::format
