// What a folding says back to pruning, and to FINN.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

#include "triad/base/divide.h"
#include "triad/fpga/cost/break_even.h"
#include "triad/fpga/cost/search.h"

namespace triad::fpga {
namespace {

double idle_share(std::int64_t size, std::int64_t block) {
  return 1 - double(size) / double(divide_up(size, block) * block);
}

// Cycles of the slowest stream, or stage without weights.
std::int64_t floor_of(const Price& price) {
  std::int64_t cycles = 1;
  for (const StageCycles& stage : price.cycles.stages)
    cycles = std::max(
        {cycles, stage.reads, stage.writes, stage.words > 0 ? 0 : stage.work});
  return cycles;
}

// Above it, hardware that skips groups is no faster than dense hardware of the
// same area: expected of groups that die at random places.
double break_even_density(const Price& price, std::size_t i,
                          const AreaTable& areas) {
  const Stage& stage = price.plan.workload.stages[i];
  const Folding& folding = price.plan.stages[i].folding;
  const Style style = folding.pes > 1 ? Style::group : Style::apart;
  for (const LayerBreakEven& row : layer_break_even(
           std::get<Convolution>(stage.work), price.plan.workload.input(stage),
           areas, price.part, folding.units * folding.pes))
    if (row.style.style == style) return 1 - row.planned.portion;
  return 0;  // narrower than what was measured
}

// Living groups are a word of a unit each: as many in each unit, and in each
// tile at least one and those in which its sums leave.
double propose_density(const LayerSchedule& schedule, const Advice& advice) {
  const Folding& folding = schedule.folding;
  if (advice.useful_density > advice.break_even_density) return 1;
  const std::int64_t tiles =
      divide_up(schedule.tiles, std::int64_t(folding.units));
  const std::int64_t fewest = tiles * (folding.pes / folding.requantisers);
  const auto useful = std::int64_t(
      std::ceil(advice.useful_density * double(schedule.groups())));
  const std::int64_t living =
      folding.units * std::max(fewest, divide_up(useful, folding.units));
  return std::min(1.0, double(living) / double(schedule.groups()));
}

// A TOML string: users name layers as they like.
std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', true,
                                   nlohmann::json::error_handler_t::replace);
}

// Rounded down, since training keeps as many groups as ceil(density * groups).
std::string to_text(double density) {
  return fmt::format("{:.6f}", std::floor(density * 1e6) / 1e6);
}

std::string density_table(const std::vector<Advice>& advice) {
  std::string text;
  for (const Advice& layer : advice)
    if (layer.is_inner)
      text += fmt::format("{} = {}\n", quoted(layer.layer),
                          to_text(layer.proposed_density));
  if (text.empty()) return "";
  return "\n# units end together; 1: pruning does not pay here\n"
         "[group_lasso.layer_density]\n" +
         text;
}

Advice advise_layer(const Price& price, std::size_t i, std::int64_t floor,
                    const AreaTable& areas) {
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
  advice.break_even_density = break_even_density(price, i, areas);
  advice.proposed_density = propose_density(schedule, advice);
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
  const std::int64_t floor = floor_of(price);
  const AreaTable areas = read_areas();
  std::vector<std::size_t> layers;
  for (std::size_t i = 0; i < price.plan.stages.size(); ++i)
    if (std::holds_alternative<Convolution>(price.plan.workload.stages[i].work))
      layers.push_back(i);
  std::vector<Advice> result;
  for (const std::size_t i : layers) {
    const Stage& stage = price.plan.workload.stages[i];
    if (std::get<Convolution>(stage.work).weight_bits != 2) continue;
    result.push_back(advise_layer(price, i, floor, areas));
    result.back().is_inner = i != layers.front() && i != layers.back();
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
      "\n[group_lasso]\nenabled = true\ndensity = {:.2f}  # below it a "
      "stage without weights is the slowest\n",
      std::max(0.01, density));
  return text + density_table(advice);
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
