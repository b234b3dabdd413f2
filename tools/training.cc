#include "tools/training.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <memory>

#include "tools/commands.h"
#include "tools/layer_errors.h"
#include "tools/outcome.h"
#include "tools/packing.h"
#include "tools/starting_network.h"
#include "tools/version.h"
#include "triad/base/file.h"
#include "triad/base/interrupt.h"
#include "triad/base/parallel.h"
#include "triad/format/parameters.h"
#include "triad/graph/fold_batch_norm.h"
#include "triad/recipe/run_folder.h"
#include "triad/train/distributed.h"
#include "triad/train/evaluate.h"
#include "triad/train/initialise.h"
#include "triad/train/method/methods.h"
#include "triad/train/trainer.h"
#include "triad/train/unfold_batch_norm.h"

namespace triad::tools {
namespace {

using recipe::Recipe;
using recipe::RunFolder;

// What kill -9 can cost at most where epochs are long.
constexpr double kCheckpointMinutes = 10;

at::Device find_device(const std::string& name, int local_rank) {
  const bool cuda = torch::cuda::is_available();
  if (name == "cpu" || (name == "auto" && !cuda)) return at::kCPU;
  require(cuda, "--device {}: libtorch {} sees no CUDA device here", name,
          TORCH_VERSION);
  if (name != "cuda" && name != "auto") return at::Device(name);
  return at::Device(at::kCUDA, at::DeviceIndex(local_rank));
}

recipe::Provenance make_provenance(const Recipe& recipe,
                                   const RunOptions& options,
                                   Arithmetic arithmetic,
                                   const data::Splits& splits) {
  recipe::Provenance provenance;
  provenance.tool_version = kVersion;
  provenance.commit = kCommit;
  provenance.seed = recipe.seed;
  provenance.threads = thread_count();
  provenance.data_hash = splits.train->hash();
  if (const auto file = starting_file(recipe); !file.empty())
    provenance.parent_hash = recipe::hash_file(file);
  provenance.command = to_command(
      arithmetic == Arithmetic::integer ? "compress" : "train", options);
  provenance.machine = recipe::describe_machine();
  provenance.libtorch = TORCH_VERSION;
  return provenance;
}

// Null where the recipe does not distil.
std::unique_ptr<train::Network> make_teacher(const Recipe& recipe,
                                             const data::Splits& splits,
                                             const at::Device& device) {
  if (recipe.distillation.weight == 0) return nullptr;
  return std::make_unique<train::Network>(teacher_network(recipe, splits),
                                          device);
}

// A run that failed before there was anything to go on from would only stand
// in the way of the next one.
void remove_if_bare(const RunFolder& run) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  const bool has_checkpoint = fs::exists(run.checkpoints_path(), ignored) &&
                              !fs::is_empty(run.checkpoints_path(), ignored);
  if (!has_checkpoint && !fs::exists(run.metrics_path(), ignored))
    fs::remove_all(run.path(), ignored);
}

// Throws what training throws; Ctrl-C as Interrupted with the way to go on.
void train_in(const RunFolder& run, bool resumed,
              const std::function<void()>& training) {
  try {
    training();
  } catch (const train::Interrupted& stop) {
    throw Interrupted(
        fmt::format("{} -o {}", stop.what(), run.path().string()));
  } catch (...) {
    if (!resumed) remove_if_bare(run);
    throw;
  }
}

// Compressing a file's network whose batch norms are folded unfolds them.
bool unfolds(const Recipe& recipe, const graph::Graph& start) {
  const bool compresses = recipe.ternary.enabled || recipe.group_lasso.enabled;
  return compresses && is_network_file(recipe.model.name) &&
         std::ranges::none_of(start.nodes, [](const graph::Node& node) {
           return std::holds_alternative<graph::BatchNorm>(node.op);
         });
}

// The trained network as a float graph of encoded weights.
graph::Graph finish(const train::Network& network,
                    const train::Methods& methods, const data::Splits& splits) {
  graph::Graph graph = network.to_graph();
  for (const auto& method : methods) method->finish(network, graph);
  if (!splits.test->classes().empty()) graph.classes = splits.test->classes();
  return graph;
}

// Everything after training: packs, measures, prints, records.
void finish_run(const graph::Graph& trained, const Job& job,
                const RunFolder& run, const RunOptions& options) {
  const auto& [recipe, arithmetic, splits, provenance] = job;
  Outcome outcome;
  if (train::has_accuracy(trained, *splits.test)) {
    if (splits.validation->count() > 0)
      outcome.validation_percent =
          train::evaluate(trained, splits.validation).top1_percent();
    outcome.float_percent =
        train::evaluate(trained, splits.test).top1_percent();
  }
  const graph::Graph packed = pack(trained, job, run.model_path(), outcome);
  if (recipe.distillation.weight == 1) {
    outcome.layer_errors =
        layer_errors(starting_network(recipe, splits), packed, *splits.test);
    write_file(run.path() / "layer_errors.tsv", to_tsv(outcome.layer_errors));
  }
  print_outcome(outcome, run.model_path(), options.json);
  record_outcome(outcome, recipe, options, provenance);
}

}  // namespace

void train_and_pack(const Recipe& recipe, const RunOptions& options,
                    Arithmetic arithmetic) {
  install_interrupt_handler();
  if (options.threads > 0) set_thread_count(options.threads);
  const train::RankEnvironment ranks = train::rank_environment();
  const at::Device device = find_device(options.device, ranks.local_rank);
  const data::Splits splits = open_splits(recipe);
  Job job = {recipe, arithmetic, splits,
             make_provenance(recipe, options, arithmetic, splits)};

  graph::Graph start = starting_network(recipe, splits);
  if (starting_file(recipe).empty()) train::initialise(start, recipe.seed);
  const bool unfolded = unfolds(recipe, start);
  if (unfolded)
    start = train::unfold_batch_norm(std::move(start), splits.train);
  const auto teacher = make_teacher(recipe, splits, device);
  train::Network network(std::move(start), device);
  train::Methods methods = train::make_methods(recipe);

  const auto reducer = train::connect(ranks, device);
  train::TrainSettings settings;
  settings.run = options.output;
  settings.resume = options.resume;
  settings.threads = options.threads;
  settings.checkpoint_minutes = kCheckpointMinutes;
  settings.show_progress = ranks.rank == 0;
  settings.warn = [](const std::string& what) {
    fmt::print(stderr, "triad: warning: {}\n", what);
  };
  settings.teacher = teacher.get();
  settings.reducer = reducer.get();
  // The first rank keeps the run; the others only compute.
  if (ranks.rank > 0) {
    train::train(network, methods, splits, recipe, settings);
    return;
  }
  const bool resumed = options.resume && RunFolder::is_run(options.output);
  if (options.resume && !resumed)
    settings.warn(options.output.string() + ": no run to resume, starting one");
  const RunFolder run =
      resumed ? RunFolder::resume(options.output, recipe)
              : RunFolder::create(options.output, recipe, job.provenance);
  // With --resume the options need not name the recipe: records tell the
  // command that began the run, which repeats it.
  job.provenance.command = run.provenance().command;
  train_in(run, resumed,
           [&] { train::train(network, methods, splits, recipe, settings); });
  // The latents, not what they are projected to: other runs start from these.
  format::save_parameters(unfolded ? graph::fold_batch_norm(network.to_graph())
                                   : network.to_graph(),
                          run.path() / "weights.safetensors");
  finish_run(finish(network, methods, splits), job, run, options);
}

}  // namespace triad::tools
