#include "triad/format/reader.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include "triad/base/error.h"
#include "triad/base/parallel.h"
#include "triad/encoding/ternary.h"
#include "triad/format/limits.h"
#include "triad/format/mapped_file.h"
#include "triad/format/op_table.h"
#include "triad/format/packed_codes.h"
#include "triad/graph/derived_scales.h"
#include "triad/graph/parameter_rules.h"
#include "triad_generated.h"

namespace triad::format {
namespace {

// The part of the root table that every version shares.
struct VersionOnly : private flatbuffers::Table {
  std::uint16_t version() const {
    return GetField<std::uint16_t>(fbs::Model::VT_VERSION, 0);
  }
  bool Verify(flatbuffers::Verifier& verifier) const {
    return VerifyTableStart(verifier) &&
           VerifyField<std::uint16_t>(verifier, fbs::Model::VT_VERSION,
                                      sizeof(std::uint16_t)) &&
           verifier.EndTable();
  }
};

flatbuffers::Verifier make_verifier(std::span<const std::byte> bytes) {
  flatbuffers::Verifier::Options options;
  options.max_depth = kMaximumDepth;
  options.max_tables = kMaximumTables;
  return flatbuffers::Verifier(
      reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(),
      options);
}

std::vector<std::uint8_t> unpack_bits(std::span<const std::uint8_t> bytes,
                                      std::size_t count) {
  require(bytes.size() == (count + 7) / 8,
          "bitmap of groups: expected {} bytes for {} groups, got {}",
          (count + 7) / 8, count, bytes.size());
  std::vector<std::uint8_t> alive(count);
  for (std::size_t i = 0; i < count; ++i) alive[i] = bytes[i / 8] >> i % 8 & 1;
  require(count % 8 == 0 || bytes.back() >> count % 8 == 0,
          "bitmap of groups: expected zero padding after the last group");
  return alive;
}

encoding::Quantization to_quantization(const fbs::Quantization& q) {
  return {.bits = q.bits(),
          .is_signed = q.is_signed(),
          .scale = q.scale(),
          .zero_point = q.zero_point()};
}

// Turns a verified file into a graph. Each vector is charged against limits.h
// before it is copied.
class Reader {
 public:
  Reader(const fbs::Model& file, std::uint64_t file_bytes, int threads)
      : file_(file),
        threads_(threads),
        bytes_left_(maximum_bytes_read(file_bytes)),
        codes_left_(maximum_ternary_codes(file_bytes)) {}

  Model read();

 private:
  void charge(std::uint64_t bytes) {
    require(bytes <= bytes_left_,
            "its vectors share bytes in a way that no writer does");
    bytes_left_ -= bytes;
  }
  std::string text(const flatbuffers::String* string) {
    if (string == nullptr) return "";
    charge(string->size());
    return string->str();
  }
  template <typename T>
  std::span<const T> span(const flatbuffers::Vector<T>* vector) {
    if (vector == nullptr) return {};
    charge(vector->size() * sizeof(T));
    return {vector->data(), vector->size()};
  }
  template <typename T, typename Stored = T>
  std::vector<T> numbers(const flatbuffers::Vector<Stored>* vector) {
    const auto values = span(vector);
    return {values.begin(), values.end()};
  }
  // Calls visit(item) for every table; absent vectors have none.
  template <typename Table, typename Visit>
  void for_each(const flatbuffers::Vector<flatbuffers::Offset<Table>>* vector,
                const Visit& visit) {
    if (vector == nullptr) return;
    for (const auto* item : *vector) {
      charge(sizeof(flatbuffers::uoffset_t) * 2);
      visit(*item);
    }
  }

