#pragma once
// The best folding of each layer on a part, and what it says back to pruning.

#include <string>
#include <vector>

#include "triad/encoding/structure.h"
#include "triad/fpga/cost/price.h"

namespace triad::fpga {

// The fastest pipeline that fits `part`. Throws Error naming the resource that
// even the slowest folding exceeds, and by how much.
Price search_budget(const Workload& workload, const Part& part,
                    double clock_mhz, const Constants& constants);

// The smallest pipeline with that rate. Throws Error giving the highest
// rate, or the resource that is exceeded and by how much.
Price search_rate(const Workload& workload, const Part& part, double clock_mhz,
                  double pictures_per_second, const Constants& constants);

// Throws Error unless the part holds that much: "Zynq-7020: 61000 LUTs needed,
// 53200 there: 7800 too many".
void require_fit(const Part& part, const std::vector<Use>& uses);

// Where shapes do not divide: lanes idle in the last block of channels, PEs in
// the last tile. One line each.
std::vector<std::string> warnings(const Plan& plan);

// Groups in which to prune a layer so that this folding skips them, and the
// density from which on it no longer pays: with fewer living groups a stage
// without weights is the slowest. Layers of more than 2 bits are not pruned;
// where one of them is slower, it wants a wider folding.
struct Advice {
  std::string layer;
  encoding::PeGeometry geometry;  // what a word of a unit holds
  double density = 1;             // living groups now
  double useful_density = 1;      // at which the layer is as fast as the
                                  // slowest stage without weights
  double break_even_density = 1;  // above it pruning does not pay, by
                                  // plan_break_even; 0 where it never does
  double proposed_density = 1;    // the useful one, so that the living groups
                                  // keep all units busy to the end; 1: not to
                                  // be pruned
  bool is_inner = true;           // neither the first layer nor the last, which
                                  // group_lasso leaves alone
  double idle_percent = 0;        // of lanes, for shapes that do not divide
};
std::vector<Advice> advise(const Price& price);

// The geometry that most work of the network asks for, as [pattern] and
// [group_lasso] of a recipe, and the densities proposed for its inner layers as
// [group_lasso.layer_density].
std::string to_recipe(const std::vector<Advice>& advice);

// folding_config.json of FINN: PE and SIMD of its matrix-vector units in the
// order of the layers. Pruned groups cost FINN their cycles.
std::string to_finn_config(const Plan& plan);

}  // namespace triad::fpga
