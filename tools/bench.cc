// triad bench: how fast the CPU runtime runs a model, layer by layer.

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <numeric>

#include "tools/commands.h"
#include "tools/model_file.h"
#include "tools/output.h"
#include "tools/random_model.h"
#include "triad/base/error.h"
#include "triad/base/random.h"
#include "triad/format/reader.h"
#include "triad/format/writer.h"
#include "triad/runtime/executor.h"

namespace triad::tools {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  std::string model, network, output, kernels;
  double density = 1, seconds = 1, peak_gmacs = 0;
  std::vector<int> threads = {1, 2};
  std::int64_t batch = 1;
  bool json = false, layers = false;
};

struct Subject {
  graph::Graph graph;
  std::string origin;  // a file, or "random weights, ..."
  std::int64_t file_bytes = 0;
};

struct Timing {
  int threads = 1;
  double load_ms = 0, median_ms = 0, fastest_ms = 0, p99_ms = 0;
  double pictures_per_second = 0;
  std::int64_t weight_bytes = 0, value_bytes = 0, runs = 0;
};

struct LayerTime {
  std::string node, op, kernel;
  double microseconds = 0;
  std::int64_t macs = 0, computed_macs = 0;
};

double milliseconds(Clock::duration time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

Subject read_subject(const Options& options) {
  require(options.model.empty() != options.network.empty(),
          "bench: expected either a file or --model NETWORK");
  require(options.output.empty() || !options.network.empty(),
          "bench: -o keeps the random network of --model; {} is a file already",
          options.model);
  if (options.network.empty()) {
    ModelFile file = read_model_file(options.model);
    require(file.graph.is_lowered(),
            "bench: {} holds floats: triad compress makes integers of it",
            file.file.string());
    return {std::move(file.graph), file.file.string(), file.file_bytes};
  }
  graph::Graph graph =
      random_model(options.network, {.density = options.density});
  const std::string origin =
      fmt::format("random weights, {:g} of the groups alive", options.density);
  const format::Model model{std::move(graph), {{"weights", origin}}};
  if (!options.output.empty()) format::write_model(model, options.output);
  const auto bytes = std::int64_t(format::model_bytes(model).size());
  return {model.graph, origin, bytes};
}

// The subject as a user would load it, for its threads.
graph::Graph load_subject(const Subject& subject, const Options& options,
                          int threads) {
  if (!options.network.empty()) return subject.graph;
  const std::filesystem::path file = subject.origin;
  if (file.extension() == ".triad")
    return format::read_model(file, threads).graph;
  return read_model_file(file).graph;
}

std::vector<std::uint8_t> random_pictures(std::int64_t bytes) {
  Random random(1);
  std::vector<std::uint8_t> pictures(static_cast<std::size_t>(bytes));
  for (auto& byte : pictures) byte = std::uint8_t(random.below(256));
  return pictures;
}

// Runs until `seconds` have passed, at least ten times after one to warm up,
// but no longer than ten times `seconds` where a run takes more.
Timing time_runs(runtime::Executor& executor, const Options& options) {
  const std::int64_t size = executor.plan().picture_bytes();
  const auto pictures = random_pictures(size * options.batch);
  std::vector<float> results(
      std::size_t(executor.plan().result_floats() * options.batch));
  std::vector<double> times;
  executor.session().run(pictures.data(), options.batch, results.data());
  const auto begin = Clock::now();
  double passed = 0;
  do {
    const auto start = Clock::now();
    executor.session().run(pictures.data(), options.batch, results.data());
    times.push_back(milliseconds(Clock::now() - start));
    passed = milliseconds(Clock::now() - begin) / 1000;
  } while (passed < options.seconds * (times.size() < 10 ? 10 : 1));
  std::ranges::sort(times);
  const double total = std::accumulate(times.begin(), times.end(), 0.0);
  return {.median_ms = times[times.size() / 2],
          .fastest_ms = times.front(),
          .p99_ms = times[times.size() * 99 / 100],
          .pictures_per_second =
              double(options.batch) * double(times.size()) / total * 1000,
          .weight_bytes = executor.plan().weight_bytes(),
          .value_bytes = executor.session().memory_bytes(),
          .runs = std::int64_t(times.size())};
}

// Each step on one thread, the fastest of 20 runs.
std::vector<LayerTime> time_layers(runtime::Executor& executor) {
  const runtime::Plan& plan = executor.plan();
  const auto picture = random_pictures(plan.picture_bytes());
  std::vector<float> result(std::size_t(plan.result_floats()));
  std::vector<std::int64_t> best(plan.steps().size(), INT64_MAX);
  for (int round = 0; round < 20; ++round) {
    std::vector<std::int64_t> times(best.size());
    executor.session().profile(picture.data(), result.data(), times);
    for (std::size_t i = 0; i < best.size(); ++i)
      best[i] = std::min(best[i], times[i]);
  }
  std::vector<LayerTime> layers;
  for (std::size_t i = 0; i < best.size(); ++i) {
    const runtime::Step& step = plan.steps()[i];
    layers.push_back({step.node, step.op, step.operation->kernel(),
                      double(best[i]) / 1000, step.operation->macs(),
                      step.operation->computed_macs()});
  }
  return layers;
}

double gmacs(std::int64_t macs, double microseconds) {
  return microseconds > 0 ? double(macs) / microseconds / 1000 : 0;
}

std::int64_t peak_memory_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return std::int64_t(usage.ru_maxrss) * 1024;
}

