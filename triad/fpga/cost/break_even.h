#pragma once
// How much of a layer has to be dead before hardware that skips it beats dense
// hardware of the same area: the break-even pruning ratio of ADMM-NN (Ren et
// al., ASPLOS 2019), for each style of processing element and from synthesised
// areas.
//
//   speedup(rho) = A_dense / A_style / ((1 - rho) I(rho))
//
// rho is the dead portion (groups of 1 x LANES x 1 tap, or single weights of
// the irregular style), I the load imbalance: cycles over those of PEs that
// share the living work evenly. speedup(rho*) = 1 gives the break-even portion
// rho* and the ratio R* = 1 / (1 - rho*) = I A_style / A_dense.

#include <cstdint>
#include <optional>
#include <vector>

#include "triad/fpga/cost/areas.h"
#include "triad/fpga/cost/part.h"
#include "triad/fpga/workload.h"

namespace triad::fpga {

// Of a style against the dense array of the same weights and lanes.
//   logic    LUTs, or DSP blocks in LUTs' place where both styles use them
//   device   the largest share of any of a part's LUTs, flip-flops, DSP blocks
//   storage  bits of a living weight with what finds it; no logic
struct AreaRatio {
  double logic = 1, device = 1, storage = 1;
};
// `groups` of a filter: how many the index of a word tells apart. `pes` share
// a word of the group style.
AreaRatio area_ratio(const AreaTable& areas, const PeStyle& style,
                     const Part& part, std::int64_t groups, int pes);

// What `pes` PEs of a style do for a layer as it is.
struct StyleLoad {
  double dead = 0;       // rho
  double imbalance = 1;  // I >= 1
};
// Throws Error naming `layer` where the style is wider than it.
StyleLoad measure_load(const Convolution& layer, const Stream& input,
                       const PeStyle& style, int pes);

// I of randomly placed zeros, n groups a filter of which p = 1 - rho live:
// 1 + sqrt(2 (1 - p) ln(pes) / (n p)). For planning, where no mask is there.
double expected_imbalance(double dead, std::int64_t groups, int pes);

struct BreakEven {
  double ratio = 1;    // R*
  double portion = 0;  // rho*; 0 where R* is at most 1
};
// For a known imbalance.
BreakEven break_even(double area_ratio, double imbalance);
// For the expected one: what automatic choice of ratios asks before it prunes
// a layer at all. portion is 1 where no portion below 1 - 1/groups pays.
BreakEven plan_break_even(double area_ratio, std::int64_t groups, int pes);

double speedup(double area_ratio, double imbalance, double dead);

// Of one layer and style, with its mask.
struct LayerBreakEven {
  PeStyle style;
  AreaRatio area;
  StyleLoad load;
  BreakEven logic, storage, planned;
  double speedup = 1;  // at equal logic, of the layer as it is
  // By more than what synthesis itself varies by.
  bool pays() const { return speedup > 1.05; }
};
// One entry for each sparse style that was measured with the layer's weight
// bits and at most as many lanes as it has channels; none where even the
// narrowest is wider than the layer.
std::vector<LayerBreakEven> layer_break_even(const Convolution& layer,
                                             const Stream& input,
                                             const AreaTable& areas,
                                             const Part& part, int pes);

}  // namespace triad::fpga
