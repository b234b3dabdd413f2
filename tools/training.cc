#include "tools/training.h"

#include <memory>

#include "tools/commands.h"
#include "tools/outcome.h"
#include "tools/packing.h"
#include "tools/starting_network.h"
#include "tools/version.h"
#include "triad/base/interrupt.h"
#include "triad/base/parallel.h"
#include "triad/format/parameters.h"
#include "triad/recipe/run_folder.h"
#include "triad/train/evaluate.h"
#include "triad/train/initialise.h"
#include "triad/train/method/methods.h"
#include "triad/train/trainer.h"

namespace triad::tools {
namespace {

using recipe::Recipe;
using recipe::RunFolder;

at::Device find_device(const std::string& name) {
  const bool cuda = torch::cuda::is_available();
  if (name == "auto") return cuda ? at::kCUDA : at::kCPU;
  require(name == "cpu" || cuda,
          "--device {}: libtorch {} sees no CUDA device here", name,
          TORCH_VERSION);
  return at::Device(name);
}

recipe::Provenance make_provenance(const Recipe& recipe,
                                   const RunOptions& options,
                                   const data::Splits& splits) {
  recipe::Provenance provenance;
  provenance.tool_version = kVersion;
  provenance.commit = kCommit;
  provenance.seed = recipe.seed;
  provenance.threads = thread_count();
  provenance.data_hash = splits.train->hash();
  if (!recipe.model.weights.empty())
    provenance.parent_hash =
        recipe::hash_file(weights_file(recipe.model.weights));
  provenance.command = options.command;
  provenance.machine = recipe::describe_machine();
  provenance.libtorch = TORCH_VERSION;
  return provenance;
}

RunFolder open_run(const Recipe& recipe, const RunOptions& options,
                   const recipe::Provenance& provenance) {
  if (options.resume && RunFolder::is_run(options.output))
    return RunFolder::resume(options.output, recipe);
  return RunFolder::create(options.output, recipe, provenance);
}

// Null where the recipe does not distil.
std::unique_ptr<train::Network> make_teacher(const Recipe& recipe,
                                             const data::Splits& splits,
                                             const at::Device& device) {
  if (recipe.distillation.weight == 0) return nullptr;
  return std::make_unique<train::Network>(teacher_network(recipe, splits),
                                          device);
}

void train_network(train::Network& network, train::Methods& methods,
                   train::Network* teacher, const data::Splits& splits,
                   const Recipe& recipe, const RunFolder& run,
                   const RunOptions& options) {
  train::TrainSettings settings;
  settings.run = run.path();
  settings.resume = options.resume;
  settings.threads = options.threads;
  settings.show_progress = true;
  settings.teacher = teacher;
  try {
    train::train(network, methods, splits, recipe, settings);
  } catch (const train::Interrupted& stop) {
    throw Interrupted(fmt::format("{}; go on with --resume -o {}", stop.what(),
                                  run.path().string()));
  }
}

// The trained network as a float graph of encoded weights.
graph::Graph finish(const train::Network& network,
                    const train::Methods& methods, const data::Splits& splits) {
  graph::Graph graph = network.to_graph();
  for (const auto& method : methods) method->finish(network, graph);
  graph.classes = splits.test->classes();
  return graph;
}

}  // namespace

void train_and_pack(const Recipe& recipe, const RunOptions& options,
                    Arithmetic arithmetic) {
  install_interrupt_handler();
  if (options.threads > 0) set_thread_count(options.threads);
  const at::Device device = find_device(options.device);
  const data::Splits splits = open_splits(recipe);
  const recipe::Provenance provenance =
      make_provenance(recipe, options, splits);

  graph::Graph start = starting_network(recipe, splits);
  if (recipe.model.weights.empty()) train::initialise(start, recipe.seed);
  const auto teacher = make_teacher(recipe, splits, device);
  train::Network network(std::move(start), device);
  train::Methods methods = train::make_methods(recipe);
  const RunFolder run = open_run(recipe, options, provenance);
  train_network(network, methods, teacher.get(), splits, recipe, run, options);

  const graph::Graph trained = finish(network, methods, splits);
  format::save_parameters(trained, run.path() / "weights.safetensors");
  Outcome outcome;
  if (splits.validation->count() > 0)
    outcome.validation_percent =
        train::evaluate(trained, splits.validation).top1_percent();
  outcome.float_percent = train::evaluate(trained, splits.test).top1_percent();
  pack(trained, splits, recipe, provenance, arithmetic, run.model_path(),
       outcome);
  print_outcome(outcome, run.model_path(), options.json);
  record_outcome(outcome, recipe, options, provenance);
}

}  // namespace triad::tools
