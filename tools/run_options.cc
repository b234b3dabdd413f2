#include "tools/run_options.h"

#include <regex>

#include "tools/shell.h"
#include "triad/base/error.h"
#include "triad/recipe/run_folder.h"

namespace triad::tools {

void add_run_options(CLI::App& command, RunOptions& options) {
  command.add_option("recipe", options.recipe,
                     "Recipe file (TOML); --resume takes the run's own");
  command.add_option(
      "--model", options.network,
      "Network of the zoo, see triad zoo, or an .onnx or .triad file");
  command.add_option("--data", options.data,
                     "digits, mnist, cifar10, cifar100 or a folder");
  command.add_option("--weights", options.weights,
                     "Start from .safetensors, .triad or a run folder");
  command
      .add_option("--set", options.set,
                  "Change a setting of the recipe: section.key=value")
      ->allow_extra_args(false);
  command.add_option("--seed", options.seed, "Seed of everything random")
      ->check([](const std::string& text) {
        return text.starts_with('-')
                   ? "expected a number from 0 on, got " + text
                   : std::string();
      });
  command.add_option("-o,--output", options.output, "Run folder to make")
      ->required();
  command.add_flag("--resume", options.resume,
                   "Go on from the run's last checkpoint");
  command
      .add_option("--device", options.device,
                  "auto, cpu, cuda or cuda:N; auto: cuda where there is one")
      ->check([](const std::string& name) {
        static const std::regex known("auto|cpu|cuda(:[0-9]{1,2})?");
        return std::regex_match(name, known)
                   ? ""
                   : "expected auto, cpu, cuda or cuda:N, got " + name;
      });
  command.add_option("--threads", options.threads, "Default: all processors")
      ->check(CLI::Range(1, 1'000'000));
  command
      .add_option("--records", options.records,
                  "Append the results to this file of records")
      ->check([](const std::string& text) {
        // Known at the start: a run may take days until it appends.
        const std::filesystem::path path =
            std::filesystem::absolute(text).lexically_normal();
        return std::filesystem::is_directory(path) ||
                       !std::filesystem::is_directory(path.parent_path())
                   ? "expected a file in a folder that exists, got " + text
                   : std::string();
      });
  command.add_option("--record", options.record_name,
                     "Their name, system.network.data.variant");
  command.add_flag("--json", options.json, "Machine-readable output");
}

std::string to_command(std::string_view verb, const RunOptions& options) {
  std::string line = fmt::format("triad {}", verb);
  const auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) line += fmt::format("{}{}", name, shell_word(value));
  };
  add(" ", options.recipe);
  add(" --model ", options.network);
  add(" --data ", options.data);
  add(" --weights ", options.weights);
  for (const std::string& setting : options.set) add(" --set ", setting);
  if (options.seed) add(" --seed ", std::to_string(*options.seed));
  if (options.device != "auto") add(" --device ", options.device);
  if (options.threads > 0) add(" --threads ", std::to_string(options.threads));
  add(" -o ", options.output.string());
  return line;
}

recipe::Recipe make_recipe(const RunOptions& options) {
  std::vector<std::string> set;
  if (!options.network.empty()) set.push_back("model.name=" + options.network);
  if (!options.data.empty()) set.push_back("data.name=" + options.data);
  if (!options.weights.empty())
    set.push_back("model.weights=" + options.weights);
  set.insert(set.end(), options.set.begin(), options.set.end());
  if (options.seed) set.push_back(fmt::format("seed={}", *options.seed));

  if (!options.recipe.empty()) return recipe::read_recipe(options.recipe, set);
  if (options.resume && recipe::RunFolder::is_run(options.output))
    return recipe::read_recipe(
        recipe::RunFolder::open(options.output).recipe_path(), set);
  require(!options.network.empty() && !options.data.empty(),
          "expected a recipe file, or --model and --data");
  recipe::Recipe made = recipe::parse_recipe("", "command line", set);
  if (made.name.empty()) made.name = made.model.name + "-" + made.data.name;
  return made;
}

}  // namespace triad::tools
