#pragma once
// The one sequence behind train and compress: data, starting weights, training,
// encodings, packing, measuring, recording.

#include "tools/run_options.h"
#include "triad/recipe/recipe.h"

namespace triad::tools {

enum class Arithmetic { floating, integer };

// Leaves in the run folder: model.triad (lowered where `arithmetic` is
// integer) and weights.safetensors (the float network with batch norm, to start
// other runs from), besides what training writes. Prints and records what it
// measured. Throws Error, or Interrupted where --resume can go on.
void train_and_pack(const recipe::Recipe& recipe, const RunOptions& options,
                    Arithmetic arithmetic);

}  // namespace triad::tools
