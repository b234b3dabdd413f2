// triad inspect: what a .triad or ONNX file holds, layer by layer, what that
// saves, and which other tools take it.

#include <algorithm>
#include <memory>

#include "tools/commands.h"
#include "tools/measures.h"
#include "tools/model_file.h"
#include "tools/output.h"
#include "triad/base/error.h"
#include "triad/onnx/compatibility.h"

namespace triad::tools {
namespace {

// Lists in metadata have a line for each of theirs.
std::string on_one_line(const std::string& text) {
  std::string line;
  for (const char c : text) c == '\n' ? line += ", " : line += c;
  return line;
}

std::string percent(double share) {
  return fmt::format("{:.1f} %", 100 * share);
}

double zero_share(const LayerMeasures& layer) {
  return 1.0 - double(layer.nonzero) / double(layer.weights);
}

double file_compression(const ModelFile& model, const Measures& measures) {
  return double(measures.float_bytes) / double(model.file_bytes);
}

std::vector<std::string> to_row(const LayerMeasures& layer) {
  std::vector<std::string> row = {
      layer.name,
      layer.encoding,
      to_string(layer.shape),
      percent(zero_share(layer)),
      "",
      "",
      percent(layer.living_8x4),
      percent(layer.living_16x4),
      fmt::format("{:.2f}", double(layer.bits) / double(layer.weights)),
      std::to_string((layer.bits + 7) / 8)};
  if (layer.terms > 1) row[1] += fmt::format(" x {}", layer.terms);
  if (layer.census) {
    row[1] += "/" + layer.structure;
    row[4] = fmt::format("{} / {}", layer.census->living, layer.census->groups);
    row[5] = percent(layer.census->density());
  }
  return row;
}

void print_text(const ModelFile& model, const Measures& measures) {
  std::vector<std::vector<std::string>> rows = {
      {"layer", "encoding", "shape", "zeros", "groups alive", "density",
       "8x4 alive", "16x4 alive", "bits/weight", "bytes"}};
  for (const LayerMeasures& layer : measures.layers)
    rows.push_back(to_row(layer));
  print_table(rows);
  print_line(fmt::format(
      "\n{}: {} layers, input {}, {}", model.graph.name, measures.layers.size(),
      to_string(model.graph.value(model.graph.input()).shape),
      model.graph.is_lowered() ? "integer arithmetic" : "floating point"));
  if (measures.counted_layers > 0)
    print_line(fmt::format(
        "CR (Yang 2020, 16 / (D (1 - s_min)), {} counted layers): {:.2f}x, "
        "D = {:.6f}, s_min = {:.6f}",
        measures.counted_layers, measures.compression_rate,
        measures.census.density(), measures.census.smallest_zero_share));
  print_line(fmt::format(
      "file compression (32-bit weights and biases / whole file): {:.2f}x, "
      "{} / {}",
      file_compression(model, measures),
      human_bytes(double(measures.float_bytes)),
      human_bytes(double(model.file_bytes))));
  if (std::ranges::any_of(measures.layers,
                          [](const auto& layer) { return layer.terms > 1; }))
    print_line(
        "note: weights of several ternary terms become levels in integer "
        "arithmetic");
  for (const std::string& note : model.notes) print_line("note: " + note);
  for (const auto& [key, value] : model.metadata)
    print_line(fmt::format("{}: {}", key, on_one_line(value)));
}

Json to_json(const LayerMeasures& layer) {
  Json json = {{"name", layer.name},
               {"encoding", layer.encoding},
               {"shape", layer.shape},
               {"weights", layer.weights},
               {"zero_share", zero_share(layer)},
               {"groups_8x4_density", layer.living_8x4},
               {"groups_16x4_density", layer.living_16x4},
               {"bits", layer.bits}};
  if (layer.census) {
    json["structure"] = layer.structure;
    json["terms"] = layer.terms;
    json["groups"] = layer.census->groups;
    json["groups_alive"] = layer.census->living;
    json["density"] = layer.census->density();
    json["smallest_zero_share"] = layer.census->smallest_zero_share;
  }
  return json;
}

Json to_json(const ModelFile& model, const Measures& measures) {
  Json layers = Json::array();
  for (const LayerMeasures& layer : measures.layers)
    layers.push_back(to_json(layer));
  return {{"file", model.file.string()},
          {"network", model.graph.name},
          {"input", model.graph.value(model.graph.input()).shape},
          {"lowered", model.graph.is_lowered()},
          {"layers", layers},
          {"counted_layers", measures.counted_layers},
          {"density", measures.census.density()},
          {"s_min", measures.census.smallest_zero_share},
          {"cr", measures.compression_rate},
          {"float_bytes", measures.float_bytes},
          {"file_bytes", model.file_bytes},
          {"file_compression", file_compression(model, measures)},
          {"notes", model.notes},
          {"metadata", model.metadata}};
}

void print_dialects(const std::string& path, bool as_json) {
  const auto verdicts = onnx::check_compatibility(path);
  Json json = Json::array();
  std::vector<std::vector<std::string>> rows = {{"tool", "takes it"}};
  for (const onnx::Verdict& verdict : verdicts) {
    json.push_back({{"tool", verdict.tool},
                    {"accepts", verdict.accepts},
                    {"because", verdict.because}});
    const std::string answer = verdict.accepts ? "yes" : "no";
    rows.push_back({verdict.tool, verdict.because.empty()
                                      ? answer
                                      : answer + ", " + verdict.because});
  }
  if (as_json) return print_json(json);
  for (const auto& row : rows)
    print_line(fmt::format("{:<18}{}", row[0], row[1]));
  print_line(
      "By the tools' own documents (docs/onnx.md); none of them was run.");
}

}  // namespace

void add_inspect(CLI::App& command) {
  struct Options {
    std::string model;
    PictureOptions pictures;
    bool dialects = false, json = false;
  };
  const auto options = std::make_shared<Options>();
  command
      .add_option("model", options->model, "Run folder, .triad or .onnx file")
      ->required();
  add_picture_options(command, options->pictures);
  command.add_flag("--dialects", options->dialects,
                   "Which tools take this ONNX file, and which node stops "
                   "the others");
  command.add_flag("--json", options->json, "Machine-readable output");
  command.callback([options] {
    if (options->dialects) return print_dialects(options->model, options->json);
    const ModelFile model =
        read_model_file(options->model, "", options->pictures);
    const Measures measures = measure(model.graph);
    options->json ? print_json(to_json(model, measures))
                  : print_text(model, measures);
  });
}

}  // namespace triad::tools
