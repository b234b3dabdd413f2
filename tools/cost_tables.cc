#include "tools/cost_tables.h"

#include <cmath>

#include "tools/output.h"

namespace triad::tools {
namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string percent(double share) {
  return fmt::format("{:.1f} %", 100 * share);
}

std::string whole(double value) { return fmt::format("{:.0f}", value); }

std::vector<std::string> to_row(const fpga::Price& price, std::size_t i) {
  const fpga::StageCycles& stage = price.cycles.stages[i];
  const fpga::StagePlan& plan = price.plan.stages[i];
  const bool is_layer = stage.words > 0;
  const fpga::Resources& resources = price.stages[i];
  return {
      stage.name,
      is_layer ? fmt::format("{} x {}", plan.folding.units, plan.folding.pes)
               : "",
      std::to_string(plan.folding.lanes),
      is_layer ? fmt::format("{} / {}", stage.words, stage.dense_words) : "",
      is_layer ? percent(stage.share_of_ideal()) : "",
      std::to_string(stage.cycles),
      whole(resources.lut),
      whole(resources.lut_memory),
      whole(resources.ff),
      whole(resources.ramb18),
      whole(resources.dsp),
      fmt::format("{:.2f}", price.energy[i].total_pj() / 1e6)};
}

void print_uses(const fpga::Part& part, const std::vector<fpga::Use>& uses) {
  std::string text;
  for (const fpga::Use& use : uses)
    text += fmt::format("{}{} {:.0f} of {} ({})", text.empty() ? "" : ", ",
                        use.resource, use.used, use.available,
                        use.available > 0 ? percent(use.share()) : "none");
  print_line(fmt::format("{}: {}", part.name, text));
}

void print_reports(const std::vector<fpga::Report>& reports,
                   const std::vector<std::string>& warnings) {
  Json json;
  for (const fpga::Report& report : reports)
    if (report.name != "instances")
      json[report.name] = Json::parse(report.text);
  json["warnings"] = warnings;
  print_json(json);
}

std::string split(const fpga::Energy& energy) {
  return fmt::format(
      "{:.2f} uJ (arithmetic {:.2f}, on chip {:.2f}, off chip {:.2f})",
      energy.total_pj() / 1e6, energy.arithmetic_pj / 1e6,
      energy.on_chip_pj / 1e6, energy.off_chip_pj / 1e6);
}

Json to_json(const fpga::BreakEven& found) {
  if (!std::isfinite(found.ratio)) return nullptr;
  return {{"ratio", found.ratio}, {"portion", found.portion}};
}

std::string to_text(const fpga::BreakEven& found) {
  if (!std::isfinite(found.ratio)) return "never";
  return fmt::format("{:.2f} ({})", found.ratio, percent(found.portion));
}

std::string style_name(const fpga::PeStyle& style) {
  std::string text = std::string(fpga::name(style.style));
  if (style.window > 0) text += fmt::format(" {}", style.window);
  return text;
}

std::string layer_kind(const fpga::PeStyle& style) {
  return style.weight_bits == 2 ? "ternary"
                                : fmt::format("int8 {}", style.multiplier);
}

}  // namespace

void print_price(const fpga::Price& price, const fpga::Constants& constants) {
  Rows rows = {{"layer", "PEs", "lanes", "words / dense", "of ideal", "cycles",
                "LUT", "LUT RAM", "FF", "RAMB18", "DSP", "uJ"}};
  for (std::size_t i = 0; i < price.stages.size(); ++i)
    rows.push_back(to_row(price, i));
  print_table(rows);
  const fpga::NetworkCycles& cycles = price.cycles;
  print_line(fmt::format(
      "\n{}: the first picture after {} cycles, then one every {}: {:.0f} "
      "pictures/s at {} MHz ({})",
      price.plan.workload.name, price.times[0].last_out + 1, price.interval(),
      price.rate(), price.clock_mhz, price.part.clock_source));
  print_line(fmt::format("the slowest stage, {}, takes {} cycles a picture",
                         cycles.stages[cycles.slowest].name, cycles.interval));
  print_line(fmt::format(
      "work {} cycles: {:.2f}x fewer than without skipping, {} of the ideal; "
      "dense systolic arrays of the same size {}",
      cycles.work, double(cycles.dense_work) / double(cycles.work),
      percent(cycles.share_of_ideal()), cycles.systolic));
  print_uses(price.part, price.uses);
  print_line("energy a picture: " + split(price.total_energy()));
  print_line("  without skipping: " + split(price.total_dense_energy()));
  print_line(fmt::format("  loading all weights once: {:.2f} uJ",
                         price.loading_pj / 1e6));
  print_line(fmt::format(
      "resources: closed forms fitted to {} of {}; energy: {}, no FPGA's",
      constants.resources.tool, constants.resources.date,
      constants.technology.name));
  for (const std::string& line : fpga::warnings(price.plan))
    print_line("note: " + line);
}

void print_price(const fpga::ArrayPrice& price,
                 const fpga::Constants& constants) {
  const fpga::ArrayProgram& program = price.program;
  Rows rows = {{"layer", "kind", "words", "cycles"}};
  for (const fpga::ArrayStep& step : program.steps)
    rows.push_back(
        {step.name, kind_of(step),
         step.has_words() ? std::to_string(step.window.words) : "",
         std::to_string(step.cycles + program.cycles_between_steps())});
  print_table(rows);
  print_line(fmt::format(
      "\n{}: a picture every {} cycles on {} PEs x {} lanes: {:.0f} pictures/s "
      "at {} MHz ({})",
      program.name, price.interval(), program.settings.pes,
      program.settings.lanes, price.rate(), price.clock_mhz,
      price.part.clock_source));
  print_uses(price.part, price.uses);
  print_line(fmt::format(
      "resources: closed forms fitted to {} of {}; an array's energy has no "
      "model",
      constants.resources.tool, constants.resources.date));
  for (const std::string& line : program.warnings) print_line("note: " + line);
}

