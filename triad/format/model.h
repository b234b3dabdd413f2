#pragma once
// What a .triad file holds: a network and free text about it. SPEC.md describes
// the file.

#include <cstdint>
#include <map>
#include <string>

#include "triad/graph/graph.h"

namespace triad::format {

// The reader takes every version up to this one; the writer writes this one.
constexpr std::uint16_t kVersion = 2;

struct Model {
  graph::Graph graph;
  // Tool version, commit, seed, parent hash, accuracy, ...
  std::map<std::string, std::string> metadata;
};

}  // namespace triad::format
