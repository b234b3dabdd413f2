#include "triad/onnx/import.h"

#include <algorithm>
#include <optional>

#include "triad/base/error.h"
#include "triad/onnx/import/find_input.h"
#include "triad/onnx/import/inline_functions.h"
#include "triad/onnx/import/join_slices.h"
#include "triad/onnx/import/merge_affine.h"
#include "triad/onnx/import/ops/fold.h"
#include "triad/onnx/import/ops/lower.h"
#include "triad/onnx/import/order_nodes.h"
#include "triad/onnx/network_notes.h"

namespace triad::onnx {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kOldestOpset = 7, kNewestOpset = 22, kNewestIr = 10;
// Numbers a file may make beyond those it holds, and per byte it has.
constexpr std::int64_t kFreeNumbers = 1 << 22, kNumbersPerByte = 4;

// Names in a file may hold anything: errors and notes are one line.
std::string one_line(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 32) c = '?';
  return text;
}

class Importer {
 public:
  Importer(Bytes file, std::optional<fs::path> folder,
           const ImportSettings& settings)
      : settings_(settings),
        external_(std::move(folder)),
        model_(parse_model(file)),
        budget_(kFreeNumbers + kNumbersPerByte * std::int64_t(file.size())) {}

  Imported run(const std::string& name) {
    check_versions();
    result_.file_nodes = model_.nodes.size();
    inline_functions(model_);
    const auto order = order_nodes(model_);
    read_constants();
    std::set<std::string_view> constants;
    for (const auto& [tensor, symbol] : symbols_) constants.insert(tensor);
    const PictureInput picture =
        find_input(model_, order, constants, settings_);
    const std::string_view title =
        model_.graph_name.empty() ? std::string_view(name) : model_.graph_name;
    Network network{std::string(title), picture.value, budget_};
    add_input(network, picture);
    for (const std::size_t i : order) lower(model_.nodes[i], network, picture);
    for (const ValueMessage& output : model_.outputs)
      add_output(network, output.name);
    finish(network, picture);
    return std::move(result_);
  }

 private:
  void check_versions() {
    const auto found = model_.opsets.find("");
    result_.opset = found == model_.opsets.end() ? 0 : found->second;
    result_.ir_version = model_.ir_version;
    result_.producer = std::string(model_.producer);
    for (const auto& [key, value] : model_.metadata)
      result_.metadata[std::string(key)] = std::string(value);
    if (found != model_.opsets.end() && result_.opset < kOldestOpset)
      result_.notes.push_back(
          fmt::format("opset {} is older than {}: read as that", result_.opset,
                      kOldestOpset));
    if (result_.opset > kNewestOpset || result_.ir_version > kNewestIr)
      result_.notes.push_back(fmt::format(
          "opset {} and IR {} are newer than {} and {}: read as those",
          result_.opset, result_.ir_version, kNewestOpset, kNewestIr));
  }

  void read_constants() {
    for (const TensorMessage& tensor : model_.initializers) {
      Constant constant = read_constant(tensor, external_);
      if (tensor.is_external) budget_ += kNumbersPerByte * constant.count();
      require(symbols_.emplace(tensor.name, std::move(constant)).second,
              "initialiser '{}': is given twice", tensor.name);
    }
    for (const auto& [name, bytes] : settings_.tensors)
      symbols_.insert_or_assign(name,
                                read_constant(parse_tensor(bytes), external_));
  }

  void add_input(Network& network, const PictureInput& picture) {
    if (picture.is_bytes)
      for (float& deviation : network.graph().preprocessing.deviation)
        deviation = 1.0f / 255.0f;
    std::string name;
    for (const InputPart& part : picture.parts) {
      add_part(network, picture, part);
      name += (name.empty() ? "" : "+") + std::string(part.name);
    }
    network.graph().values[0].name = std::move(name);
    if (picture.parts.size() > 1) note_parts(network, picture);
  }

  void add_part(Network& network, const PictureInput& picture,
                const InputPart& part) {
    Tensor tensor{0, part.view, {}, part.name};
    if (picture.parts.size() > 1) {
      const std::int64_t stop = part.first_channel + part.value[0];
      graph::Slice slice{.channels = {part.first_channel, stop}};
      if (stop == picture.value[0]) slice.channels.stop = graph::Range::kEnd;
      tensor.value = network.add(part.name, part.name, slice, {0});
    }
    if (picture.is_bytes) tensor.steps = Steps{1.0f, 0};
    if (!part.view.is_plain())
      network.note(
          fmt::format("input '{}' has other dimensions in the file: here it is "
                      "a picture {}",
                      part.name, to_string(part.value)));
    symbols_.insert_or_assign(part.name, std::move(tensor));
  }

