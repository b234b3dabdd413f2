#pragma once
// What an ONNX file leaves open about its pictures, as options of the commands
// that read one.

#include <CLI/CLI.hpp>
#include <string>

#include "triad/graph/graph.h"

namespace triad::tools {

struct PictureOptions {
  std::string input;            // "3,224,224", where sizes are open
  std::string mean, deviation;  // "0.485,0.456,0.406" or "127/255"; of 0..1
};

void add_picture_options(CLI::App& command, PictureOptions& options);

// [C, H, W], or empty where none is given. Throws Error naming the option.
Shape input_shape(const PictureOptions& options);

// Replaces what is given; one number stands for all channels. Throws Error
// naming the option.
void apply_preprocessing(graph::Graph& graph, const PictureOptions& options);

}  // namespace triad::tools
