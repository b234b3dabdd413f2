// The JSON files of a price.

#include <cmath>
#include <nlohmann/json.hpp>

#include "triad/fpga/array/netlist.h"
#include "triad/fpga/cost/array_price.h"
#include "triad/fpga/cost/price.h"
#include "triad/fpga/emit/dataflow.h"
#include "triad/fpga/folding_file.h"

namespace triad::fpga {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const Resources& resources) {
  return {{"lut", std::round(resources.lut)},
          {"lut_memory", std::round(resources.lut_memory)},
          {"ff", std::round(resources.ff)},
          {"carry4", std::round(resources.carry4)},
          {"dsp", std::round(resources.dsp)},
          {"ramb18", resources.ramb18}};
}

Json to_json(const Energy& energy) {
  return {{"arithmetic_pj", energy.arithmetic_pj},
          {"on_chip_pj", energy.on_chip_pj},
          {"off_chip_pj", energy.off_chip_pj},
          {"total_pj", energy.total_pj()}};
}

Json to_json(const Folding& folding) {
  return {{"units", folding.units},
          {"pes", folding.pes},
          {"lanes", folding.lanes},
          {"requantisers", folding.requantisers}};
}

Json to_json(const OpCounts& counts) {
  return {{"cycles", counts.cycles},
          {"lane_additions", counts.lane_additions},
          {"accumulations", counts.accumulations},
          {"multiplications", counts.multiplications},
          {"requantisations", counts.requantisations},
          {"weight_bits", counts.weight_bits},
          {"activation_bits", counts.activation_bits},
          {"stored_bits", counts.stored_bits},
          {"border_bits", counts.border_bits}};
}

Json layer_cycles(const Price& price) {
  Json rows = Json::array();
  for (std::size_t i = 0; i < price.cycles.stages.size(); ++i) {
    const StageCycles& stage = price.cycles.stages[i];
    Json row = {{"name", stage.name},
                {"kind", stage.kind},
                {"folding", to_json(price.plan.stages[i].folding)},
                {"cycles", stage.cycles},
                {"reads", stage.reads},
                {"writes", stage.writes},
                {"work", stage.work}};
    if (stage.words > 0) {
      row["words"] = stage.words;
      row["dense_words"] = stage.dense_words;
      row["ideal_words"] = stage.ideal_words;
      row["share_of_ideal"] = stage.share_of_ideal();
      row["systolic_cycles"] = stage.systolic;
    }
    rows.push_back(row);
  }
  return rows;
}

Json named(const std::string& name, const Resources& resources) {
  Json row = {{"name", name}, {"source", "closed form"}};
  row.update(to_json(resources));
  return row;
}

Json layer_resources(const Price& price) {
  Json rows = Json::array();
  for (std::size_t i = 0; i < price.stages.size(); ++i)
    rows.push_back(named(price.cycles.stages[i].name, price.stages[i]));
  rows.push_back(named("control", price.control));
  return rows;
}

Json op_counts(const Price& price) {
  Json rows = Json::array();
  for (std::size_t i = 0; i < price.counts.size(); ++i)
    rows.push_back({{"name", price.cycles.stages[i].name},
                    {"counts", to_json(price.counts[i])},
                    {"without_skipping", to_json(price.dense_counts[i])},
                    {"energy", to_json(price.energy[i])}});
  return rows;
}

Json to_json(const std::vector<Use>& uses) {
  Json json;
  for (const Use& use : uses)
    json[use.resource] = {{"used", std::round(use.used)},
                          {"available", use.available},
                          {"share", use.share()}};
  return json;
}

Json technology(const Technology& technology) {
  Json rows = Json::array();
  for (const Constant& constant : technology.constants)
    rows.push_back({{"name", constant.name},
                    {"value", constant.value},
                    {"unit", constant.unit},
                    {"node", constant.node},
                    {"source", constant.source},
                    {"mark", constant.mark}});
  return rows;
}

Json resource_model(const Constants& constants) {
  return {{"tool", constants.resources.tool},
          {"date", constants.resources.date}};
}