void print_price_json(const fpga::Price& price,
                      const fpga::Constants& constants) {
  print_reports(fpga::make_reports(price, constants),
                fpga::warnings(price.plan));
}

void print_price_json(const fpga::ArrayPrice& price,
                      const fpga::Constants& constants) {
  print_reports(fpga::make_reports(price, constants), price.program.warnings);
}

void print_styles(const fpga::Part& part, int pes, bool as_json) {
  const fpga::AreaTable areas = fpga::read_areas();
  constexpr std::int64_t kGroups = 36;  // 64 channels, 3 x 3, 16 lanes
  Rows rows = {{"weights", "style", "lanes", "LUT", "FF", "DSP", "R* logic",
                "R* device", "R* storage"}};
  Json json = Json::array();
  for (const fpga::PeArea& area : areas.areas) {
    fpga::PeStyle dense = area.style;
    dense.style = fpga::Style::dense;
    dense.window = 0;
    const fpga::AreaRatio ratio =
        fpga::area_ratio(areas, area.style, part, kGroups, pes);
    rows.push_back({layer_kind(area.style), style_name(area.style),
                    std::to_string(area.style.lanes),
                    fmt::format("{:.1f}", area.lut),
                    fmt::format("{:.1f}", area.ff), whole(area.dsp),
                    fmt::format("{:.2f}", ratio.logic),
                    fmt::format("{:.2f}", ratio.device),
                    fmt::format("{:.2f}", ratio.storage)});
    json.push_back({{"weights", layer_kind(area.style)},
                    {"style", fpga::name(area.style.style)},
                    {"window", area.style.window},
                    {"lanes", area.style.lanes},
                    {"lut", area.lut},
                    {"ff", area.ff},
                    {"dsp", area.dsp},
                    {"ratio_logic", ratio.logic},
                    {"ratio_device", ratio.device},
                    {"ratio_storage", ratio.storage}});
  }
  if (as_json) return print_json(json);
  print_table(rows);
  print_line(fmt::format(
      "\nareas of one processing element, {} of {}; R* at even load",
      areas.tool, areas.date));
}

void print_break_even(const fpga::Workload& workload, const fpga::Part& part,
                      int pes, bool as_json) {
  const fpga::AreaTable areas = fpga::read_areas();
  Rows rows = {{"layer", "style", "lanes", "dead", "imbalance", "R* (rho*)",
                "R* planned", "speed-up", "prune?"}};
  Json json = Json::array();
  for (const fpga::Stage& stage : workload.stages) {
    const auto* layer = std::get_if<fpga::Convolution>(&stage.work);
    if (!layer) continue;
    for (const fpga::LayerBreakEven& row : fpga::layer_break_even(
             *layer, workload.input(stage), areas, part, pes)) {
      rows.push_back({stage.name, style_name(row.style),
                      std::to_string(row.style.lanes), percent(row.load.dead),
                      fmt::format("{:.2f}", row.load.imbalance),
                      to_text(row.logic), to_text(row.planned),
                      fmt::format("{:.2f}", row.speedup),
                      row.pays() ? "pays" : "stay dense"});
      json.push_back({{"layer", stage.name},
                      {"style", fpga::name(row.style.style)},
                      {"window", row.style.window},
                      {"lanes", row.style.lanes},
                      {"dead", row.load.dead},
                      {"imbalance", row.load.imbalance},
                      {"area_ratio", row.area.logic},
                      {"break_even", to_json(row.logic)},
                      {"break_even_storage", to_json(row.storage)},
                      {"break_even_planned", to_json(row.planned)},
                      {"speedup", row.speedup},
                      {"pays", row.pays()}});
    }
  }
  if (as_json) return print_json(json);
  print_table(rows);
  print_line(fmt::format(
      "\nat equal logic, {} processing elements; dead: groups of 1 filter x "
      "lanes x 1 tap, or single weights of the irregular style; planned: for "
      "zeros at random places",
      pes));
}

void print_advice(const fpga::Price& price, bool as_json) {
  const auto advice = fpga::advise(price);
  Json json = Json::array();
  Rows rows = {{"layer", "outputs", "inputs", "taps", "density now",
                "useful down to", "pays below", "proposed", "idle"}};
  for (const fpga::Advice& layer : advice) {
    const auto& [outputs, inputs, taps] = layer.geometry;
    rows.push_back({layer.layer, std::to_string(outputs),
                    std::to_string(inputs), std::to_string(taps),
                    percent(layer.density), percent(layer.useful_density),
                    percent(layer.break_even_density),
                    percent(layer.proposed_density),
                    fmt::format("{:.1f} %", layer.idle_percent)});
    json.push_back({{"layer", layer.layer},
                    {"outputs", outputs},
                    {"inputs", inputs},
                    {"taps", taps},
                    {"density", layer.density},
                    {"useful_density", layer.useful_density},
                    {"break_even_density", layer.break_even_density},
                    {"proposed_density", layer.proposed_density},
                    {"idle_percent", layer.idle_percent}});
  }
  if (as_json) return print_json(json);
  print_table(rows);
  print_line("\n" + fpga::to_recipe(advice));
}

}  // namespace triad::tools
