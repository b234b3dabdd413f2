#pragma once
// From a trained float graph to the file that is shipped.

#include <filesystem>

#include "tools/outcome.h"
#include "tools/training.h"
#include "triad/data/dataset.h"
#include "triad/graph/graph.h"
#include "triad/recipe/provenance.h"

namespace triad::tools {

// What a run is made of, but for the network.
struct Job {
  const recipe::Recipe& recipe;
  Arithmetic arithmetic;
  data::Splits splits;
  recipe::Provenance provenance;
};

// Lowers `trained` (where the job's arithmetic is integer) by pictures of the
// training split, packs it, reads the packed bytes back, measures those on the
// test pictures (accuracy where `outcome` has the float one), and writes them
// with the results as metadata to `file`. Fills in the outcome but for its
// float accuracies, which are there already. Returns the graph as it was read
// back.
graph::Graph pack(const graph::Graph& trained, const Job& job,
                  const std::filesystem::path& file, Outcome& outcome);

}  // namespace triad::tools
