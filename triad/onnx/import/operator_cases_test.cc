// The operator cases that ONNX ships for its own back ends (Debian's
// libonnx-testdata): every case of the ops that the importer claims, with one
// input as the picture, with all of them as one, and with all as constants. A
// case whose tensors no graph holds is refused by the importer, in one line;
// one that is imported or folded must compute what the case says.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <numeric>
#include <set>

#include "triad/base/error.h"
#include "triad/base/file.h"
#include "triad/onnx/import.h"
#include "triad/onnx/import/constant.h"
#include "triad/onnx/import/messages.h"
#include "triad/onnx/import/ops/fold.h"
#include "triad/reference/float_executor.h"

namespace triad::onnx {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFolder = "/usr/share/libonnx-testdata/data";
constexpr double kTolerance = 1e-5;  // of the largest number of an output

struct Case {
  std::string name;
  std::vector<std::byte> file;
  std::string op;  // the claimed op it is about
  std::vector<std::vector<std::byte>> inputs, outputs;
};

std::vector<std::vector<std::byte>> read_all(const fs::path& folder,
                                             const std::string& kind) {
  std::vector<std::vector<std::byte>> all;
  for (int i = 0;; ++i) {
    const fs::path file = folder / fmt::format("{}_{}.pb", kind, i);
    if (!fs::exists(file)) return all;
    all.push_back(read_file(file));
  }
}

// The case's op if it has no others than claimed ones; else empty.
std::string claimed_op(const ModelMessage& model) {
  static const auto ops = [] {
    auto all = imported_ops();
    for (const std::string_view op : folded_ops()) all.emplace_back(op);
    return all;
  }();
  std::string op;
  for (const NodeMessage& node : model.nodes) {
    if (!node.domain.empty() || std::ranges::count(ops, node.op) == 0)
      return {};
    if (op.empty() || node.op != "Constant") op = std::string(node.op);
  }
  return op;
}

std::vector<Case> read_cases() {
  std::vector<Case> cases;
  for (const char* part :
       {"node", "pytorch-converted", "pytorch-operator", "simple"})
    for (const auto& entry : fs::directory_iterator(fs::path(kFolder) / part)) {
      Case one{entry.path().filename().string(),
               read_file(entry.path() / "model.onnx")};
      one.op = claimed_op(parse_model(one.file));
      // These say bfloat16 and hold uint16.
      if (one.op.empty() || one.name.find("BFLOAT16") != std::string::npos)
        continue;
      one.inputs = read_all(entry.path() / "test_data_set_0", "input");
      one.outputs = read_all(entry.path() / "test_data_set_0", "output");
      cases.push_back(std::move(one));
    }
  std::ranges::sort(cases, {},
                    [](const Case& c) { return std::pair(c.op, c.name); });
  return cases;
}

Constant read(const std::vector<std::byte>& tensor) {
  ExternalData none({});
  return read_constant(parse_tensor(tensor), none);
}

using Inputs = std::vector<std::size_t>;  // indices into Case::inputs

// The model with the inputs `picture` as the picture and all others constant.
Imported import_case(const Case& one, const Inputs& picture) {
  const ModelMessage model = parse_model(one.file);
  std::set<std::string_view> initializers;
  for (const TensorMessage& tensor : model.initializers)
    initializers.insert(tensor.name);
  ImportSettings settings;
  std::size_t i = 0;
  for (const ValueMessage& input : model.inputs) {
    if (initializers.contains(input.name)) continue;
    if (i >= one.inputs.size()) break;
    if (std::ranges::count(picture, i) == 0)
      settings.tensors[std::string(input.name)] = one.inputs[i];
    ++i;
  }
  return import_bytes(one.file, one.name, settings);
}

// Numbers that integers of a quantised output mean, and how far off they may
// be: the scale and zero point are inputs of the case.
struct Meaning {
  double scale = 1, zero_point = 0, lowest = -1e30, highest = 1e30;
  double tolerance = 0;
};

Meaning meaning_of(const Case& one, const ModelMessage& model,
                   const Constant& output) {
  if (!output.is_integer()) return {};
  Meaning meaning;
  for (std::size_t i = 0; i < one.inputs.size(); ++i) {
    const std::string_view name = model.inputs[i].name;
    if (name == "y_scale") meaning.scale = read(one.inputs[i]).float_at(0);
    if (name == "y_zero_point")
      meaning.zero_point = read(one.inputs[i]).float_at(0);
  }
  if (one.op == "ConvInteger" || one.op == "MatMulInteger") return meaning;
  meaning.tolerance = 0.51 * meaning.scale;
  meaning.lowest = (0 - meaning.zero_point) * meaning.scale;
  meaning.highest = (255 - meaning.zero_point) * meaning.scale;
  return meaning;
}

double tolerance_of(const Constant& output) {
  return output.type() == DataType::float16 ? 1e-3 : kTolerance;
}

// The numbers of the picture's inputs, input after input in each picture of the
// batch; empty if they do not make whole pictures of `size` numbers.
std::vector<float> picture_numbers(const Case& one, const Inputs& picture,
                                   std::size_t size) {
  std::vector<std::vector<float>> inputs;
  std::size_t total = 0;
  for (const std::size_t i : picture) {
    inputs.push_back(read(one.inputs[i]).floats());
    total += inputs.back().size();
  }
  const std::size_t batch = total / size;
  std::vector<float> numbers;
  for (std::size_t n = 0; n < batch; ++n)
    for (const auto& input : inputs) {
      const std::size_t share = input.size() / batch;
      const auto first = input.begin() + std::ptrdiff_t(n * share);
      numbers.insert(numbers.end(), first, first + std::ptrdiff_t(share));
    }
  return numbers.size() == total && total == batch * size
             ? numbers
             : std::vector<float>{};
}

// Empty if the outputs are those of the case.
std::string difference(const Case& one, const Imported& imported,
                       const Inputs& picture) {
  const ModelMessage model = parse_model(one.file);
  const graph::Graph& graph = imported.graph;
  reference::FloatExecutor executor;
  executor.load(graph);
  const Constant given = read(one.inputs[picture[0]]);
  const auto size =
      std::size_t(element_count(graph.value(graph.input()).shape));
  const std::vector<float> input = picture_numbers(one, picture, size);
  if (input.empty()) return "another input size";
  for (std::size_t o = 0; o < graph.outputs.size(); ++o) {
    const Constant output = read(one.outputs[o]);
    const Meaning meaning = meaning_of(one, model, output);
    std::vector<float> expected = output.floats();
    for (float& x : expected)
      x = float((x - meaning.zero_point) * meaning.scale);
    std::vector<float> got;
    for (std::size_t n = 0; n < input.size() / size; ++n) {
      const auto first = input.begin() + std::ptrdiff_t(n * size);
      const auto last = first + std::ptrdiff_t(size);
      // Bytes go through the preprocessing, floats are behind it.
      const auto values =
          given.is_integer()
              ? executor.values(std::vector<std::uint8_t>(first, last))
              : executor.values(std::vector(first, last));
      const auto& output = values[std::size_t(graph.outputs[o])];
      got.insert(got.end(), output.begin(), output.end());
    }
    if (got.size() != expected.size())
      return fmt::format("{} numbers instead of {}", got.size(),
                         expected.size());
    double largest = 1e-30, error = 0;
    for (std::size_t i = 0; i < got.size(); ++i) {
      largest = std::max(largest, std::abs(double(expected[i])));
      const double x =
          std::clamp(double(got[i]), meaning.lowest, meaning.highest);
      error = std::max(error, std::abs(x - expected[i]));
    }
    if (!(error <= tolerance_of(output) * largest + meaning.tolerance))
      return fmt::format("an error of {:.2g} of {:.2g}", error, largest);
  }
  return {};
}

bool is_quantised(const Case& one) {
  return one.op == "QuantizeLinear" || one.op.starts_with("QLinear") ||
         one.op.ends_with("Integer");
}

bool gives_numbers(const Case& one) {
  return is_quantised(one) ||
         std::ranges::all_of(one.outputs, [](const auto& tensor) {
           return !read(tensor).is_integer();
         });
}

// All inputs as constants, where the case is one node. "not folded: ..." if
// the op is not evaluated on them, "FAILED: ..." if to something else.
std::string fold_case(const Case& one) {
  const ModelMessage model = parse_model(one.file);
  if (model.nodes.size() != 1) return "not folded: several nodes";
  const NodeMessage& node = model.nodes[0];
  const Fold fold = find_fold(node.domain, node.op);
  if (!fold) return "not folded: no rule";
  Symbols symbols;
  Network network("case", {1, 1, 1}, 1 << 20);
  Call call(node, symbols, network, -1);
  try {
    for (std::size_t i = 0; i < one.inputs.size(); ++i)
      symbols[model.inputs[i].name] = read(one.inputs[i]);
    for (const auto& output : one.outputs) read(output);
    fold(call);
  } catch (const Error& error) {
    return fmt::format("not folded: {}", error.what());
  }
  for (std::size_t o = 0; o < one.outputs.size(); ++o) {
    const Constant expected = read(one.outputs[o]);
    const auto found = symbols.find(model.outputs[o].name);
    if (found == symbols.end()) return "not folded: a second output";
    const auto& got = std::get<Constant>(found->second);
    if (got.shape() != expected.shape()) return "FAILED: another shape";
    for (std::int64_t i = 0; i < got.count(); ++i) {
      const double x = got.float_at(i), y = expected.float_at(i);
      const bool same = x == y || (std::isnan(x) && std::isnan(y));
      if (!same && !(std::abs(x - y) <=
                     tolerance_of(expected) * std::max(std::abs(y), 1e-3)))
        return fmt::format("FAILED: {} instead of {} when folded", x, y);
    }
  }
  return {};
}

struct Count {
  int passed = 0, total = 0, beyond = 0;
};

// What the importer makes of the case with these inputs as the picture: "" if
// it computes the same, "FAILED: ..." if not, "not imported: ..." if nothing.
std::string lower_case(const Case& one, const Inputs& picture) {
  Imported imported;
  try {
    require(!picture.empty(), "no inputs");
    require(gives_numbers(one), "its output holds integers");
    imported = import_case(one, picture);
    const std::string& inputs = imported.metadata["triad.inputs"];
    require(picture.size() == 1 ||
                std::ranges::count(inputs, '\n') + 1 == std::ssize(picture),
            "it does not read all of its inputs");
    for (const std::string& note : imported.notes)
      if (note.find("laid out in another way") != std::string::npos)
        throw Error(note);
  } catch (const Error& error) {
    return fmt::format("not imported: {}", error.what());
  }
  const std::string wrong = difference(one, imported, picture);
  return wrong.empty() ? "" : "FAILED: " + wrong;
}

// The first input that the importer takes as the picture; if it takes none,
// what it says of the first.
std::string lower_case(const Case& one) {
  if (one.inputs.empty()) return lower_case(one, Inputs{});
  std::string refusal;
  for (std::size_t picture = 0; picture < one.inputs.size(); ++picture) {
    const std::string said = lower_case(one, Inputs{picture});
    if (!said.starts_with("not")) return said;
    if (picture == 0) refusal = said;
  }
  return refusal;
}

// All inputs as one picture, where there are several.
std::string join_case(const Case& one) {
  Inputs all(one.inputs.size());
  std::iota(all.begin(), all.end(), 0);
  return all.size() < 2 ? "not joined" : lower_case(one, all);
}

TEST(OperatorCases, ComputeWhatOnnxSays) {
  if (!fs::exists(kFolder))
    GTEST_SKIP() << "skipped because libonnx-testdata is not installed";
  std::map<std::string, Count> counts;
  int joined = 0;
  for (const Case& one : read_cases()) {
    Count& count = counts[one.op];
    const std::string lowered = lower_case(one), folded = fold_case(one);
    const std::string together = join_case(one);
    bool runs = false, wrong = false;
    for (const std::string& said : {lowered, folded, together}) {
      runs |= !said.starts_with("not");
      wrong |= said.starts_with("FAILED");
      EXPECT_THAT(said, testing::Not(testing::StartsWith("FAILED")))
          << one.op << ' ' << one.name;
      EXPECT_EQ(said.find('\n'), std::string::npos) << one.name;
    }
    joined += !together.starts_with("not");
    count.total += runs;
    count.passed += runs && !wrong;
    count.beyond += !runs;
    if (!runs) std::printf("  %s: %s\n", one.name.c_str(), lowered.c_str());
  }
  Count all;
  for (const auto& [op, count] : counts) {
    std::printf("%-24s %3d of %3d, %d beyond the domain\n", op.c_str(),
                count.passed, count.total, count.beyond);
    all.passed += count.passed;
    all.total += count.total;
    all.beyond += count.beyond;
  }
  std::printf("onnx.operator_cases.passed %d\nonnx.operator_cases.total %d\n",
              all.passed, all.total);
  std::printf("%d of them with several inputs as one picture\n", joined);
  EXPECT_EQ(all.passed, all.total);
  EXPECT_GE(joined, 8);
  EXPECT_GE(all.total, 250);
}

}  // namespace
}  // namespace triad::onnx
