// What a folding says back to pruning, and to FINN.

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

#include "triad/base/divide.h"
#include "triad/fpga/cost/search.h"

namespace triad::fpga {
namespace {

double idle_share(std::int64_t size, std::int64_t block) {
  return 1 - double(size) / double(divide_up(size, block) * block);
}

// Cycles of the slowest stage that no pruning speeds up.
std::int64_t floor_of(const Price& price) {
  std::int64_t cycles = 1;
  for (const StageCycles& stage : price.cycles.stages)
    cycles = std::max(
        {cycles, stage.reads, stage.writes, stage.words > 0 ? 0 : stage.work});
  return cycles;
}

Advice advise_layer(const Price& price, std::size_t i, std::int64_t floor) {
  const Workload& workload = price.plan.workload;
  const Stage& stage = workload.stages[i];
  const auto& layer = std::get<Convolution>(stage.work);
  const LayerSchedule& schedule = price.plan.stages[i].schedule;
  const Folding& folding = schedule.folding;
  Advice advice;
  advice.layer = stage.name;
  advice.geometry = {folding.pes, folding.lanes, 1};
  advice.density = double(schedule.living()) / double(schedule.groups());
  const double dense =
      double(price.cycles.stages[i].dense_words * stage.output.pixels());
  advice.useful_density = std::min(1.0, double(floor) / dense);
  const double busy =
      (1 - idle_share(workload.input(stage).channels, folding.lanes)) *
      (1 -
       idle_share(layer.filters, std::int64_t(folding.units) * folding.pes));
  advice.idle_percent = 100 * (1 - busy);
  return advice;
}

}  // namespace

std::vector<std::string> warnings(const Plan& plan) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < plan.stages.size(); ++i) {
    const Stage& stage = plan.workload.stages[i];
    const auto* layer = std::get_if<Convolution>(&stage.work);
    if (!layer) continue;
    const Folding& folding = plan.stages[i].folding;
    const std::int64_t channels = plan.workload.input(stage).channels;
    const std::int64_t pes = std::int64_t(folding.units) * folding.pes;
    if (channels % folding.lanes != 0)
      lines.push_back(fmt::format(
          "{}: {} channels do not divide by {} lanes: {:.0f} % of them idle",
          stage.name, channels, folding.lanes,
          100 * idle_share(channels, folding.lanes)));
    if (layer->filters % pes != 0)
      lines.push_back(fmt::format(
          "{}: {} filters do not divide by {} PEs: {:.0f} % of them idle",
          stage.name, layer->filters, pes,
          100 * idle_share(layer->filters, pes)));
  }
  return lines;
}

std::vector<Advice> advise(const Price& price) {
  std::vector<Advice> result;
  const std::int64_t floor = floor_of(price);
  for (std::size_t i = 0; i < price.plan.stages.size(); ++i) {
    const auto* layer =
        std::get_if<Convolution>(&price.plan.workload.stages[i].work);
    if (layer && layer->weight_bits == 2)
      result.push_back(advise_layer(price, i, floor));
  }
  return result;
}

std::string to_recipe(const std::vector<Advice>& advice) {
  std::map<std::tuple<std::int64_t, std::int64_t, std::int64_t>, int> votes;
  double density = 0;
  for (const Advice& layer : advice) {
    const auto& [outputs, inputs, taps] = layer.geometry;
    ++votes[{outputs, inputs, taps}];
    density = std::max(density, layer.useful_density);
  }
  if (votes.empty()) return "# no ternary layer: nothing to prune in groups\n";
  const auto best = std::ranges::max_element(
      votes, {}, [](const auto& vote) { return vote.second; });
  const auto& [outputs, inputs, taps] = best->first;
  std::string text = fmt::format(
      "[pattern]\nstructure = \"pe_group\"\noutputs = {}\ninputs = {}\n"
      "taps = {}\n",
      outputs, inputs, taps);
  if (votes.size() > 1)
    text += fmt::format("# {} of {} layers; the others fold differently\n",
                        best->second, advice.size());
  text += fmt::format(
      "\n[group_lasso]\nenabled = true\ndensity = {:.2f}  # below it the "
      "slowest stage is one that pruning does not speed up\n",
      std::max(0.01, density));
  return text;
}

std::string to_finn_config(const Plan& plan) {
  nlohmann::ordered_json json = {{"Defaults", nlohmann::json::object()}};
  int number = 0;
  for (std::size_t i = 0; i < plan.stages.size(); ++i) {
    const auto* layer = std::get_if<Convolution>(&plan.workload.stages[i].work);
    if (!layer) continue;
    // FINN wants divisors of the layer's sizes.
    const auto divisor = [](std::int64_t size, std::int64_t most) {
      while (size % most != 0) --most;
      return most;
    };
    const Folding& folding = plan.stages[i].folding;
    const std::int64_t channels =
        plan.workload.input(plan.workload.stages[i]).channels;
    json[fmt::format("MVAU_hls_{}", number)] = {
        {"PE",
         divisor(layer->filters, std::int64_t(folding.units) * folding.pes)},
        {"SIMD", divisor(channels, folding.lanes)},
        {"mem_mode", "internal_decoupled"},
        {"resType", layer->weight_bits == 2 ? "lut" : "dsp"}};
    ++number;
  }
  return json.dump(2) + "\n";
}

}  // namespace triad::fpga
