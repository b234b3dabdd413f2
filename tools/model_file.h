#pragma once
// Models as users name them: a run folder, a .triad file, or float weights.

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "triad/graph/graph.h"

namespace triad::tools {

struct ModelFile {
  graph::Graph graph;
  std::map<std::string, std::string> metadata;  // of a .triad file
  std::filesystem::path file;                   // the one that was read
  std::int64_t file_bytes = 0;
};

// Reads a run folder (its model.triad), a .triad file, or .safetensors weights
// of the zoo's `network`. Throws Error naming the file and what is wrong.
ModelFile read_model_file(const std::filesystem::path& path,
                          const std::string& network = "");

}  // namespace triad::tools