Json network(const Price& price, const Constants& constants) {
  const NetworkCycles& cycles = price.cycles;
  return {{"network", price.plan.workload.name},
          {"part", price.part.name},
          {"part_source", price.part.source},
          {"clock_mhz", price.clock_mhz},
          {"interval_cycles", cycles.interval},
          {"latency_cycles",
           price.times.empty() ? Json() : Json(price.times[0].last_out + 1)},
          {"interval_cycles_exact",
           price.times.empty() ? Json() : Json(interval_of(price.times))},
          {"slowest", cycles.stages[cycles.slowest].name},
          {"pictures_per_second", price.rate()},
          {"work_cycles", cycles.work},
          {"work_cycles_without_skipping", cycles.dense_work},
          {"work_cycles_systolic", cycles.systolic},
          {"share_of_ideal", cycles.share_of_ideal()},
          {"resources", to_json(price.total)},
          {"uses", to_json(price.uses)},
          {"energy_per_picture", to_json(price.total_energy())},
          {"energy_without_skipping", to_json(price.total_dense_energy())},
          {"loading_weights_pj", price.loading_pj},
          {"resource_model", resource_model(constants)},
          {"technology", technology(constants.technology)}};
}

// Of the array.
Json layer_cycles(const ArrayProgram& program) {
  Json rows = Json::array();
  for (const ArrayStep& step : program.steps) {
    Json row = {{"name", step.name},
                {"kind", kind_of(step)},
                {"cycles", step.cycles + program.cycles_between_steps()}};
    if (step.has_words()) row["words"] = step.window.words;
    rows.push_back(row);
  }
  return rows;
}

Json network(const ArrayPrice& price, const Constants& constants) {
  const ArraySettings& settings = price.program.settings;
  return {{"network", price.program.name},
          {"part", price.part.name},
          {"part_source", price.part.source},
          {"clock_mhz", price.clock_mhz},
          {"pes", settings.pes},
          {"lanes", settings.lanes},
          {"requantisers", settings.requantisers},
          {"values", settings.values},
          {"dsp", settings.dsp},
          {"interval_cycles_exact", price.interval()},
          {"pictures_per_second", price.rate()},
          {"resources", to_json(price.total)},
          {"uses", to_json(price.uses)},
          {"resource_model", resource_model(constants)}};
}

Json memories(const Instance& instance) {
  MemoryCost sum;
  for (const MemoryShape& memory : memories_of(instance)) {
    const MemoryCost cost = memory_cost(memory);
    sum.lut_memory += cost.lut_memory;
    sum.mux += cost.mux;
    sum.ff += cost.ff;
    sum.ramb18 += cost.ramb18;
  }
  return {{"lut_memory", sum.lut_memory},
          {"mux", sum.mux},
          {"ff", sum.ff},
          {"ramb18", sum.ramb18}};
}

}  // namespace

std::string instance_report(const std::vector<Instance>& instances,
                            const ResourceModel& model) {
  Json rows = Json::array();
  for (const Instance& instance : instances) {
    Json parameters;
    for (const Parameter& parameter : instance.parameters)
      std::visit([&](const auto& value) { parameters[parameter.name] = value; },
                 parameter.value);
    rows.push_back({{"name", instance.name},
                    {"module", instance.module},
                    {"parameters", parameters},
                    {"features", features_of(instance)},
                    {"memories", memories(instance)},
                    {"pes", to_json(pes_of(instance))},
                    {"configuration_bits", configuration_bits_of(instance)},
                    {"resources", to_json(resources_of(instance, model))}});
  }
  return rows.dump(1);
}

std::vector<Report> make_reports(const Price& price,
                                 const Constants& constants) {
  return {{"layer_cycles", layer_cycles(price).dump(1)},
          {"layer_resources", layer_resources(price).dump(1)},
          {"op_counts", op_counts(price).dump(1)},
          {"network", network(price, constants).dump(1)},
          {"instances", instance_report(make_dataflow(price.plan).instances,
                                        constants.resources)}};
}

std::vector<Report> make_reports(const ArrayPrice& price,
                                 const Constants& constants) {
  const Json resources = {named("array", price.array),
                          named("control", price.control)};
  return {{"layer_cycles", layer_cycles(price.program).dump(1)},
          {"layer_resources", resources.dump(1)},
          {"network", network(price, constants).dump(1)},
          {"instances", instance_report(array_netlist(price.program).instances,
                                        constants.resources)}};
}

}  // namespace triad::fpga
