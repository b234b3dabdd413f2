#include "triad/fpga/cost/price.h"

#include <algorithm>
#include <numeric>

#include "triad/base/error.h"
#include "triad/fpga/emit/dataflow.h"

namespace triad::fpga {
namespace {

double small_luts_of(const ResourceModel& model, const std::string& family) {
  const auto found = model.small_luts.find(family);
  require(found != model.small_luts.end(),
          "fpga: no small_luts in the resource model for family {}", family);
  return found->second;
}

// The stage in whose name an instance is, or the number of stages.
std::size_t stage_of(const Instance& instance, std::size_t stages) {
  constexpr std::string_view kPrefix = "stage_";
  if (!instance.name.starts_with(kPrefix)) return stages;
  return std::min(
      stages, std::size_t(std::stoul(instance.name.substr(kPrefix.size()))));
}

template <typename Part>
Part sum_of(const std::vector<Part>& parts) {
  return std::accumulate(parts.begin(), parts.end(), Part{});
}

void count_all(Price& result, const Constants& constants) {
  const Workload& workload = result.plan.workload;
  const Use& memory =
      *std::ranges::find(result.uses, "block RAMs", &Use::resource);
  const bool is_outside = memory.share() > 1;
  for (std::size_t i = 0; i < workload.stages.size(); ++i) {
    const LayerSchedule* schedule = &result.plan.stages[i].schedule;
    for (const bool skips : {true, false}) {
      const OpCounts counts =
          count_operations(workload, workload.stages[i], schedule, skips);
      (skips ? result.counts : result.dense_counts).push_back(counts);
      (skips ? result.energy : result.dense_energy)
          .push_back(energy_of(counts, constants.technology, is_outside));
    }
    result.loading_pj +=
        loading_energy_pj(result.counts.back(), constants.technology);
  }
}

}  // namespace

Constants read_constants(const std::string& technology) {
  return {read_resource_model(), read_technology(technology)};
}

Energy Price::total_energy() const { return sum_of(energy); }
Energy Price::total_dense_energy() const { return sum_of(dense_energy); }

std::vector<Use> uses_of(const Netlist& netlist, const Part& part,
                         const ResourceModel& model) {
  const Resources all = resources_of(netlist, model);
  const bool is_native = part.family == "xc7";
  const bool is_distributed = part.family != "ice40";
  double lut = all.lut * (is_native ? 1 : small_luts_of(model, part.family));
  double ff = all.ff, blocks = 0;
  for (const Instance& instance : netlist.instances)
    for (const MemoryShape& memory : memories_of(instance)) {
      const MemoryCost cost = memory_cost(memory);
      const double bits = double(memory.depth * memory.width);
      if (is_native || (is_distributed && cost.ramb18 == 0)) {
        lut += cost.lut_memory * (is_native ? 1 : 2);
        blocks += cost.ramb18;
      } else if (memory.read != Read::asynchronous) {
        blocks +=
            double(block_rams(part.block_ram, memory.depth, memory.width));
      } else {  // a register and its multiplexers for each bit
        ff += bits;
        lut += 2 * bits;
      }
    }
  return {{"LUTs", lut, part.lut},
          {"flip-flops", ff, part.ff},
          {"DSP blocks", all.dsp, part.dsp},
          {"block RAMs", blocks, part.block_ram.count}};
}

const Use& tightest(const std::vector<Use>& uses) {
  return *std::ranges::max_element(uses, {}, &Use::share);
}

Price price(Plan plan, const Part& part, double clock_mhz,
            const Constants& constants) {
  Price result;
  const Netlist netlist = make_dataflow(plan);
  result.plan = std::move(plan);
  result.part = part;
  result.clock_mhz = clock_mhz;
  result.cycles = count_cycles(result.plan);
  result.stages.resize(result.plan.stages.size());
  result.control = shared_resources_of(netlist);
  for (const Instance& instance : netlist.instances) {
    const std::size_t stage = stage_of(instance, result.stages.size());
    Resources& place =
        stage < result.stages.size() ? result.stages[stage] : result.control;
    place = place + resources_of(instance, constants.resources);
  }
  result.total = sum_of(result.stages) + result.control;
  result.uses = uses_of(netlist, part, constants.resources);
  count_all(result, constants);
  return result;
}

}  // namespace triad::fpga
