#pragma once
// What the values of a float network look like over training pictures: the
// ground on which scales are chosen.

#include <cstdint>
#include <vector>

#include "triad/graph/executor.h"
#include "triad/reference/float_executor.h"

namespace triad::quantise {

// One value of the graph over all calibration pictures.
struct ValueStatistics {
  static constexpr int kBins = 2048;  // on each side of zero

  std::vector<float> lowest, highest;  // [C], of each channel
  // Bin i < 2 * kBins counts x in bin_width * [i - kBins, i - kBins + 1).
  // Exact zeros are not counted: every scale keeps them.
  std::vector<std::int64_t> counts;
  double bin_width = 0;  // 0 where all values are zero

  float largest() const;  // max |x|
  double centre(std::size_t bin) const {
    return bin_width * (double(bin) - kBins + 0.5);
  }
};

// Runs every picture twice (ranges, then counts); [values] by ValueId. The
// result does not depend on the thread count. Throws Error unless the batch
// fits the network, or if a value is not finite (naming it).
std::vector<ValueStatistics> calibrate(const reference::FloatExecutor& network,
                                       const graph::Pictures& pictures);

}  // namespace triad::quantise
