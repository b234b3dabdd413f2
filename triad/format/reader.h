#pragma once
// Reads .triad files. Nothing in a file is trusted: it is verified as
// FlatBuffers, every count is bounded by the file's size or a limit of SPEC.md,
// and the graph is validated before it is returned.

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>

#include "triad/format/model.h"

namespace triad::format {

// Maps the file into memory and reads it; the model holds copies, the mapping
// is gone on return. Throws Error naming the file: not a .triad file, of a
// newer version, damaged, or beyond a limit. The weights are unpacked and
// checked on `threads` threads; the model or the error is the same for any.
Model read_model(const std::filesystem::path& path, int threads = 1);

// The same from memory; `file` names the bytes in errors.
Model read_model(std::span<const std::byte> bytes,
                 std::string_view file = "model", int threads = 1);

// Whether the bytes begin as a .triad file does, whatever follows.
bool is_triad_file(std::span<const std::byte> bytes);

}  // namespace triad::format
