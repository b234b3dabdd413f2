#pragma once
// What a run measured: printed, and recorded.

#include <filesystem>
#include <optional>

#include "tools/layer_errors.h"
#include "tools/measures.h"
#include "tools/run_options.h"
#include "triad/recipe/provenance.h"

namespace triad::tools {

struct Outcome {
  // Accuracies are there where the network has classes and the data labels.
  std::optional<double> validation_percent;  // float; what choices are made by
  std::optional<double> float_percent;       // test, before lowering
  // Test, of the packed file as it was read back.
  std::optional<double> percent;
  // Of the packed file against the network the run started from, on test
  // pictures; of label-free runs.
  std::vector<LayerError> layer_errors;
  Measures measures;
  std::int64_t file_bytes = 0;

  double file_compression() const {
    return double(measures.float_bytes) / double(file_bytes);
  }
};

void print_outcome(const Outcome& outcome, const std::filesystem::path& model,
                   bool as_json);

// Appends one record per measure to options.records, if it names a file; its
// names begin with options.record_name, or one made from the recipe.
void record_outcome(const Outcome& outcome, const recipe::Recipe& recipe,
                    const RunOptions& options,
                    const recipe::Provenance& provenance);

}  // namespace triad::tools