  void read_values();
  void read_nodes();
  graph::Node read_node(const fbs::Node& stored, std::size_t index);
  Shape read_shape(const graph::Node& node) const;
  void read_parameters(const fbs::Node& stored, graph::Node& node);
  graph::Requantization read_requantization(const fbs::Requantization& stored);
  encoding::Encoding read_encoding(const fbs::Parameter& stored,
                                   const Shape& shape,
                                   const std::vector<float>& derived);
  encoding::Ternary read_ternary(const fbs::Ternary& stored, const Shape& shape,
                                 const std::vector<float>& derived);
  encoding::Levels read_levels(const fbs::Levels& stored, const Shape& shape,
                               const std::vector<float>& derived);
  std::vector<float> read_scales(const flatbuffers::Vector<float>* stored,
                                 const std::vector<float>& derived);
  void read_input_table();
  void read_subnets();

  const fbs::Model& file_;
  const int threads_;
  std::uint64_t bytes_left_;
  std::uint64_t codes_left_;
  std::size_t node_ = 0, parameter_ = 0;  // being read
  std::vector<PackedCodes> packed_;
  Model model_;
  graph::Graph& graph_ = model_.graph;
};

void Reader::read_values() {
  const std::size_t count = graph_.nodes.size();
  graph_.values.resize(count);
  const auto* stored = file_.quantization();
  if (stored == nullptr) return;
  require(stored->size() == count, "expected quantization of {} values, got {}",
          count, stored->size());
  for (std::size_t i = 0; i < count; ++i) {
    const fbs::Quantization& q = *stored->Get(flatbuffers::uoffset_t(i));
    if (q.bits() != 0) graph_.values[i].quantization = to_quantization(q);
  }
}

void Reader::read_nodes() {
  const auto* stored = file_.nodes();
  require(stored != nullptr && stored->size() > 0, "expected at least a node");
  charge(std::uint64_t(stored->size()) * sizeof(flatbuffers::uoffset_t));
  graph_.nodes.resize(stored->size());
  read_values();
  try {
    for (; node_ < graph_.nodes.size(); ++node_)
      graph_.nodes[node_] =
          read_node(*stored->Get(flatbuffers::uoffset_t(node_)), node_);
  } catch (const Error&) {
    // An error in the codes of an earlier node comes first.
    std::erase_if(packed_,
                  [&](const auto& codes) { return codes.node >= node_; });
    unpack_codes(packed_, threads_, graph_);
    throw;
  }
  unpack_codes(packed_, threads_, graph_);
}

graph::Node Reader::read_node(const fbs::Node& stored, std::size_t index) {
  charge(16);  // no node takes less: four fields and the offset of its table
  graph::Node node;
  node.name = text(stored.name());
  require(!node.name.empty(), "node {} has no name", index);
  try {
    node.op = read_op(stored.op_type(), stored.op());
    node.inputs = numbers<graph::ValueId>(stored.inputs());
    node.output =
        stored.output() == -1 ? graph::ValueId(index) : stored.output();
    require(node.output >= 0 && std::size_t(node.output) < graph_.values.size(),
            "expected an output below {}, got value {}", graph_.values.size(),
            node.output);
    graph::Value& value = graph_.values[std::size_t(node.output)];
    value.name = stored.output_name() ? text(stored.output_name()) : node.name;
    value.shape = index == 0 ? numbers<std::int64_t>(file_.input_shape())
                             : read_shape(node);
    for_each(stored.requantization(), [&](const auto& item) {
      node.requantization.push_back(read_requantization(item));
    });
    // Version 1 lowered it to a Relu whose highest integer means 6.
    if (stored.op_type() == fbs::Op::Relu6 && !node.requantization.empty())
      node.op = graph::Relu{};
    read_parameters(stored, node);
  } catch (const Error& error) {
    fail("node '{}': {}", node.name, error.what());
  }
  return node;
}

// Shapes are not in the file: they follow from the op and the nodes before.
Shape Reader::read_shape(const graph::Node& node) const {
  std::vector<Shape> inputs;
  for (const graph::ValueId id : node.inputs) {
    require(id >= 0 && std::size_t(id) < graph_.values.size() &&
                !graph_.value(id).shape.empty(),
            "expected inputs produced by earlier nodes, got value {}", id);
    inputs.push_back(graph_.value(id).shape);
  }
  return graph::infer_shape(node, inputs);
}

void Reader::read_parameters(const fbs::Node& stored, graph::Node& node) {
  if (stored.parameters() == nullptr) return;
  require(!node.inputs.empty(), "expected no parameters");
  const auto rules =
      graph::parameter_rules(node.op, graph_.value(node.inputs.front()).shape);
  const std::vector<float> derived = graph::derived_scales(node, graph_);
  for_each(stored.parameters(), [&](const fbs::Parameter& item) {
    const std::string name = fbs::EnumNameParameterName(item.name());
    const auto rule = std::ranges::find(rules, std::string_view(name),
                                        &graph::ParameterRule::name);
    require(rule != rules.end() && node.find(name) == nullptr,
            "expected no parameter '{}' (number {}), or no second one", name,
            int(item.name()));
    parameter_ = node.parameters.size();
    node.parameters.push_back(
        {name, read_encoding(item, rule->shape, derived)});
  });
}

graph::Requantization Reader::read_requantization(
    const fbs::Requantization& stored) {
  return {.shift = stored.shift(),
          .bias = numbers<std::int32_t>(stored.bias()),
          .multiplier = numbers<std::int16_t>(stored.multiplier()),
          .logit_scale = numbers<float>(stored.logit_scale()),
          .table = numbers<std::int16_t>(stored.table())};
}

encoding::Encoding Reader::read_encoding(const fbs::Parameter& stored,
                                         const Shape& shape,
                                         const std::vector<float>& derived) {
  if (const auto* dense = stored.encoding_as_Dense())
    return encoding::Dense{shape,
                           encoding::share(numbers<float>(dense->values()))};
  if (const auto* ternary = stored.encoding_as_Ternary())
    return read_ternary(*ternary, shape, derived);
  if (const auto* levels = stored.encoding_as_Levels())
    return read_levels(*levels, shape, derived);
  fail("encoding number {} is unknown", int(stored.encoding_type()));
}

std::vector<float> Reader::read_scales(const flatbuffers::Vector<float>* stored,
                                       const std::vector<float>& derived) {
  if (stored != nullptr) return numbers<float>(stored);
  require(!derived.empty(),
          "expected scales, or the integers to derive them from");
  return derived;
}

encoding::Ternary Reader::read_ternary(const fbs::Ternary& stored,
                                       const Shape& shape,
                                       const std::vector<float>& derived) {
  encoding::Ternary ternary{shape, {}, {}};
  encoding::Pattern& pattern = ternary.pattern;
  require(stored.structure() <= fbs::Structure::MAX,
          "structure number {} is unknown", int(stored.structure()));
  require(stored.code() <= fbs::TernaryCode::MAX,
          "ternary code number {} is unknown", int(stored.code()));
  require(stored.terms() != nullptr, "expected a ternary term");
  pattern.structure = encoding::Structure(stored.structure());
  if (const auto* geometry = stored.geometry())
    pattern.geometry = {geometry->outputs(), geometry->inputs(),
                        geometry->taps()};
  const encoding::Grouping grouping = encoding::grouping_of(shape, pattern);
  const std::uint64_t wanted = ternary_codes(
      element_count(shape), grouping.count(), stored.terms()->size());
  require(wanted <= codes_left_,
          "a file of this size may not hold {} ternary codes more", wanted);
  codes_left_ -= wanted;
  if (stored.alive() != nullptr)
    pattern.alive =
        unpack_bits(span(stored.alive()), std::size_t(grouping.count()));
  const bool single = stored.terms()->size() == 1;
  for_each(stored.terms(), [&](const fbs::TernaryTerm& term) {
    packed_.push_back({node_, parameter_, ternary.terms.size(),
                       span(term.codes()),
                       stored.code() == fbs::TernaryCode::two_bits});
    ternary.terms.push_back(
        {nullptr,
         read_scales(term.scales(), single ? derived : std::vector<float>())});
  });
  return ternary;
}

encoding::Levels Reader::read_levels(const fbs::Levels& stored,
                                     const Shape& shape,
                                     const std::vector<float>& derived) {
  require(stored.bits() >= 2 && stored.bits() <= 8,
          "expected levels of 2 to 8 bits, got {}", stored.bits());
  packed_.push_back({node_, parameter_, 0, span(stored.codes()), false});
  return {.shape = shape,
          .bits = stored.bits(),
          .codes = nullptr,
          .scales = read_scales(stored.scales(), derived)};
}

void Reader::read_input_table() {
  require((file_.input_table_u8() != nullptr) +
                  (file_.input_table_s8() != nullptr) +
                  (file_.input_table_s16() != nullptr) <=
              1,
          "expected one input table at most");
  if (file_.input_table_u8())
    graph_.input_table = numbers<std::int16_t>(file_.input_table_u8());
  else if (file_.input_table_s8())
    graph_.input_table = numbers<std::int16_t>(file_.input_table_s8());
  else
    graph_.input_table = numbers<std::int16_t>(file_.input_table_s16());
}

void Reader::read_subnets() {
  if (file_.subnets() == nullptr) return;  // one, all channels
  graph_.subnets.clear();
  for_each(file_.subnets(), [&](const fbs::Subnet& subnet) {
    graph_.subnets.push_back(
        {text(subnet.name()), numbers<std::int64_t>(subnet.width())});
  });
}

Model Reader::read() {
  graph_.name = text(file_.name());
  read_nodes();
  graph_.outputs = numbers<graph::ValueId>(file_.outputs());
  read_subnets();
  graph_.preprocessing = {numbers<float>(file_.mean()),
                          numbers<float>(file_.deviation())};
  if (file_.classes() != nullptr)
    for (const auto* name : *file_.classes())
      graph_.classes.push_back(text(name));
  read_input_table();
  for_each(file_.metadata(), [&](const fbs::KeyValue& item) {
    const std::string key = text(item.key());
    require(model_.metadata.emplace(key, text(item.value())).second,
            "metadata '{}' stands twice", key);
  });
  graph::validate(graph_, threads_);
  return std::move(model_);
}

Model read_verified(std::span<const std::byte> bytes, int threads) {
  require(is_triad_file(bytes),
          "no .triad file (its bytes 4 to 7 are not \"TRIA\")");
  require(bytes.size() < kMaximumFileBytes, "{} bytes; at most {} are read",
          bytes.size(), kMaximumFileBytes);
  auto verifier = make_verifier(bytes);
  require(verifier.VerifyBuffer<VersionOnly>(fbs::ModelIdentifier()),
          "truncated or damaged");
  const auto version =
      flatbuffers::GetRoot<VersionOnly>(bytes.data())->version();
  require(version <= kVersion,
          "written in version {} of the format, this triad reads up to {}; "
          "use a newer triad",
          version, kVersion);
  require(version >= 1, "expected a version from 1, got 0; damaged");
  auto whole = make_verifier(bytes);
  require(fbs::VerifyModelBuffer(whole), "truncated or damaged");
  return Reader(*fbs::GetModel(bytes.data()), bytes.size(), threads).read();
}

}  // namespace

bool is_triad_file(std::span<const std::byte> bytes) {
  return bytes.size() >= 8 && fbs::ModelBufferHasIdentifier(bytes.data());
}

Model read_model(std::span<const std::byte> bytes, std::string_view file,
                 int threads) {
  try {
    // Scalars are read in place, so the first byte must be aligned.
    if (std::uintptr_t(bytes.data()) % alignof(std::max_align_t) == 0)
      return read_verified(bytes, threads);
    return read_verified(std::vector<std::byte>(bytes.begin(), bytes.end()),
                         threads);
  } catch (const Error& error) {
    fail("{}: {}", file, error.what());
  }
}

Model read_model(const std::filesystem::path& path, int threads) {
  const MappedFile file(path);
  return read_model(file.bytes(), path.string(), threads);
}

}  // namespace triad::format
