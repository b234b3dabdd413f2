// triad eval: accuracy of a model on the test pictures of a data set.

#include <memory>

#include "tools/commands.h"
#include "tools/evaluation.h"
#include "tools/model_file.h"
#include "tools/output.h"
#include "triad/base/error.h"
#include "triad/base/parallel.h"
#include "triad/quantise/to_float.h"

namespace triad::tools {
namespace {

struct Options {
  std::string model, network, data, executor = "auto";
  PictureOptions pictures;
  bool as_float = false, json = false;
  std::int64_t limit = 0;
  int threads = 0;
};

// Sizes are fitted; a network of colours says nothing about grey pictures.
void require_channels(const data::Dataset& pictures,
                      const graph::Graph& graph) {
  const Shape shape = pictures.picture_shape();
  const Shape& input = graph.value(graph.input()).shape;
  require(shape.empty() || shape[0] == input[0],
          "eval: {} takes pictures {}, these are {}: expected data of {} "
          "channels",
          graph.name, to_string(input), to_string(shape), input[0]);
}

Json to_json(const ModelFile& model, const Options& options,
             const Accuracy& accuracy) {
  return {{"model", model.file.string()},
          {"network", model.graph.name},
          {"data", options.data},
          {"arithmetic", model.graph.is_lowered() ? "integer" : "float"},
          {"pictures", accuracy.pictures},
          {"correct", accuracy.top1},
          {"accuracy_percent", accuracy.percent()},
          {"top5_percent", accuracy.top5_percent()}};
}

void eval(const Options& options) {
  if (options.threads > 0) set_thread_count(options.threads);
  ModelFile model =
      read_model_file(options.model, options.network, options.pictures);
  if (options.as_float && model.graph.is_lowered())
    model.graph = quantise::to_float(model.graph);
  const graph::Value& output = model.graph.value(model.graph.outputs.front());
  require(output.shape.size() == 1,
          "eval: {}: expected a classifier, its output '{}' is {}",
          model.file.string(), output.name, to_string(output.shape));
  const auto executor =
      make_executor(options.executor, model.graph, options.threads);
  const data::Splits splits = data::open(options.data);
  require_channels(*splits.test, model.graph);
  const Accuracy accuracy =
      evaluate(*executor, model.graph, *splits.test, options.limit, "evaluate");
  if (options.json) return print_json(to_json(model, options, accuracy));
  print_line(fmt::format(
      "{} on {}, {} arithmetic: {:.2f} % of {} pictures right (top-5 {:.2f} %)",
      model.graph.name, options.data,
      model.graph.is_lowered() ? "integer" : "float", accuracy.percent(),
      accuracy.pictures, accuracy.top5_percent()));
}

}  // namespace

void add_eval(CLI::App& command) {
  const auto options = std::make_shared<Options>();
  command
      .add_option("model", options->model,
                  "Run folder, .triad or .onnx file, or .safetensors weights")
      ->required();
  command
      .add_option("--data", options->data,
                  "digits, mnist, cifar10, cifar100 or a folder")
      ->required();
  command.add_option("--model", options->network,
                     "Network of .safetensors weights, see triad zoo");
  add_picture_options(command, options->pictures);
  command.add_flag("--float", options->as_float,
                   "Evaluate in floating point, without quantisation");
  command.add_option("--limit", options->limit, "First pictures only; 0: all")
      ->check(CLI::Range(0, 1'000'000'000));
  command.add_option("--threads", options->threads)
      ->check(CLI::Range(1, 1'000'000));
  command
      .add_option("--executor", options->executor,
                  "runtime (lowered models), reference, or auto: the runtime "
                  "where it can")
      ->check(CLI::IsMember(executor_names()));
  command.add_flag("--json", options->json, "Machine-readable output");
  command.callback([options] { eval(*options); });
}

}  // namespace triad::tools