Json to_json(const Timing& timing) {
  return {{"threads", timing.threads},
          {"load_ms", timing.load_ms},
          {"median_ms", timing.median_ms},
          {"minimum_ms", timing.fastest_ms},
          {"p99_ms", timing.p99_ms},
          {"pictures_per_second", timing.pictures_per_second},
          {"runs", timing.runs},
          {"weight_bytes", timing.weight_bytes},
          {"value_bytes", timing.value_bytes}};
}

Json to_json(const LayerTime& layer, double peak_gmacs) {
  Json json = {{"node", layer.node},
               {"op", layer.op},
               {"kernel", layer.kernel},
               {"us", layer.microseconds}};
  if (layer.macs == 0) return json;
  json["gmacs"] = gmacs(layer.macs, layer.microseconds);
  json["computed_gmacs"] = gmacs(layer.computed_macs, layer.microseconds);
  if (peak_gmacs > 0)
    json["share_of_peak"] =
        gmacs(layer.computed_macs, layer.microseconds) / peak_gmacs;
  return json;
}

void print_layer(const LayerTime& layer, double peak_gmacs) {
  std::string line =
      fmt::format("  {:<28} {:<12} {:<24} {:9.2f} us", layer.node, layer.op,
                  layer.kernel, layer.microseconds);
  if (layer.macs > 0)
    line += fmt::format("  {:8.1f} GMAC/s dense, {:6.1f} computed",
                        gmacs(layer.macs, layer.microseconds),
                        gmacs(layer.computed_macs, layer.microseconds));
  if (layer.macs > 0 && peak_gmacs > 0)
    line += fmt::format(
        " ({:.0f} % of peak)",
        100 * gmacs(layer.computed_macs, layer.microseconds) / peak_gmacs);
  print_line(line);
}

void print_timing(const Timing& timing) {
  print_line(fmt::format(
      "{} thread{}: median {:.4f} ms, fastest {:.4f}, p99 {:.4f} over {} runs; "
      "{:.1f} pictures/s; load {:.1f} ms; weights {:.2f} MB, values {:.2f} MB",
      timing.threads, timing.threads == 1 ? "" : "s", timing.median_ms,
      timing.fastest_ms, timing.p99_ms, timing.runs, timing.pictures_per_second,
      timing.load_ms, double(timing.weight_bytes) / 1e6,
      double(timing.value_bytes) / 1e6));
}

void bench(const Options& options) {
  const Subject subject = read_subject(options);
  Json timings = Json::array(), steps = Json::array();
  if (!options.json)
    print_line(fmt::format("{}: {}, {} bytes in a file, batch {}",
                           subject.graph.name, subject.origin,
                           subject.file_bytes, options.batch));
  std::string kernels;
  for (std::size_t i = 0; i < options.threads.size(); ++i) {
    runtime::Executor executor(
        {.threads = options.threads[i], .kernels = options.kernels});
    const auto start = Clock::now();
    executor.load(load_subject(subject, options, options.threads[i]));
    const double load_ms = milliseconds(Clock::now() - start);
    Timing timing = time_runs(executor, options);
    timing.threads = options.threads[i];
    timing.load_ms = load_ms;
    kernels = executor.plan().kernels().name;
    options.json ? timings.push_back(to_json(timing)) : print_timing(timing);
    if (!options.layers || i > 0) continue;
    for (const LayerTime& layer : time_layers(executor))
      options.json ? steps.push_back(to_json(layer, options.peak_gmacs))
                   : print_layer(layer, options.peak_gmacs);
  }
  if (options.json)
    return print_json({{"network", subject.graph.name},
                       {"origin", subject.origin},
                       {"kernels", kernels},
                       {"batch", options.batch},
                       {"file_bytes", subject.file_bytes},
                       {"peak_memory_bytes", peak_memory_bytes()},
                       {"timings", timings},
                       {"layers", steps}});
  print_line(fmt::format("{} kernels, peak memory of the process {:.1f} MB",
                         kernels, double(peak_memory_bytes()) / 1e6));
}

}  // namespace

void add_bench(CLI::App& command) {
  const auto options = std::make_shared<Options>();
  command.add_option("file", options->model, "Run folder or .triad file");
  command.add_option("--model", options->network,
                     "Instead of a file: a network of the zoo (triad zoo) with "
                     "random weights");
  command
      .add_option("--density", options->density,
                  "Share of living groups of 8 outputs x 4 inputs x 1 tap of "
                  "random weights")
      ->check(CLI::Range(0.001, 1.0));
  command.add_option("-o,--output", options->output,
                     "Keep that network as a .triad file, for other engines");
  command.add_option("--threads", options->threads, "One or more counts")
      ->check(CLI::Range(1, 256));
  command.add_option("--batch", options->batch, "Pictures a run")
      ->check(CLI::Range(1, 1024));
  command
      .add_option("--seconds", options->seconds,
                  "To measure each count for; runs that take more than a tenth "
                  "of it: up to ten times as long")
      ->check(CLI::Range(0.0, 3600.0));
  command.add_option("--kernels", options->kernels,
                     "avx512vbmi, avx512vnni, avx2 or portable; default: the "
                     "best");
  command.add_flag("--layers", options->layers,
                   "Time of each layer too, on one thread");
  command.add_option("--peak", options->peak_gmacs,
                     "GMAC/s this machine could compute at best "
                     "(runtime_kernels_bench), for shares of it");
  command.add_flag("--json", options->json, "Machine-readable output");
  command.callback([options] { bench(*options); });
}

}  // namespace triad::tools
