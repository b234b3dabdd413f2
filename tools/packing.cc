#include "tools/packing.h"

#include "tools/evaluation.h"
#include "tools/lowering.h"
#include "triad/base/error.h"
#include "triad/base/parallel.h"
#include "triad/format/reader.h"
#include "triad/format/writer.h"

namespace triad::tools {
namespace {

std::map<std::string, std::string> describe(const Outcome& outcome,
                                            const Job& job) {
  const auto& [recipe, arithmetic, splits, provenance] = job;
  std::map<std::string, std::string> facts = {
      {"recipe", recipe.name},
      {"data", recipe.data.name},
      {"data_hash", provenance.data_hash},
      {"parent_hash", provenance.parent_hash},
      {"tool", provenance.tool_version},
      {"commit", provenance.commit},
      {"seed", std::to_string(recipe.seed)}};
  if (outcome.percent)
    facts["accuracy_percent"] = fmt::format("{:.4f}", *outcome.percent);
  if (outcome.float_percent)
    facts["float_accuracy_percent"] =
        fmt::format("{:.4f}", *outcome.float_percent);
  return facts;
}

}  // namespace

graph::Graph pack(const graph::Graph& trained, const Job& job,
                  const std::filesystem::path& file, Outcome& outcome) {
  format::Model model;
  model.graph =
      job.arithmetic == Arithmetic::integer
          ? lower(trained, *job.splits.train, int(job.recipe.activation_bits))
          : trained;
  model.graph =
      format::read_model(format::model_bytes(model), file.string()).graph;
  outcome.measures = measure(model.graph);
  outcome.percent = outcome.float_percent;
  if (model.graph.is_lowered() && outcome.float_percent) {
    const auto executor =
        make_executor("auto", model.graph, {.threads = thread_count()});
    outcome.percent =
        evaluate(*executor, model.graph, *job.splits.test, 0, "test").percent();
  }
  model.metadata = describe(outcome, job);
  format::write_model(model, file);
  outcome.file_bytes = std::int64_t(std::filesystem::file_size(file));
  return model.graph;
}

}  // namespace triad::tools
