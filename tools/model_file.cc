#include "tools/model_file.h"

#include "triad/base/error.h"
#include "triad/base/parallel.h"
#include "triad/format/parameters.h"
#include "triad/format/reader.h"
#include "triad/onnx/import.h"
#include "triad/zoo/zoo.h"

namespace triad::tools {
namespace {

namespace fs = std::filesystem;

// The model file of a run folder, else the path itself.
fs::path find_file(const fs::path& path) {
  require(fs::exists(path), "{}: no such file or folder", path.string());
  if (!fs::is_directory(path)) return path;
  const fs::path packed = path / "model.triad";
  require(fs::exists(packed),
          "{}: no model.triad in this folder: expected a finished run",
          path.string());
  return packed;
}

graph::Graph read_weights(const fs::path& file, const std::string& network) {
  require(
      !network.empty(),
      "{}: say which network the weights are of with --model, see triad zoo",
      file.string());
  graph::Graph graph = zoo::make(network);
  format::load_parameters(graph, file);
  return graph;
}

void read_onnx(ModelFile& model, const PictureOptions& pictures) {
  onnx::Imported imported =
      onnx::import_file(model.file, {.input = input_shape(pictures)});
  model.graph = std::move(imported.graph);
  model.metadata = std::move(imported.metadata);
  model.notes = std::move(imported.notes);
  apply_preprocessing(model.graph, pictures);
}

}  // namespace

ModelFile read_model_file(const fs::path& path, const std::string& network,
                          const PictureOptions& pictures) {
  ModelFile result;
  result.file = find_file(path);
  require(network.empty() || result.file.extension() == ".safetensors",
          "--model {}: {} says itself which network it is: leave it out",
          network, result.file.string());
  if (result.file.extension() == ".safetensors") {
    result.graph = read_weights(result.file, network);
  } else if (result.file.extension() == ".onnx") {
    read_onnx(result, pictures);
  } else {
    format::Model model = format::read_model(result.file, thread_count());
    result.graph = std::move(model.graph);
    result.metadata = std::move(model.metadata);
  }
  result.file_bytes = std::int64_t(fs::file_size(result.file));
  return result;
}

void require_other_file(const fs::path& output, const fs::path& input) {
  std::error_code ignored;  // an output that does not exist is another file
  require(!fs::equivalent(output, input, ignored),
          "{}: is the input, too: name another output", output.string());
}

}  // namespace triad::tools
