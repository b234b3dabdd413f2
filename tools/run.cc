// triad run: the five most likely classes of pictures.

#include <cmath>
#include <memory>

#include "tools/commands.h"
#include "tools/evaluation.h"
#include "tools/model_file.h"
#include "tools/output.h"
#include "triad/data/picture_file.h"
#include "triad/data/transform.h"

namespace triad::tools {
namespace {

struct Options {
  std::string model, executor = "auto";
  std::vector<std::string> pictures;
  PictureOptions how;
  bool json = false;
};

struct Answer {
  std::int64_t index = 0;
  std::string name;
  double probability = 0;
};

// Softmax of the best five, over all classes.
std::vector<Answer> answers(std::span<const float> logits,
                            const std::vector<std::string>& classes) {
  const auto best = best_classes(logits, 5);
  const double top = logits[std::size_t(best.front())];
  double sum = 0;
  for (const float logit : logits) sum += std::exp(logit - top);
  std::vector<Answer> list;
  for (const std::int64_t index : best)
    list.push_back({index,
                    std::size_t(index) < classes.size()
                        ? classes[std::size_t(index)]
                        : fmt::format("class {}", index),
                    std::exp(logits[std::size_t(index)] - top) / sum});
  return list;
}

std::vector<Answer> classify(graph::Executor& executor,
                             const graph::Graph& graph,
                             const std::string& path) {
  const Shape shape = graph.value(graph.input()).shape;
  const data::Picture picture = data::fit(data::read_picture(path), shape);
  const graph::Tensor logits =
      executor.run({{1, shape[0], shape[1], shape[2]}, picture.pixels})[0];
  return answers(logits.values, graph.classes);
}

Json to_json(const std::string& path, const std::vector<Answer>& list) {
  Json answers = Json::array();
  for (const Answer& answer : list)
    answers.push_back({{"class", answer.index},
                       {"name", answer.name},
                       {"probability", answer.probability}});
  return {{"picture", path}, {"answers", answers}};
}

void print_text(const std::string& path, const std::vector<Answer>& list) {
  print_line(path);
  for (const Answer& answer : list)
    print_line(
        fmt::format("  {:5.1f} %  {}", 100 * answer.probability, answer.name));
}

void run(const Options& options) {
  const ModelFile model = read_model_file(options.model, "", options.how);
  const auto executor = make_executor(options.executor, model.graph);
  Json all = Json::array();
  for (const std::string& path : options.pictures) {
    const auto list = classify(*executor, model.graph, path);
    options.json ? all.push_back(to_json(path, list)) : print_text(path, list);
  }
  if (options.json) print_json(all);
}

}  // namespace

void add_run(CLI::App& command) {
  const auto options = std::make_shared<Options>();
  command
      .add_option("model", options->model, "Run folder, .triad or .onnx file")
      ->required();
  command.add_option("pictures", options->pictures, "JPEG or PNG files")
      ->required();
  add_picture_options(command, options->how);
  command
      .add_option(
          "--executor", options->executor,
          "runtime (lowered models), reference, rtl (generated Verilog), "
          "or auto: the runtime where it can")
      ->check(CLI::IsMember(executor_names()));
  command.add_flag("--json", options->json, "Machine-readable output");
  command.callback([options] { run(*options); });
}

}  // namespace triad::tools
