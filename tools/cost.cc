// triad cost: what a model costs on a hardware target: cycles, resources and
// energy, layer by layer, and from which sparsity on pruning pays there.

#include <memory>

#include "tools/commands.h"
#include "tools/cost_tables.h"
#include "tools/model_file.h"
#include "tools/output.h"
#include "tools/style_options.h"
#include "triad/base/error.h"
#include "triad/base/file.h"
#include "triad/fpga/cost/search.h"
#include "triad/fpga/fold.h"
#include "triad/fpga/folding_file.h"

namespace triad::tools {
namespace {

struct Options {
  std::string model, target = "fpga", part = fpga::kDefaultPart, folding,
                     output, technology = "asic_45nm";
  double rate = 0, clock_mhz = 0;
  std::int64_t interval = 0;
  StyleOptions style;
  bool break_even = false, advise = false, json = false;
};

void check(const Options& options) {
  require(options.target == "fpga", "cost: expected target fpga, got {}",
          options.target);
  require(int(!options.folding.empty()) + int(options.rate > 0) +
                  int(options.interval > 0) <=
              1,
          "cost: expected one of --folding, --rate and --interval");
  require(!options.style.is_array() ||
              (options.folding.empty() && options.rate == 0 &&
               options.interval == 0 && !options.advise),
          "cost: --folding, --rate, --interval and --advise are for --style "
          "dataflow; an array has --pes and --lanes");
  require(!options.break_even || options.output.empty(),
          "cost: --break-even writes no folder: leave out -o, or take --json");
}

double clock_of(const Options& options, const fpga::Part& part) {
  return options.clock_mhz > 0 ? options.clock_mhz : part.clock_mhz;
}

fpga::Price find_price(const Options& options, const fpga::Workload& workload,
                       const fpga::Part& part,
                       const fpga::Constants& constants) {
  const double clock = clock_of(options, part);
  if (options.rate > 0)
    return fpga::search_rate(workload, part, clock, options.rate, constants);
  if (options.folding.empty() && options.interval == 0)
    return fpga::search_budget(workload, part, clock, constants);
  const auto foldings = options.interval > 0
                            ? fpga::fold(workload, options.interval)
                            : fpga::read_foldings(options.folding, workload);
  return fpga::price(fpga::make_plan(workload, foldings), part, clock,
                     constants);
}

void write_reports(const std::filesystem::path& folder,
                   const std::vector<fpga::Report>& reports) {
  for (const fpga::Report& report : reports)
    write_file(folder / (report.name + ".json"), report.text + "\n");
}

void write_foldings(const std::filesystem::path& folder,
                    const fpga::Price& price) {
  std::vector<fpga::Folding> foldings;
  for (const fpga::StagePlan& stage : price.plan.stages)
    foldings.push_back(stage.folding);
  write_file(folder / "folding.json",
             fpga::to_json(price.plan.workload, foldings));
  write_file(folder / "folding_config.json", fpga::to_finn_config(price.plan));
}

void cost_array(const Options& options, const fpga::Workload& workload,
                const fpga::Part& part, const fpga::Constants& constants) {
  const fpga::ArrayPrice price = fpga::price_array(
      workload, options.style.array, part, clock_of(options, part), constants);
  if (!options.output.empty())
    write_reports(options.output, fpga::make_reports(price, constants));
  options.json ? print_price_json(price, constants)
               : print_price(price, constants);
  flush_results();
  fpga::require_fit(part, price.uses);
}

void cost_dataflow(const Options& options, const fpga::Workload& workload,
                   const fpga::Part& part, const fpga::Constants& constants) {
  fpga::Price price = find_price(options, workload, part, constants);
  if (price.times.empty())
    price.times = fpga::time_pictures(price.plan, fpga::kTimedPictures);
  if (!options.output.empty()) {
    write_reports(options.output, fpga::make_reports(price, constants));
    write_foldings(options.output, price);
  }
  if (options.advise)
    print_advice(price, options.json);
  else if (options.json)
    print_price_json(price, constants);
  else
    print_price(price, constants);
  // What was asked for is shown even where the part is too small.
  flush_results();
  fpga::require_fit(part, price.uses);
}

void cost(const Options& options) {
  check(options);
  const fpga::Part part = fpga::read_part(options.part);
  if (options.model.empty()) {
    require(options.break_even, "cost: expected a model, or --break-even");
    return print_styles(part, options.style.array.pes, options.json);
  }
  const ModelFile model = read_model_file(options.model);
  const fpga::Workload workload = fpga::make_workload(model.graph);
  if (options.break_even)
    return print_break_even(workload, part, options.style.array.pes,
                            options.json);
  const fpga::Constants constants = fpga::read_constants(options.technology);
  options.style.is_array() ? cost_array(options, workload, part, constants)
                           : cost_dataflow(options, workload, part, constants);
}

}  // namespace

void add_cost(CLI::App& command) {
  const auto options = std::make_shared<Options>();
  command.add_option("model", options->model,
                     "Run folder, .triad or .onnx file of an integer model");
  command.add_option("--target", options->target, "fpga")
      ->capture_default_str();
  command
      .add_option("--part", options->part,
                  "Name of a file in fpga/parts, or a .toml file of your own")
      ->capture_default_str();
  command
      .add_option("--rate", options->rate,
                  "Pictures per second to reach with the least hardware")
      ->check(CLI::Range(1e-3, 1e12));
  command
      .add_option("--interval", options->interval,
                  "Cycles a picture to reach; an error below the table where "
                  "the part is too small")
      ->check(CLI::Range(std::int64_t(1), std::int64_t(1) << 40));
  command.add_option("--folding", options->folding,
                     "A folding file, as triad rtl reads it");
  command
      .add_option("--clock", options->clock_mhz, "MHz; default: the part's own")
      ->check(CLI::Range(1e-3, 1e5));
  command
      .add_option("--technology", options->technology,
                  "Energy constants: a name in fpga/technology, or a .toml "
                  "file")
      ->capture_default_str();
  command.add_flag("--break-even", options->break_even,
                   "From which sparsity on pruning pays, by kind of hardware "
                   "and --pes side by side");
  add_style_options(command, options->style);
  command.add_flag("--advise", options->advise,
                   "Groups in which to prune for this folding, as a recipe");
  command.add_option("-o,--output", options->output,
                     "Folder for the reports as JSON and the foldings");
  command.add_flag("--json", options->json, "Machine-readable output");
  command.callback([options] { cost(*options); });
}

}  // namespace triad::tools
