// triad cost: what a model costs on a hardware target: cycles, resources and
// energy, layer by layer, and from which sparsity on pruning pays there.

#include <fmt/format.h>

#include <memory>

#include "tools/commands.h"
#include "tools/cost_records.h"
#include "tools/cost_tables.h"
#include "tools/folding_options.h"
#include "tools/model_file.h"
#include "tools/output.h"
#include "tools/shell.h"
#include "tools/style_options.h"
#include "triad/base/error.h"
#include "triad/base/file.h"
#include "triad/fpga/cost/search.h"
#include "triad/fpga/folding_file.h"

namespace triad::tools {
namespace {

struct Options {
  std::string model, target = "fpga", output, technology = "asic_45nm", records,
                     record;
  double clock_mhz = 0;
  FoldingOptions folding;
  StyleOptions style;
  bool break_even = false, advise = false, json = false;
};

void check(const Options& options) {
  require(options.target == "fpga", "cost: expected target fpga, got {}",
          options.target);
  check_folding_options("cost", options.folding, options.style.is_array());
  require(!options.style.is_array() || !options.advise,
          "cost: --advise is for --style dataflow: an array stays as it is");
  require(options.records.empty() || !options.break_even,
          "cost: --break-even makes no records: leave out --records");
  require(!options.break_even || options.output.empty(),
          "cost: --break-even writes no folder: leave out -o, or take --json");
}

double clock_of(const Options& options, const fpga::Part& part) {
  return options.clock_mhz > 0 ? options.clock_mhz : part.clock_mhz;
}

std::string to_command(const Options& options) {
  std::string text =
      "triad cost " + shell_word(options.model) + options.folding.to_command();
  if (options.style.is_array())
    text +=
        fmt::format(" --style array --pes {} --lanes {} --requantisers {}{}",
                    options.style.array.pes, options.style.array.lanes,
                    options.style.array.requantisers,
                    options.style.array.dsp ? " --dsp" : "");
  if (options.clock_mhz > 0)
    text += fmt::format(" --clock {}", options.clock_mhz);
  return text;
}

template <typename Price>
void record(const Options& options, const fpga::Workload& workload,
            const Price& price) {
  if (options.records.empty()) return;
  const std::string name = options.record.empty()
                               ? "fpga." + workload.name + ".cost"
                               : options.record;
  record_price(options.records, name, to_command(options), price);
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
  record(options, workload, price);
}

void cost_dataflow(const Options& options, const fpga::Workload& workload,
                   const fpga::Part& part, const fpga::Constants& constants) {
  fpga::Price price = price_folding(options.folding, workload, part,
                                    clock_of(options, part), constants);
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
  record(options, workload, price);
}

void cost(const Options& options) {
  check(options);
  const fpga::Part part = options.folding.read_part();
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
  add_folding_options(command, options->folding);
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
  command.add_option("--records", options->records,
                     "Append the figures to this file of records");
  command
      .add_option("--record", options->record,
                  "Beginning of their names; default: fpga.NETWORK.cost")
      ->needs("--records");
  command.add_flag("--json", options->json, "Machine-readable output");
  command.callback([options] { cost(*options); });
}

}  // namespace triad::tools
