// What the cost model of the FPGA target says against RTL simulation, and what
// the scheduler makes of a network pruned in groups. A line of JSON a measure;
// benchmarks/measure_fpga runs it and keeps the records.
//
//   fpga_model cycles MODEL INTERVAL PICTURES
//   fpga_model zeros MODEL SHARE
//   fpga_model pes PES LANES ...

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <string>
#include <tuple>
#include <vector>

#include "triad/base/error.h"
#include "triad/base/random.h"
#include "triad/format/reader.h"
#include "triad/fpga/cost/cycles.h"
#include "triad/fpga/cost/price.h"
#include "triad/fpga/cost/timing.h"
#include "triad/fpga/emit/design.h"
#include "triad/fpga/fold.h"
#include "triad/fpga/simulate/simulation.h"

namespace triad::fpga {
namespace {

void say(const std::string& name, double value, const std::string& unit,
         const std::string& note) {
  fmt::print(R"({{"name":"{}","value":{:.6g},"unit":"{}","note":"{}"}})"
             "\n",
             name, value, unit, note);
}

Workload read_workload(const char* model) {
  return make_workload(format::read_model(model).graph);
}

void compare_cycles(const char* model, std::int64_t interval, int pictures) {
  Workload workload = read_workload(model);
  const std::vector<Folding> foldings = fold(workload, interval);
  const Plan plan = make_plan(std::move(workload), foldings);
  const Stream& picture = plan.workload.stages.front().output;
  std::vector<std::uint8_t> pixels(
      std::size_t(pictures * picture.pixels() * picture.channels));
  Random random(1);
  for (auto& pixel : pixels) pixel = std::uint8_t(random.below(256));
  const SimulationResult rtl =
      Simulation(make_dataflow_design(plan)).run(pixels, {});
  const auto times = time_pictures(plan, pictures);
  const std::int64_t start = rtl.times[0].first_in;  // behind the reset
  double worst = 0;
  for (std::size_t i = 0; i < times.size(); ++i)
    worst = std::max(worst, std::abs(double(times[i].last_out) /
                                         double(rtl.times[i].last_out - start) -
                                     1));
  const std::string origin =
      fmt::format("worst of {} pictures against Verilator", pictures);
  say("cycles_model_error_percent", 100 * worst, "%",
      fmt::format("{}; first after {} cycles, then one every {}", origin,
                  rtl.times[0].last_out - start + 1,
                  rtl.times.back().last_out -
                      rtl.times[rtl.times.size() - 2].last_out));
}

// Zeros the share of a layer's groups of 1 filter x 16 channels x `taps` taps
// (0: all) that have the fewest codes; at random among equals.
void prune(Convolution& layer, std::int64_t channels, double share,
           std::int64_t taps) {
  const std::int64_t all = layer.window.kernel[0] * layer.window.kernel[1];
  const std::int64_t block = std::min<std::int64_t>(16, channels);
  const std::int64_t size = taps == 0 ? all : taps;
  struct Group {
    std::int64_t codes = 0, order = 0;
    std::vector<std::size_t> places;
  };
  std::vector<Group> groups;
  Random random(1);
  for (std::int64_t k = 0; k < layer.filters; ++k)
    for (std::int64_t c = 0; c < channels; c += block)
      for (std::int64_t tap = 0; tap < all; tap += size) {
        Group group;
        group.order = std::int64_t(random.below(1u << 30));
        for (std::int64_t i = c; i < std::min(channels, c + block); ++i)
          for (std::int64_t t = tap; t < std::min(all, tap + size); ++t)
            group.places.push_back(std::size_t((k * channels + i) * all + t));
        for (const std::size_t place : group.places)
          group.codes += layer.codes[place] != 0;
        groups.push_back(std::move(group));
      }
  std::ranges::sort(groups, [](const Group& a, const Group& b) {
    return std::tie(a.codes, a.order) < std::tie(b.codes, b.order);
  });
  groups.resize(std::size_t(std::lround(share * double(groups.size()))));
  for (const Group& group : groups)
    for (const std::size_t place : group.places) layer.codes[place] = 0;
}

// Cycles of the ternary layers of a network of which a share is dead.
void count_zeros(const char* model, double share) {
  for (const std::int64_t taps : {0, 1}) {
    for (const bool lock_step : {false, true})
      for (const int width : {1, 2, 4}) {
        Workload workload = read_workload(model);
        std::vector<Folding> foldings(workload.stages.size());
        for (std::size_t i = 0; i < foldings.size(); ++i) {
          Stage& stage = workload.stages[i];
          if (stage.inputs.empty()) continue;
          const std::int64_t channels = workload.input(stage).channels;
          auto* layer = std::get_if<Convolution>(&stage.work);
          if (!layer || layer->weight_bits != 2) continue;
          prune(*layer, channels, share, taps);
          const int lanes = int(std::min<std::int64_t>(16, channels));
          foldings[i] = lock_step ? Folding{1, width, lanes, width}
                                  : Folding{width, 1, lanes, 1};
        }
        const NetworkCycles cycles =
            count_cycles(make_plan(std::move(workload), foldings));
        double work = 0, ideal = 0, dense = 0;
        for (const StageCycles& stage : cycles.stages) {
          if (stage.words == 0 || stage.ideal_words == 0) continue;
          const double pixels = double(stage.work / stage.words);
          if (stage.name == "conv1" || stage.name == "linear") continue;
          work += pixels * double(stage.words);
          ideal += pixels * stage.ideal_words;
          dense += pixels * double(stage.dense_words);
        }
        say(fmt::format("zeros.{}.{}.{}", taps == 0 ? "all_taps" : "one_tap",
                        lock_step ? "lock_step" : "units", width),
            ideal / work, "1",
            fmt::format("{:.0f} cycles of ternary layers, {:.0f} ideal, {:.0f} "
                        "without skipping: {:.2f}x fewer",
                        work, ideal, dense, dense / work));
      }
  }
}

// The closed forms of arrays of ternary PEs, as instances.json has modules.
void count_pes(std::vector<std::int64_t> sizes) {
  const ResourceModel model = read_resource_model();
  std::vector<Instance> instances;
  for (std::size_t i = 0; i + 1 < sizes.size(); i += 2)
    instances.push_back({.module = "lock_step_pes",
                         .name = fmt::format("{}x{}", sizes[i], sizes[i + 1]),
                         .parameters = {{"PES", sizes[i]},
                                        {"LANES", sizes[i + 1]},
                                        {"WEIGHT_BITS", std::int64_t(2)},
                                        {"SUM", std::int64_t(32)}}});
  fmt::print("{}\n", instance_report(instances, model));
}

int run(int count, char** arguments) {
  const std::string what = count > 1 ? arguments[1] : "";
  if (what == "cycles" && count == 5) {
    compare_cycles(arguments[2], std::stoll(arguments[3]),
                   std::stoi(arguments[4]));
  } else if (what == "zeros" && count == 4) {
    count_zeros(arguments[2], std::stod(arguments[3]));
  } else if (what == "pes" && count > 3 && count % 2 == 0) {
    std::vector<std::int64_t> sizes;
    for (int i = 2; i < count; ++i) sizes.push_back(std::stoll(arguments[i]));
    count_pes(sizes);
  } else {
    std::fprintf(stderr,
                 "usage: fpga_model cycles MODEL INTERVAL PICTURES\n"
                 "       fpga_model zeros MODEL SHARE\n"
                 "       fpga_model pes PES LANES ...\n");
    return 2;
  }
  return 0;
}

}  // namespace
}  // namespace triad::fpga

int main(int count, char** arguments) {
  try {
    return triad::fpga::run(count, arguments);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fpga_model: %s\n", error.what());
    return 1;
  }
}
