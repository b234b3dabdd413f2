#pragma once
// Where a recipe's training starts: its data and its networks.

#include <filesystem>
#include <string>

#include "triad/data/dataset.h"
#include "triad/graph/graph.h"
#include "triad/recipe/recipe.h"

namespace triad::tools {

// The recipe's data under its split and limit.
data::Splits open_splits(const recipe::Recipe& recipe);

// The file that `weights` of a recipe names: itself, or weights.safetensors of
// a run folder. "$TRIAD_DATA" at its beginning is the data folder. Throws Error
// naming the path that does not exist.
std::filesystem::path weights_file(const std::string& weights);

// The recipe's network for its data, with its starting weights; zeros where it
// names none.
graph::Graph starting_network(const recipe::Recipe& recipe,
                              const data::Splits& splits);

// The network that recipe.distillation learns from.
graph::Graph teacher_network(const recipe::Recipe& recipe,
                             const data::Splits& splits);

}  // namespace triad::tools
