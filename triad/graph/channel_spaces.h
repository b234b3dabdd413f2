#pragma once
// Which values must keep their channels in the same order: what an Add sums,
// what a ReLU or a pool passes on. A pass that reorders or removes channels
// does it to a whole space at a time, and every layer that writes or reads a
// value of the space follows.

#include <vector>

#include "triad/graph/graph.h"

namespace triad::graph {

// A weight axis that runs along the channels of a space.
struct ChannelUse {
  std::size_t node = 0;
  // Neighbouring weights of the axis that belong to one channel: height x width
  // of a picture that was flattened, else 1.
  std::int64_t repeat = 1;
};

struct ChannelSpace {
  std::int64_t channels = 0;
  // False where something outside fixes the order: the input, an output, a
  // concatenation, channels that are padded or grouped.
  bool is_free = true;
  std::vector<std::size_t> writers;  // Conv2d, Linear: by output, depthwise too
  std::vector<ChannelUse> readers;   // Conv2d, Linear: by input
};

// The spaces of a validated graph; each value belongs to one at most, but
// layers appear with both their sides. A graph whose subnets have widths has
// none that is free.
std::vector<ChannelSpace> find_channel_spaces(const Graph& graph);

}  // namespace triad::graph
