#pragma once
// Energy of a picture, split into arithmetic, memories on the chip and what
// crosses its border: counts of operations times a table of constants, each
// with its source. A group that is not stored saves all three.

#include <cstdint>
#include <string>
#include <vector>

#include "triad/fpga/schedule.h"
#include "triad/fpga/workload.h"

namespace triad::fpga {

// How often things happen for one picture. Bits of words that a memory gives
// or takes.
struct OpCounts {
  std::int64_t cycles = 0;           // of PEs at work: positions * words
  std::int64_t lane_additions = 0;   // in adder trees, zero codes included
  std::int64_t accumulations = 0;    // of 32 bits, one a PE and word
  std::int64_t multiplications = 0;  // of 8-bit weights
  std::int64_t requantisations = 0;  // one multiplication of 16 bits each
  std::int64_t weight_bits = 0;      // read from weight memories
  std::int64_t activation_bits = 0;  // read and written, rings and queues
  std::int64_t stored_bits = 0;      // of the weight memory, as it is loaded
  std::int64_t border_bits = 0;      // pictures in, logits out
};
OpCounts operator+(const OpCounts& a, const OpCounts& b);

// `schedule` null but for a convolution; `folding` of other stages: lanes.
// `skips` false: what the same array would do if it knew no zeros.
OpCounts count_operations(const Workload& workload, const Stage& stage,
                          const LayerSchedule* schedule, bool skips = true);

struct Constant {
  std::string name;
  double value = 0;
  std::string unit, node, source, mark;
};

struct Technology {
  std::string name;
  std::vector<Constant> constants;
  double value(std::string_view constant) const;
};

// `name` of a file in fpga/technology, or a path ending in .toml. Throws Error
// naming file and key of what is missing, unknown or of another unit.
Technology read_technology(const std::string& name);

struct Energy {
  double arithmetic_pj = 0, on_chip_pj = 0, off_chip_pj = 0;
  double total_pj() const { return arithmetic_pj + on_chip_pj + off_chip_pj; }
};
Energy operator+(const Energy& a, const Energy& b);

// weights_outside: they do not fit the chip and come in for every picture.
Energy energy_of(const OpCounts& counts, const Technology& technology,
                 bool weights_outside = false);

// Of loading all weights once.
double loading_energy_pj(const OpCounts& counts, const Technology& technology);

}  // namespace triad::fpga
