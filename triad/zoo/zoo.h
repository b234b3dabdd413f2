#pragma once
// The networks triad knows by name, built as graphs with zero weights. Node
// names are the PyTorch module paths of the usual implementations, so that the
// keys of a state dict are "<node>.<parameter>".

#include <cstdint>
#include <string_view>
#include <vector>

#include "triad/graph/graph.h"

namespace triad::zoo {

struct ZooSettings {
  std::int64_t classes = 0;  // 0: the network's own number
  Shape input = {};          // [C, H, W]; empty: the network's own
};

// What a builder needs to know.
struct NetworkShape {
  std::string_view name;
  Shape input;  // [C, H, W]
  std::int64_t classes;
};

// One network of the table.
struct Entry {
  std::string_view name;         // "resnet20"
  std::string_view description;  // one line
  std::int64_t classes;          // of its own data set
  Shape input;                   // [C, H, W] of its own data set
  graph::Preprocessing preprocessing;
  graph::Graph (*build)(const NetworkShape& network);
};

const std::vector<Entry>& entries();
std::vector<std::string_view> names();

// Builds the network called `name`, with its own preprocessing; for another
// number of input channels, each gets the mean of that. Throws Error for an
// unknown name (naming the known ones) and for settings the network cannot
// take.
graph::Graph make(std::string_view name, const ZooSettings& settings = {});

}  // namespace triad::zoo
