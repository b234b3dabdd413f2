// triad rtl: a model as Verilog that simulates, checks itself and goes to a
// vendor's tool.

#include <memory>

#include "tools/commands.h"
#include "tools/evaluation.h"
#include "tools/folding_options.h"
#include "tools/model_file.h"
#include "tools/output.h"
#include "tools/shell.h"
#include "tools/style_options.h"
#include "tools/version.h"
#include "triad/base/error.h"
#include "triad/base/random.h"
#include "triad/data/picture_file.h"
#include "triad/data/transform.h"
#include "triad/fpga/array/design.h"
#include "triad/fpga/cost/array_price.h"
#include "triad/fpga/cost/search.h"
#include "triad/fpga/emit/package.h"
#include "triad/fpga/fold.h"
#include "triad/fpga/logits.h"

namespace triad::tools {
namespace {

// Following pictures exactly takes a second a picture and million cycles: of
// slower designs the price has the bound by their slowest stage alone.
constexpr std::int64_t kMostTimedCycles = 1'000'000;

struct Options {
  std::string model, output, data;
  std::vector<std::string> pictures;
  PictureOptions how;
  std::int64_t limit = 2;
  FoldingOptions folding;
  StyleOptions style;
  double clock_mhz = 0;
};

// Bytes [N, C, H, W] and where they are from.
struct Chosen {
  std::int64_t count = 0;
  std::vector<std::uint8_t> bytes;
  std::string origin;
};

Chosen read_pictures(const Options& options, const Shape& shape) {
  Chosen chosen{std::int64_t(options.pictures.size()), {}, "your pictures"};
  for (const std::string& path : options.pictures) {
    const data::Picture picture = data::fit(data::read_picture(path), shape);
    chosen.bytes.insert(chosen.bytes.end(), picture.pixels.begin(),
                        picture.pixels.end());
  }
  return chosen;
}

// Those that are named, the first of a data set, or noise.
Chosen choose_pictures(const Options& options, const graph::Graph& graph) {
  const Shape shape = graph.value(graph.input()).shape;
  require(options.pictures.empty() || options.data.empty(),
          "rtl: expected either pictures or --data, got both");
  if (!options.pictures.empty()) return read_pictures(options, shape);
  if (options.data.empty()) {
    Random random(1);
    Chosen noise{options.limit, {}, "noise"};
    noise.bytes.resize(std::size_t(options.limit * element_count(shape)));
    for (auto& byte : noise.bytes) byte = std::uint8_t(random.below(256));
    return noise;
  }
  const data::Splits splits = data::open(options.data);
  check_pictures("rtl", *splits.test, graph);
  const std::int64_t count = std::min(options.limit, splits.test->count());
  require(count > 0, "rtl: {} has no test pictures", options.data);
  return {count, gather(*splits.test, 0, count, shape), options.data};
}

double clock_of(const Options& options, const fpga::Part& part) {
  return options.clock_mhz > 0 ? options.clock_mhz : part.clock_mhz;
}

// As asked for, or for the default interval.
fpga::Price choose_folding(const Options& options,
                           const fpga::Workload& workload,
                           const fpga::Part& part,
                           const fpga::Constants& constants) {
  FoldingOptions how = options.folding;
  if (how.is_empty()) how.interval = fpga::default_interval(workload);
  return price_folding(how, workload, part, clock_of(options, part), constants);
}

// `cycles` are what a picture takes by simulation.
void set_interval(fpga::Design& design, std::int64_t cycles,
                  std::int64_t asked) {
  if (asked > 0 && cycles > asked)
    design.warnings.push_back(
        fmt::format("stages hold each other up: a picture takes {} cycles, {} "
                    "were asked for",
                    cycles, asked));
  if (cycles > design.interval)
    design.limited_by = "stages that hold each other up";
  design.interval = cycles;
  design.is_exact = true;
}

// A design and what it costs on its part.
struct Priced {
  fpga::Design design;
  std::vector<fpga::Report> reports;
};

Priced make_design(const Options& options, fpga::Workload workload) {
  const fpga::Constants constants = fpga::read_constants();
  const fpga::Part part = options.folding.read_part();
  check_folding_options("rtl", options.folding, options.style.is_array());
  if (options.style.is_array()) {
    const fpga::ArrayPrice price =
        fpga::price_array(workload, options.style.array, part,
                          clock_of(options, part), constants);
    if (!options.folding.part.empty()) fpga::require_fit(part, price.uses);
    return {fpga::make_array_design(std::move(workload), options.style.array),
            fpga::make_reports(price, constants)};
  }
  fpga::Price price = choose_folding(options, workload, part, constants);
  if (!options.folding.part.empty()) fpga::require_fit(part, price.uses);
  if (price.times.empty() && price.cycles.interval <= kMostTimedCycles)
    price.times = fpga::time_pictures(price.plan, fpga::kTimedPictures);
  Priced result{.reports = fpga::make_reports(price, constants)};
  const std::int64_t interval = price.interval();
  const bool is_exact = !price.times.empty();
  result.design = fpga::make_dataflow_design(std::move(price.plan));
  if (is_exact) set_interval(result.design, interval, options.folding.interval);
  return result;
}

fpga::Files package(const Options& options, const ModelFile& model,
                    const Priced& priced, const fpga::Vectors& vectors) {
  fpga::Files files = fpga::package_files(
      priced.design, vectors,
      {.clock_mhz = clock_of(options, options.folding.read_part()),
       .model = model.file.filename().string(),
       .version = fmt::format("triad {} ({})", kVersion, kCommit)});
  for (const fpga::Report& report : priced.reports)
    if (report.name == "layer_cycles" || report.name == "layer_resources" ||
        report.name == "network")
      files["report/" + report.name + ".json"] = report.text + "\n";
  return files;
}

void rtl(const Options& options) {
  fpga::require_package_folder(options.output);
  const ModelFile model = read_model_file(options.model, "", options.how);
  const Chosen chosen = choose_pictures(options, model.graph);
  const Priced priced = make_design(options, fpga::make_workload(model.graph));
  const fpga::Design& design = priced.design;
  const Shape shape = model.graph.value(model.graph.input()).shape;
  const fpga::Vectors vectors = fpga::make_vectors(
      model.graph,
      {{chosen.count, shape[0], shape[1], shape[2]}, chosen.bytes});
  fpga::write_package(options.output, package(options, model, priced, vectors));
  if (const auto ending = fpga::describe_ending(model.graph); !ending.empty())
    print_line(ending);
  for (const std::string& warning : design.warnings)
    print_line("warning: " + warning);
  print_line(fmt::format(
      "{}: {} stages, a picture each {} cycles{}; check it with\n"
      "  cd {} && iverilog -g2001 -I tb -o sim/bench.vvp tb/bench.v rtl/*.v "
      "&& vvp -n sim/bench.vvp\n({} pictures: {})",
      options.output, design.workload.stages.size(), design.interval,
      design.is_exact ? "" : " at best", shell_word(options.output),
      chosen.count, chosen.origin));
}

}  // namespace

void add_rtl(CLI::App& command) {
  const auto options = std::make_shared<Options>();
  command
      .add_option("model", options->model,
                  "Run folder, .triad or .onnx file of an integer model")
      ->required();
  command.add_option("pictures", options->pictures,
                     "JPEG or PNG files for the bench; none: --data, or noise");
  command.add_option("-o,--output", options->output, "Folder to write")
      ->required();
  add_style_options(command, options->style);
  command.add_option("--data", options->data,
                     "Test pictures of a data set for the bench");
  command.add_option("--limit", options->limit, "Pictures of the bench")
      ->check(CLI::Range(1, 10'000));
  add_folding_options(command, options->folding);
  command
      .add_option("--clock", options->clock_mhz,
                  "MHz of the constraints; default: the part's own")
      ->check(CLI::Range(1e-3, 1e5));
  add_picture_options(command, options->how);
  command.callback([options] { rtl(*options); });
}

}  // namespace triad::tools
