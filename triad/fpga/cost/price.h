#pragma once
// Everything that a dataflow pipeline costs: cycles, resources, operations and
// energy, layer by layer, on a part at a clock.

#include <string>
#include <vector>

#include "triad/fpga/cost/cycles.h"
#include "triad/fpga/cost/energy.h"
#include "triad/fpga/cost/part.h"
#include "triad/fpga/cost/resources.h"
#include "triad/fpga/cost/timing.h"
#include "triad/fpga/plan.h"

namespace triad::fpga {

struct Constants {
  ResourceModel resources;
  Technology technology;
};
Constants read_constants(const std::string& technology = "asic_45nm");

// How much of one kind of a part's resources a design takes.
struct Use {
  std::string resource;  // "LUTs"
  double used = 0;
  std::int64_t available = 0;
  double share() const {
    return available > 0 ? used / double(available) : (used > 0 ? 2 : 0);
  }
};

struct Price {
  Plan plan;
  Part part;
  double clock_mhz = 0;
  NetworkCycles cycles;
  std::vector<Resources> stages;  // with the queues in front of each
  Resources control, total;
  std::vector<Use> uses;
  std::vector<OpCounts> counts, dense_counts;  // dense: knowing no zeros
  std::vector<Energy> energy, dense_energy;
  double loading_pj = 0;  // all weights, once
  // Some pictures through the pipeline, exactly. price leaves it empty, since a
  // search tries many by their slowest stage; what it finds has them.
  std::vector<PictureCycles> times;

  // Cycles a picture: exactly where `times` are known, else at least.
  std::int64_t interval() const {
    return times.empty() ? cycles.interval : interval_of(times);
  }
  double rate() const { return clock_mhz * 1e6 / double(interval()); }
  Energy total_energy() const;
  Energy total_dense_energy() const;
};

// Resources of a netlist as a part has them. Of other families than the 7
// series it is an estimate: logic by a measured ratio of LUTs, memories that
// are read without a clock as flip-flops where there is no distributed RAM.
std::vector<Use> uses_of(const Netlist& netlist, const Part& part,
                         const ResourceModel& model);

// The fullest.
const Use& tightest(const std::vector<Use>& uses);

Price price(Plan plan, const Part& part, double clock_mhz,
            const Constants& constants);

// One JSON text each: layer_cycles, layer_resources, op_counts, network and
// instances (every module with its parameters, features and resources).
struct Report {
  std::string name, text;
};
std::vector<Report> make_reports(const Price& price,
                                 const Constants& constants);

// The last of them, of any modules.
std::string instance_report(const std::vector<Instance>& instances,
                            const ResourceModel& model);

}  // namespace triad::fpga
