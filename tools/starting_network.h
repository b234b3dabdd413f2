#pragma once
// Where a recipe's training starts: its data and its networks.

#include <filesystem>
#include <string>

#include "triad/data/dataset.h"
#include "triad/graph/graph.h"
#include "triad/recipe/recipe.h"

namespace triad::tools {

// The recipe's data under its split and limit; without labels where it learns
// from a teacher alone.
data::Splits open_splits(const recipe::Recipe& recipe);

// The file that `weights` of a recipe names: itself, or weights.safetensors of
// a run folder. "$TRIAD_DATA" at its beginning is the data folder. Throws Error
// naming the path that does not exist.
std::filesystem::path weights_file(const std::string& weights);

// Whether `model.name` of a recipe is a file rather than a network of the zoo;
// "$TRIAD_DATA" at its beginning is the data folder.
bool is_network_file(const std::string& name);

// The file whose weights the recipe's training starts from; empty if none.
std::filesystem::path starting_file(const recipe::Recipe& recipe);

// The recipe's network, of the zoo for its data or of a file, with its starting
// weights; zeros where it names none.
graph::Graph starting_network(const recipe::Recipe& recipe,
                              const data::Splits& splits);

// The network that recipe.distillation learns from.
graph::Graph teacher_network(const recipe::Recipe& recipe,
                             const data::Splits& splits);

}  // namespace triad::tools
