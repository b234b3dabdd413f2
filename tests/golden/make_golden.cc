// Writes the golden files: make_golden FOLDER. Good files are never written
// again once a version is released, for they show that later readers still take
// them; `make_golden FOLDER broken` writes the broken ones, and what the good
// ones hold in words.

#include <flatbuffers/flatbuffers.h>

#include <cstdio>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "tests/describe.h"
#include "triad/base/error.h"
#include "triad/base/file.h"
#include "triad/format/reader.h"
#include "triad/format/test_lowered.h"
#include "triad/format/test_models.h"
#include "triad/format/writer.h"
#include "triad_generated.h"

namespace triad::format {
namespace {

namespace fs = std::filesystem;

// What a hand-made file says: pictures of [2, 2, 2], flattened, to three
// outputs by a ternary weight [3, 8] of PE groups 1 x 4. The values given are
// right; each broken file changes some.
struct Draft {
  int version = 1;
  std::string identifier = "TRIA";
  std::vector<std::int32_t> input_shape = {2, 2, 2};
  std::vector<std::string> names = {"input", "flat", "fc"};
  fbs::Op middle = fbs::Op::Flatten;
  bool with_attributes = true;  // of ops, most have an empty table
  std::int32_t outputs = 3;
  std::vector<std::int32_t> inputs = {1};
  int structure = int(fbs::Structure::pe_group);
  fbs::PeGeometry geometry{1, 4, 0};
  std::vector<std::uint8_t> alive = {0b100001};
  fbs::TernaryCode code = fbs::TernaryCode::five_trits;
  std::vector<std::uint8_t> codes = {0, 122};  // - - - - - and + 0 0
  std::vector<float> scales = {0.5f};
  std::vector<std::int32_t> result = {2};
  std::vector<float> mean = {0, 0}, deviation = {1, 1};
  std::vector<std::uint8_t> table_u8;
  std::vector<std::int16_t> table_s16;
  std::vector<std::string> metadata = {"seed"};
  int copies_of_bias = 1;  // parameters that share one vector
};

template <typename T>
flatbuffers::Offset<flatbuffers::Vector<T>> vector_or_none(
    flatbuffers::FlatBufferBuilder& b, const std::vector<T>& values) {
  if (values.empty()) return 0;
  return b.CreateVector(values);
}

flatbuffers::Offset<fbs::Node> weighted_node(flatbuffers::FlatBufferBuilder& b,
                                             const Draft& draft) {
  const auto codes = b.CreateVector(draft.codes);
  const auto scales = vector_or_none(b, draft.scales);
  const auto term = fbs::CreateTernaryTerm(b, codes, scales);
  const auto terms = b.CreateVector(std::vector{term});
  const auto alive = vector_or_none(b, draft.alive);
  const auto weight =
      fbs::CreateTernary(b, fbs::Structure(draft.structure), &draft.geometry,
                         alive, draft.code, terms);
  const auto zeros = b.CreateVector(std::vector<float>(3));
  const auto bias = fbs::CreateDense(b, zeros);
  std::vector parameters{fbs::CreateParameter(
      b, fbs::ParameterName::weight, fbs::Encoding::Ternary, weight.Union())};
  const auto bias_parameter = fbs::CreateParameter(
      b, fbs::ParameterName::bias, fbs::Encoding::Dense, bias.Union());
  for (int i = 0; i < draft.copies_of_bias; ++i)
    parameters.push_back(bias_parameter);
  const auto name = b.CreateString(draft.names[2]);
  const auto op = fbs::CreateLinear(b, draft.outputs).Union();
  const auto inputs = b.CreateVector(draft.inputs);
  return fbs::CreateNode(b, name, fbs::Op::Linear, op, inputs, -1, 0,
                         b.CreateVector(parameters));
}

std::vector<std::byte> build(const Draft& draft) {
  flatbuffers::FlatBufferBuilder b;
  std::vector<flatbuffers::Offset<fbs::Node>> nodes;
  const auto plain = draft.with_attributes ? fbs::CreateRelu(b).Union() : 0;
  for (const int i : {0, 1}) {
    const auto name = b.CreateString(draft.names[std::size_t(i)]);
    const auto inputs =
        i == 0 ? 0 : b.CreateVector(std::vector<std::int32_t>{0});
    nodes.push_back(fbs::CreateNode(
        b, name, i == 0 ? fbs::Op::Input : draft.middle, plain, inputs));
  }
  nodes.push_back(weighted_node(b, draft));
  std::vector<flatbuffers::Offset<fbs::KeyValue>> metadata;
  for (const std::string& key : draft.metadata) {
    const auto text = b.CreateString(key);
    metadata.push_back(fbs::CreateKeyValue(b, text, text));
  }
  const auto name = b.CreateString("draft");
  const auto shape = b.CreateVector(draft.input_shape);
  const auto node_tables = b.CreateVector(nodes);
  const auto result = b.CreateVector(draft.result);
  const auto mean = b.CreateVector(draft.mean);
  const auto deviation = b.CreateVector(draft.deviation);
  const auto u8 = vector_or_none(b, draft.table_u8);
  const auto s16 = vector_or_none(b, draft.table_s16);
  const auto facts = b.CreateVector(metadata);
  const auto model = fbs::CreateModel(b, std::uint16_t(draft.version), name,
                                      shape, node_tables, result, 0, 0, mean,
                                      deviation, 0, u8, 0, s16, facts);
  b.Finish(model, draft.identifier.c_str());
  const auto bytes =
      std::as_bytes(std::span(b.GetBufferPointer(), std::size_t(b.GetSize())));
  return {bytes.begin(), bytes.end()};
}

struct Broken {
  std::string name;
  std::string reason;  // part of the message
  std::function<void(Draft&)> change;
};

const std::vector<Broken>& broken_drafts() {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  static const std::vector<Broken> kBroken = {
      {"bad_identifier", "no .triad file",
       [](Draft& d) { d.identifier = "TRIB"; }},
      {"newer_version", "written in version 65535",
       [](Draft& d) { d.version = 65535; }},
      {"no_version", "expected a version from 1",
       [](Draft& d) { d.version = 0; }},
      {"bad_trit_byte", "byte 0 is damaged: 0xf3",
       [](Draft& d) { d.codes[0] = 243; }},
      {"trit_padding", "byte 1 is damaged",
       [](Draft& d) { d.codes[1] = 121 + 81; }},
      {"too_few_codes", "expected 2 bytes for 8 codes",
       [](Draft& d) { d.codes.pop_back(); }},
      {"bad_two_bits", "byte 1 is damaged: 0x02",
       [](Draft& d) {
         d.code = fbs::TernaryCode::two_bits;
         d.codes = {0x55, 0x02};
       }},
      {"unknown_code", "ternary code number 7",
       [](Draft& d) { d.code = fbs::TernaryCode(7); }},
      {"unknown_structure", "structure number 9",
       [](Draft& d) { d.structure = 9; }},
      {"op_without_table", "op number 1 has no attributes",
       [](Draft& d) { d.with_attributes = false; }},
      {"unknown_op", "op number 99", [](Draft& d) { d.middle = fbs::Op(99); }},
      {"wrong_shape", "expected 2 bytes for 8 codes, got 3",
       [](Draft& d) { d.codes.push_back(121); }},
      {"wide_geometry", "wider than the layer",
       [](Draft& d) {
         d.geometry = {1, 9, 0};
       }},
      {"negative_geometry", "expected inputs >= 0",
       [](Draft& d) {
         d.geometry = {1, -1, 0};
       }},
      {"short_bitmap", "expected 1 bytes for 6 groups, got 2",
       [](Draft& d) {
         d.alive = {0b100001, 0};
       }},
      {"bitmap_padding", "zero padding",
       [](Draft& d) { d.alive = {0b1100001}; }},
      {"alive_without_codes", "exactly the groups that hold a code",
       [](Draft& d) {
         d.codes = {121, 121};
       }},
      {"no_scales", "expected scales", [](Draft& d) { d.scales.clear(); }},
      {"two_scales", "expected 1 or 3 scales",
       [](Draft& d) {
         d.scales = {1, 2};
       }},
      {"nan_scale", "finite", [](Draft& d) { d.scales = {kNan}; }},
      {"input_of_later_node", "produced by earlier nodes",
       [](Draft& d) { d.inputs = {2}; }},
      {"input_out_of_range", "got value 2000000000",
       [](Draft& d) { d.inputs = {2'000'000'000}; }},
      {"negative_input", "got value -7", [](Draft& d) { d.inputs = {-7}; }},
      {"no_inputs", "1 input", [](Draft& d) { d.inputs.clear(); }},
      {"output_out_of_range", "got value 3", [](Draft& d) { d.result = {3}; }},
      {"same_names", "no other node has",
       [](Draft& d) {
         d.names = {"input", "fc", "fc"};
       }},
      {"no_name", "has no name", [](Draft& d) { d.names[1] = ""; }},
      {"huge_input", "elements",
       [](Draft& d) {
         d.input_shape = {INT32_MAX, INT32_MAX, 1};
       }},
      {"negative_input_shape", "positive dimensions",
       [](Draft& d) {
         d.input_shape = {2, -2, 2};
       }},
      // A million filters of 2^20 weights, all dead: 128 KiB of bitmap asked
      // for 2^40 bytes.
      {"dead_weights_bomb", "may not hold",
       [](Draft& d) {
         d.input_shape = {1 << 10, 1 << 10, 1};
         d.outputs = 1 << 20;
         d.structure = int(fbs::Structure::filter);
         d.codes.clear();
       }},
      {"overlapping_vectors", "no second one",
       [](Draft& d) { d.copies_of_bias = 2; }},
      {"two_input_tables", "one input table at most",
       [](Draft& d) {
         d.table_u8 = {1};
         d.table_s16 = {1};
       }},
      {"input_table_of_floats", "expected quantized inputs",
       [](Draft& d) { d.table_u8 = {1}; }},
      {"one_mean", "preprocessing of 2 channels",
       [](Draft& d) { d.mean = {0}; }},
      {"metadata_twice", "'seed' stands twice",
       [](Draft& d) {
         d.metadata = {"seed", "seed"};
       }},
  };
  return kBroken;
}

void write_good(const fs::path& folder) {
  const auto write = [&](const std::string& name, const Model& model,
                         TernaryCode code) {
    const auto path = folder / (name + ".triad");
    write_model(model, path, {code});
    write_file(folder / (name + ".txt"), describe(model));
  };
  // encoded_*, lowered and hand_made are of version 1.
  const Model written{random_graph(0), {{"seed", "0"}, {"tool", "triad"}}};
  write("ops_0", written, TernaryCode::five_trits);
  for (const std::uint64_t seed : {1, 2, 3})
    write(fmt::format("ops_{}", seed), {random_graph(seed), {}},
          seed == 1 ? TernaryCode::two_bits : TernaryCode::five_trits);
  write("functions", {lowered_functions(7), {}}, TernaryCode::five_trits);
}

// Says anew what every file holds, after a change of the words alone.
void write_words(const fs::path& folder) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    fs::path path = entry.path();
    if (path.extension() != ".triad") continue;
    const std::string words = describe(read_model(path));
    write_file(path.replace_extension(".txt"), words);
  }
}

void write_broken(const fs::path& folder) {
  std::string reasons;
  const auto write = [&](const std::string& name, const std::string& reason,
                         std::span<const std::byte> bytes) {
    write_file(folder / (name + ".triad"), bytes);
    reasons += name + '\t' + reason + '\n';
  };
  const auto right = build({});
  write("empty", "no .triad file", {});
  write("seven_bytes", "no .triad file", std::span(right).first(7));
  write("only_identifier", "truncated or damaged", std::span(right).first(8));
  write("half", "truncated or damaged",
        std::span(right).first(right.size() / 2));
  write("last_byte_missing", "truncated or damaged",
        std::span(right).first(right.size() - 1));
  for (const Broken& broken : broken_drafts()) {
    Draft draft;
    broken.change(draft);
    write(broken.name, broken.reason, build(draft));
  }
  write_file(folder / "reasons.tsv", reasons);
}

}  // namespace
}  // namespace triad::format

int main(int count, char** arguments) {
  if (count < 2) {
    std::fputs("make_golden FOLDER [broken]\n", stderr);
    return 2;
  }
  try {
    const std::filesystem::path folder = arguments[1];
    if (count == 2) triad::format::write_good(folder / "good");
    triad::format::write_words(folder / "good");
    triad::format::write_broken(folder / "broken");
  } catch (const triad::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
