#include "tools/starting_network.h"

#include <cstdlib>
#include <numeric>

#include "triad/base/error.h"
#include "triad/format/parameters.h"
#include "triad/format/reader.h"
#include "triad/zoo/zoo.h"

namespace triad::tools {
namespace {

namespace fs = std::filesystem;

std::string expand_data_folder(const std::string& path) {
  constexpr std::string_view kVariable = "$TRIAD_DATA";
  if (!path.starts_with(kVariable)) return path;
  const char* folder = std::getenv("TRIAD_DATA");
  require(folder != nullptr,
          "{}: set TRIAD_DATA to the folder that holds these weights", path);
  return folder + path.substr(kVariable.size());
}

// The zoo's network for the data; pictures of any size take the network's own.
graph::Graph make_network(const std::string& name,
                          const data::Dataset& pictures) {
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

}  // namespace

data::Splits open_splits(const recipe::Recipe& recipe) {
  data::Splits splits = data::open(
      recipe.data.name,
      {.validation_share = recipe.data.validation_share, .seed = recipe.seed});
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
  require(fs::exists(path), "starting weights {}: no such file or run folder",
          path.string());
  if (!fs::is_directory(path)) return path;
  const fs::path file = path / "weights.safetensors";
  require(
      fs::exists(file),
      "starting weights {}: no weights.safetensors: expected a finished run",
      path.string());
  return file;
}

graph::Graph starting_network(const recipe::Recipe& recipe,
                              const data::Splits& splits) {
  graph::Graph graph = make_network(recipe.model.name, *splits.train);
  if (!recipe.model.weights.empty()) load_weights(graph, recipe.model.weights);
  return graph;
}

graph::Graph teacher_network(const recipe::Recipe& recipe,
                             const data::Splits& splits) {
  const auto& [weight, temperature, model, weights] = recipe.distillation;
  const std::string& name = model.empty() ? recipe.model.name : model;
  const std::string& source = weights.empty() ? recipe.model.weights : weights;
  require(!source.empty(),
          "recipe {}: distillation needs teacher_weights, or weights to start "
          "from",
          recipe.name);
  graph::Graph graph = make_network(name, *splits.train);
  load_weights(graph, source);
  return graph;
}

}  // namespace triad::tools
