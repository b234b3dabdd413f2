#pragma once
// Writes .triad files. read_model(model_bytes(model)) gives the model back
// exactly, and equal models give equal bytes.

#include <cstddef>
#include <filesystem>
#include <vector>

#include "triad/format/model.h"

namespace triad::format {

enum class TernaryCode {
  five_trits,  // 1.6 bits a weight, the smallest
  two_bits,    // 2 bits a weight, the quickest to unpack
};

struct WriteSettings {
  TernaryCode ternary_code = TernaryCode::five_trits;
};

// Throws Error if the graph does not validate or is beyond the limits of the
// format (SPEC.md).
std::vector<std::byte> model_bytes(const Model& model,
                                   const WriteSettings& settings = {});
std::vector<std::byte> model_bytes(const graph::Graph& graph,
                                   const WriteSettings& settings = {});

// Replaces `path` in one step (base/file.h).
void write_model(const Model& model, const std::filesystem::path& path,
                 const WriteSettings& settings = {});
void write_model(const graph::Graph& graph, const std::filesystem::path& path,
                 const WriteSettings& settings = {});

}  // namespace triad::format
