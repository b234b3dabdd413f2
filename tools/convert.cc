// triad convert: a network as an ONNX file, for the tools that come after, or
// as a .triad file.

#include <memory>

#include "tools/commands.h"
#include "tools/lowering.h"
#include "tools/model_file.h"
#include "tools/output.h"
#include "tools/version.h"
#include "triad/base/error.h"
#include "triad/base/file.h"
#include "triad/format/writer.h"
#include "triad/onnx/export.h"
#include "triad/recipe/provenance.h"

namespace triad::tools {
namespace {

struct Options {
  std::string model, network, weights, output, data, dialect = "float";
  PictureOptions pictures;
  bool json = false;
  int opset = 0;
  std::int64_t batch = 0;
};

ModelFile read(const Options& options) {
  require(options.model.empty() != options.weights.empty(),
          "convert: expected a model, or --model NETWORK with --weights FILE");
  return read_model_file(
      options.model.empty() ? options.weights : options.model, options.network,
      options.pictures);
}

graph::Graph as_integers(const graph::Graph& graph, const Options& options) {
  if (graph.is_lowered()) return graph;
  require(!options.data.empty(),
          "convert: {} holds floats: say with --data whose training pictures "
          "choose the scales of --dialect {}",
          graph.name, options.dialect);
  return lower(graph, *data::open(options.data).train, 8);
}

std::vector<std::byte> to_onnx(const graph::Graph& graph,
                               const onnx::ExportSettings& settings,
                               const Options& options) {
  if (options.dialect == "float") return onnx::float_model(graph, settings);
  return onnx::integer_model(
      as_integers(graph, options), settings,
      onnx::integer_dialect_from_string(options.dialect));
}

onnx::ExportSettings export_settings(const ModelFile& model,
                                     const Options& options) {
  onnx::ExportSettings settings{
      .opset = options.opset,
      .batch = options.batch,
      .producer_version = fmt::format("{} ({})", kVersion, kCommit),
      .metadata = model.metadata};
  settings.metadata["source_file"] = model.file.filename().string();
  settings.metadata["source_hash"] = recipe::hash_file(model.file);
  return settings;
}

void convert_to_triad(const ModelFile& model, const Options& options) {
  format::Model packed{model.graph, model.metadata};
  packed.metadata["source_file"] = model.file.filename().string();
  packed.metadata["source_hash"] = recipe::hash_file(model.file);
  format::write_model(packed, options.output);
  const std::uintmax_t bytes = std::filesystem::file_size(options.output);
  if (options.json)
    return print_json({{"file", options.output},
                       {"network", model.graph.name},
                       {"bytes", bytes}});
  print_line(fmt::format("{}: {}, {}", options.output, model.graph.name,
                         human_bytes(double(bytes))));
}

void convert(const Options& options) {
  const bool to_triad = options.output.ends_with(".triad");
  require(to_triad || options.output.ends_with(".onnx"),
          "convert: expected an output that ends in .onnx or .triad, got {}",
          options.output);
  const ModelFile model = read(options);
  require_other_file(options.output, model.file);
  if (to_triad) return convert_to_triad(model, options);
  const std::vector<std::byte> bytes =
      to_onnx(model.graph, export_settings(model, options), options);
  write_file(options.output, bytes);
  if (options.json)
    return print_json({{"file", options.output},
                       {"network", model.graph.name},
                       {"dialect", options.dialect},
                       {"bytes", bytes.size()}});
  print_line(fmt::format("{}: {}, ONNX dialect {}, {}", options.output,
                         model.graph.name, options.dialect,
                         human_bytes(double(bytes.size()))));
}

}  // namespace

void add_convert(CLI::App& command) {
  const auto options = std::make_shared<Options>();
  command.add_option(
      "model", options->model,
      "Run folder, .triad or .onnx file, or .safetensors weights");
  command.add_option("--model", options->network,
                     "Network of .safetensors weights, see triad zoo");
  command.add_option("--weights", options->weights,
                     "The weights, instead of a model");
  command
      .add_option("-o,--output", options->output, "The .onnx or .triad file")
      ->required();
  command
      .add_option("--dialect", options->dialect,
                  "float, or how integers are written, see docs/onnx.md")
      ->check(CLI::IsMember({"float", "qdq", "qcdq", "qonnx", "int2"}))
      ->capture_default_str();
  command.add_option("--data", options->data,
                     "Data set whose training pictures choose the scales of "
                     "integers, where the model holds floats");
  command
      .add_option("--opset", options->opset,
                  "11..21, qdq and qcdq from 13; 17 if not given, 11 for "
                  "qonnx, and 25 for int2, which has no other")
      ->check(CLI::IsMember({11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 25}));
  command.add_option("--batch", options->batch, "Pictures at once; 0: any")
      ->check(CLI::Range(0, 1'000'000));
  add_picture_options(command, options->pictures);
  command.add_flag("--json", options->json, "Machine-readable output");
  command.callback([options] { convert(*options); });
}

}  // namespace triad::tools