  // The names stay in the metadata, for who wants the inputs apart again.
  void note_parts(Network& network, const PictureInput& picture) {
    std::string& kept = result_.metadata["triad.inputs"];
    kept.clear();
    std::string said;
    for (const InputPart& part : picture.parts) {
      const std::string name = one_line(std::string(part.name));
      kept +=
          fmt::format("{}{} {}", kept.empty() ? "" : "\n", part.value[0], name);
      said += fmt::format("{}{} of '{}'", said.empty() ? "" : ", then ",
                          part.value[0], name);
    }
    network.note(
        fmt::format("the file's {} inputs are one picture {} here: channels {}",
                    picture.parts.size(), to_string(picture.value), said));
  }

  void lower(const NodeMessage& node, Network& network,
             const PictureInput& picture) {
    Call call(node, symbols_, network, picture.batch);
    for (const AttributeMessage& attribute : node.attributes)
      call.expect(!attribute.has_graph,
                  "{}: graphs inside nodes are not imported: export with fixed "
                  "conditions, without loops",
                  attribute.name);
    call.expect(!node.outputs.empty() && !node.outputs[0].empty(),
                "expected an output");
    bool constant = true;
    for (std::size_t i = 0; i < call.input_count(); ++i)
      constant &= !call.has_input(i) || call.is_constant(i);
    if (const Fold fold = find_fold(node.domain, node.op); constant && fold)
      return fold(call);
    const Lower lower = find_lowering(node.domain, node.op);
    if (!lower) refuse(call, node, constant);
    lower(call);
  }

  [[noreturn]] static void refuse(const Call& call, const NodeMessage& node,
                                  bool constant) {
    const std::string_view reason = refusal_reason(node.op);
    if (node.domain.empty() && !reason.empty()) call.refuse("{}", reason);
    const std::string domain =
        node.domain.empty() ? "" : fmt::format(" of domain '{}'", node.domain);
    call.refuse("op {}{} is not imported{} (docs/onnx.md lists those that are)",
                node.op, domain, constant ? " on constants" : "");
  }

  void add_output(Network& network, std::string_view name) {
    const auto found = symbols_.find(name);
    require(found != symbols_.end(), "output '{}': no node makes it", name);
    auto* tensor = std::get_if<Tensor>(&found->second);
    require(tensor, "output '{}': expected one that depends on the picture",
            name);
    if (tensor->steps)
      network.note(fmt::format(
          "output '{}' holds integers in the file: here it is the numbers they "
          "mean",
          name));
    if (!network.make_plain(*tensor)) note_layout(network, *tensor, name);
    network.graph().outputs.push_back(tensor->value);
  }

  static void note_layout(Network& network, const Tensor& tensor,
                          std::string_view name) {
    network.note(fmt::format("output '{}' {} in the file: here it is {}", name,
                             tensor.view.is_in_order()
                                 ? "has other dimensions"
                                 : "is laid out in another way",
                             to_string(network.shape(tensor.value))));
  }

  void finish(Network& network, const PictureInput& picture) {
    std::vector<std::string> notes = network.notes();
    graph::Graph graph =
        merge_affine(join_slices(std::move(network.graph())),
                     {.affine = network.affine_nodes(),
                      .find_preprocessing = settings_.find_preprocessing,
                      .is_bytes = picture.is_bytes},
                     notes);
    // What lay between the Slices and their Concat may be preprocessing now.
    graph = join_slices(std::move(graph));
    apply_network_metadata(graph, result_.metadata);
    validate(graph);
    result_.graph = std::move(graph);
    for (const std::string& note : notes)
      result_.notes.push_back(one_line(note));
  }

  const ImportSettings& settings_;
  ExternalData external_;
  ModelMessage model_;
  std::int64_t budget_;
  Symbols symbols_;
  Imported result_;
};

Imported import(Bytes bytes, std::optional<fs::path> folder,
                const std::string& name, const std::string& title,
                const ImportSettings& settings) {
  try {
    return Importer(bytes, std::move(folder), settings).run(title);
  } catch (const Error& error) {
    fail("{}: {}", name, one_line(error.what()));
  } catch (const fs::filesystem_error& error) {
    fail("{}: {}", name, one_line(error.what()));
  }
}

}  // namespace

Imported import_file(const fs::path& path, const ImportSettings& settings) {
  const format::MappedFile file(path);
  const fs::path folder = path.has_parent_path() ? path.parent_path() : ".";
  return import(file.bytes(), folder, path.string(), path.stem().string(),
                settings);
}

Imported import_bytes(std::span<const std::byte> bytes, std::string_view name,
                      const ImportSettings& settings) {
  return import(bytes, std::nullopt, std::string(name), std::string(name),
                settings);
}

graph::Graph read_onnx(const fs::path& path) { return import_file(path).graph; }

}  // namespace triad::onnx
