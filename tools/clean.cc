// triad clean: an ONNX file, tidied. What the importer follows until it
// vanishes (shape arithmetic, transposes, constants, batch norms) is gone from
// the result, shapes are written to every tensor, and a report says what
// changed.

#include <map>
#include <memory>

#include "tools/commands.h"
#include "tools/model_file.h"
#include "tools/output.h"
#include "tools/picture_options.h"
#include "tools/version.h"
#include "triad/base/error.h"
#include "triad/base/file.h"
#include "triad/graph/fold_batch_norm.h"
#include "triad/onnx/export.h"
#include "triad/onnx/import.h"

namespace triad::tools {
namespace {

struct Options {
  std::string model, output;
  PictureOptions pictures;
  bool keep_batch_norm = false, json = false;
  int opset = 17;
  std::int64_t batch = 0;
};

std::size_t count_batch_norms(const graph::Graph& graph) {
  std::size_t count = 0;
  for (const graph::Node& node : graph.nodes)
    count += std::holds_alternative<graph::BatchNorm>(node.op);
  return count;
}

void clean(const Options& options) {
  require(options.output.ends_with(".onnx"),
          "clean: expected an output that ends in .onnx, got {}",
          options.output);
  require_other_file(options.output, options.model);
  onnx::Imported imported = onnx::import_file(
      options.model,
      {.input = input_shape(options.pictures), .find_preprocessing = false});
  apply_preprocessing(imported.graph, options.pictures);
  const std::size_t norms = count_batch_norms(imported.graph);
  if (!options.keep_batch_norm)
    imported.graph = fold_batch_norm(std::move(imported.graph));
  const std::size_t folded = norms - count_batch_norms(imported.graph);
  const auto bytes = onnx::float_model(
      imported.graph,
      {.opset = options.opset,
       .batch = options.batch,
       .producer_version = fmt::format("{} ({})", kVersion, kCommit),
       .metadata = imported.metadata});
  write_file(options.output, bytes);
  const std::size_t nodes =
      onnx::import_bytes(bytes, options.output).file_nodes;
  if (options.json)
    return print_json({{"file", options.output},
                       {"nodes_before", imported.file_nodes},
                       {"nodes_after", nodes},
                       {"opset_before", imported.opset},
                       {"opset_after", options.opset},
                       {"batch_norms_folded", folded},
                       {"notes", imported.notes}});
  print_line(fmt::format("{}: {} nodes of {} left, opset {} (was {})",
                         options.output, nodes, imported.file_nodes,
                         options.opset, imported.opset));
  if (folded > 0)
    print_line(fmt::format("{} batch norms folded into the layers before them",
                           folded));
  for (const std::string& note : imported.notes) print_line("note: " + note);
}

}  // namespace

void add_clean(CLI::App& command) {
  const auto options = std::make_shared<Options>();
  command.add_option("model", options->model, "The .onnx file")->required();
  command.add_option("-o,--output", options->output, "The tidy .onnx file")
      ->required();
  add_picture_options(command, options->pictures);
  command.add_flag("--keep-batch-norm", options->keep_batch_norm,
                   "Leave batch norms as nodes, for training");
  command.add_option("--opset", options->opset, "11..21")
      ->check(CLI::Range(11, 21))
      ->capture_default_str();
  command.add_option("--batch", options->batch, "Pictures at once; 0: any")
      ->check(CLI::Range(0, 1'000'000));
  command.add_flag("--json", options->json, "Machine-readable output");
  command.callback([options] { clean(*options); });
}

}  // namespace triad::tools
