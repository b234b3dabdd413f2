#pragma once
// Every number of a dataflow pipeline that the folding leaves open: what the
// emitter prints and the cost model prices.

#include <cstdint>
#include <vector>

#include "triad/fpga/schedule.h"
#include "triad/fpga/workload.h"

namespace triad::fpga {

struct StagePlan {
  Folding folding;         // `lanes` of the input table: its channels
  int out_lanes = 1;       // channels of a beat of the output; 1 for logits
  int lines = 0;           // rows that a window's ring holds
  int sum_bits = 32;       // of the accumulators of convolutions and averages
  LayerSchedule schedule;  // of convolutions
  std::vector<std::int64_t> queues;  // [inputs]: words of the fifo in front
};

struct Plan {
  Workload workload;
  std::vector<StagePlan> stages;  // as in the workload

  int in_lanes(std::size_t stage) const { return stages[stage].folding.lanes; }
};

// Decides for a folding of each stage:
//   out_lanes  convolutions and subsampling write beats as the first stage that
//              reads them wants them; the others write what they read
//   lines      those of a window and of its largest step, from row to row or
//              from picture to picture: what comes next comes while a row of
//              positions is worked on
//   sum_bits   17 .. 32, so many that no sum with its bias and rounding
//              overflows, and no fewer than the adder tree of a PE gives
//   queues     2 words, or what queue_sizes.h asks for and one row more, for
//              the time a pixel takes on the longer path, or what comes in
//              a row while subsampling adds channels, or while the other
//              stream of a Concat has its turn; powers of two
// Throws Error naming the stage whose folding does not fit.
Plan make_plan(Workload workload, const std::vector<Folding>& foldings);

// Whether `stage`, no input table, can have so many lanes: at most the channels
// of its inputs, and of a Concat a divisor of the first one's.
bool fits_lanes(const Workload& workload, const Stage& stage, int lanes);

// Lanes in which subsample_stage adds channels: what divides their counts, the
// input's channels and the lanes of the output.
std::int64_t pad_lanes(const Subsample& work, const Stream& input,
                       int out_lanes);

}  // namespace triad::fpga
