#include "tools/starting_network.h"

#include <cstdlib>
#include <numeric>

#include "tools/model_file.h"
#include "triad/base/error.h"
#include "triad/format/parameters.h"
#include "triad/format/reader.h"
#include "triad/zoo/zoo.h"

namespace triad::tools {
namespace {

namespace fs = std::filesystem;

std::string expand_data_folder(const std::string& path) {
  constexpr std::string_view kVariable = "$TRIAD_DATA";
  const bool names_it =
      path == kVariable || path.starts_with(std::string(kVariable) + "/");
  if (!names_it) return path;
  const char* folder = std::getenv("TRIAD_DATA");
  require(folder != nullptr, "{}: set TRIAD_DATA to the folder that holds it",
          path);
  return folder + path.substr(kVariable.size());
}

graph::Graph read_network(const std::string& name) {
  graph::Graph graph = read_model_file(expand_data_folder(name)).graph;
  require(!graph.is_lowered(),
          "{}: holds integers, which cannot train: name the float network",
          name);
  return graph;
}

// A file's network; or the zoo's for the data, where pictures of any size take
// the network's own.
graph::Graph make_network(const std::string& name,
                          const data::Dataset& pictures) {
  if (is_network_file(name)) return read_network(name);
  zoo::ZooSettings settings;
  settings.classes = std::int64_t(pictures.classes().size());
  settings.input = pictures.picture_shape();
  return zoo::make(name, settings);
}

void load_weights(graph::Graph& graph, const std::string& weights) {
  const fs::path file = weights_file(weights);
  if (file.extension() != ".triad") return format::load_parameters(graph, file);
  const graph::Graph packed = format::read_model(file).graph;
  require(!packed.is_lowered(),
          "{}: holds integers: start from weights.safetensors of its run",
          file.string());
  format::load_parameters(graph, format::parameter_tensors(packed),
                          file.string());
}

// One number for each channel of `graph`'s pictures.
std::vector<float> for_channels(const std::vector<double>& numbers,
                                const graph::Graph& graph,
                                std::string_view key) {
  const auto channels = std::size_t(graph.value(graph.input()).shape.front());
  require(numbers.size() == 1 || numbers.size() == channels,
          "model.{}: expected 1 or {} numbers, got {}", key, channels,
          numbers.size());
  std::vector<float> result;
  for (std::size_t c = 0; c < channels; ++c)
    result.push_back(float(numbers[numbers.size() == 1 ? 0 : c]));
  return result;
}

void set_preprocessing(graph::Graph& graph, const recipe::Model& model) {
  auto& [mean, deviation] = graph.preprocessing;
  if (!model.mean.empty()) mean = for_channels(model.mean, graph, "mean");
  if (!model.deviation.empty())
    deviation = for_channels(model.deviation, graph, "deviation");
}

}  // namespace

data::Splits open_splits(const recipe::Recipe& recipe) {
  data::Splits splits =
      data::open(expand_data_folder(recipe.data.name),
                 {.validation_share = recipe.data.validation_share,
                  .seed = recipe.seed,
                  .needs_labels = recipe.distillation.weight < 1});
  const std::int64_t limit = recipe.data.limit;
  if (limit > 0 && limit < splits.train->count()) {
    std::vector<std::int64_t> first(static_cast<std::size_t>(limit));
    std::iota(first.begin(), first.end(), 0);
    splits.train = data::subset(splits.train, std::move(first));
  }
  require(splits.train->count() > 0, "{}: no training pictures",
          recipe.data.name);
  return splits;
}

fs::path weights_file(const std::string& weights) {
  const fs::path path = expand_data_folder(weights);
  require(
      fs::exists(path),
      "starting weights {}: no such file or run folder: run the recipe that "
      "makes them first, or name others with --weights",
      path.string());
  if (!fs::is_directory(path)) return path;
  const fs::path file = path / "weights.safetensors";
  require(
      fs::exists(file),
      "starting weights {}: no weights.safetensors: expected a finished run",
      path.string());
  return file;
}

bool is_network_file(const std::string& name) {
  return name.ends_with(".onnx") || name.ends_with(".triad");
}

fs::path starting_file(const recipe::Recipe& recipe) {
  const auto& [name, weights, mean, deviation] = recipe.model;
  if (!weights.empty()) return weights_file(weights);
  return is_network_file(name) ? fs::path(expand_data_folder(name))
                               : fs::path();
}

graph::Graph starting_network(const recipe::Recipe& recipe,
                              const data::Splits& splits) {
  graph::Graph graph = make_network(recipe.model.name, *splits.train);
  set_preprocessing(graph, recipe.model);
  if (!recipe.model.weights.empty()) load_weights(graph, recipe.model.weights);
  return graph;
}

graph::Graph teacher_network(const recipe::Recipe& recipe,
                             const data::Splits& splits) {
  const recipe::Distillation& distillation = recipe.distillation;
  const bool same = distillation.teacher_model.empty();
  const std::string& name =
      same ? recipe.model.name : distillation.teacher_model;
  std::string source = distillation.teacher_weights;
  if (source.empty() && (same || !is_network_file(name)))
    source = recipe.model.weights;
  require(!source.empty() || is_network_file(name),
          "recipe {}: distillation needs teacher_weights, or weights to start "
          "from",
          recipe.name);
  graph::Graph graph = make_network(name, *splits.train);
  if (same) set_preprocessing(graph, recipe.model);
  if (!source.empty()) load_weights(graph, source);
  return graph;
}

}  // namespace triad::tools
