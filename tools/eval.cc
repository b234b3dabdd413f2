// triad eval: accuracy of a model on the test pictures of a data set.

#include <memory>

#include "tools/checked_executor.h"
#include "tools/commands.h"
#include "tools/evaluation.h"
#include "tools/model_file.h"
#include "tools/output.h"
#include "triad/base/error.h"
#include "triad/base/parallel.h"
#include "triad/fpga/logits.h"
#include "triad/fpga/rtl_executor.h"
#include "triad/quantise/to_float.h"

namespace triad::tools {
namespace {

struct Options {
  std::string model, network, data, executor = "auto", against;
  PictureOptions pictures;
  bool as_float = false, json = false;
  std::int64_t limit = 0;
  int threads = 0, stall_percent = 0;
};

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

std::unique_ptr<graph::Executor> choose_executor(const Options& options,
                                                 const graph::Graph& graph) {
  require(options.stall_percent == 0 || options.executor.starts_with("rtl"),
          "eval: --stall is for --executor rtl");
  auto executor = make_executor(
      options.executor, graph,
      {.threads = options.threads, .stall_percent = options.stall_percent});
  if (options.against.empty()) return executor;
  return std::make_unique<CheckedExecutor>(
      std::move(executor),
      make_executor(options.against, graph, {.threads = options.threads}));
}

// Null unless it is, or checks, one of that type.
template <typename Type>
const Type* find(const graph::Executor& executor) {
  const auto* checked = dynamic_cast<const CheckedExecutor*>(&executor);
  const auto* found = dynamic_cast<const Type*>(&executor);
  if (found || !checked) return found;
  return dynamic_cast<const Type*>(&checked->executor());
}

// What an executor has to say beyond logits.
void add_checks(Json& json, const graph::Executor& executor) {
  if (const auto* checked = find<CheckedExecutor>(executor))
    json["against"] = {{"numbers", checked->agreement().numbers},
                       {"different", checked->agreement().different}};
  if (const auto* rtl = find<fpga::RtlExecutor>(executor))
    json["cycles"] = {
        {"latency", rtl->cycles().latency},
        {"interval",
         rtl->cycles().interval > 0 ? Json(rtl->cycles().interval) : Json()},
        {"expected", rtl->cycles().expected},
        {"limited_by", rtl->cycles().limited_by}};
}

bool uses_rtl(const Options& options) {
  return options.executor.starts_with("rtl") ||
         options.against.starts_with("rtl");
}

void print_checks(const Options& options, const graph::Executor& executor) {
  if (const auto* checked = find<CheckedExecutor>(executor))
    print_line(fmt::format("{} of {} logits differ from those of {}",
                           checked->agreement().different,
                           checked->agreement().numbers, options.against));
  if (const auto* rtl = find<fpga::RtlExecutor>(executor)) {
    const fpga::RtlCycles& cycles = rtl->cycles();
    std::string later;
    if (cycles.interval > 0)
      later = fmt::format(", {:.1f} for each after it", cycles.interval);
    print_line(fmt::format("rtl: {} cycles for the first picture{} ({}: {})",
                           cycles.latency, later, cycles.limited_by,
                           cycles.expected));
  }
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
  const data::Splits splits = data::open(options.data);
  check_pictures("eval", *splits.test, model.graph);
  std::string ending;
  if (uses_rtl(options)) {
    ending = fpga::describe_ending(model.graph);
    model.graph = fpga::end_at_logits(std::move(model.graph));
  }
  const auto executor = choose_executor(options, model.graph);
  const Accuracy accuracy =
      evaluate(*executor, model.graph, *splits.test, options.limit, "evaluate");
  if (options.json) {
    Json json = to_json(model, options, accuracy);
    add_checks(json, *executor);
    if (!ending.empty()) json["ending"] = ending;
    return print_json(json);
  }
  print_line(fmt::format(
      "{} on {}, {} arithmetic: {:.2f} % of {} pictures right (top-5 {:.2f} %)",
      model.graph.name, options.data,
      model.graph.is_lowered() ? "integer" : "float", accuracy.percent(),
      accuracy.pictures, accuracy.top5_percent()));
  if (!ending.empty()) print_line("rtl: " + ending);
  print_checks(options, *executor);
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
                  "runtime (lowered models), reference, rtl (generated Verilog "
                  "under Verilator), or auto: the runtime where it can")
      ->check(CLI::IsMember(executor_names()));
  command
      .add_option("--against", options->against,
                  "Run this executor, too, and count the logits that differ")
      ->check(CLI::IsMember(executor_names()));
  command
      .add_option("--stall", options->stall_percent,
                  "Of --executor rtl: percent of the cycles in which a stream "
                  "pauses at random")
      ->check(CLI::Range(0, 99));
  command.add_flag("--json", options->json, "Machine-readable output");
  command.callback([options] { eval(*options); });
}

}  // namespace triad::tools
