#pragma once
// Models as users name them: a run folder, a .triad file, an ONNX file, or
// float weights.

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "tools/picture_options.h"
#include "triad/graph/graph.h"

namespace triad::tools {

struct ModelFile {
  graph::Graph graph;
  std::map<std::string, std::string> metadata;  // of a .triad or ONNX file
  std::filesystem::path file;                   // the one that was read
  std::int64_t file_bytes = 0;
  // What the importer of an ONNX file has to say, a line each.
  std::vector<std::string> notes = {};
};

// Reads a run folder (its model.triad), a .triad file, an .onnx file, or
// .safetensors weights of the zoo's `network`, which the others take none of.
// `pictures` is for .onnx files.
// Throws Error naming the file and what is wrong.
ModelFile read_model_file(const std::filesystem::path& path,
                          const std::string& network = "",
                          const PictureOptions& pictures = {});

// Throws Error if a command would write its result over the file it read.
void require_other_file(const std::filesystem::path& output,
                        const std::filesystem::path& input);

}  // namespace triad::tools
