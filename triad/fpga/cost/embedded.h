#pragma once
// The TOML files of fpga/, inside the library; cmake/embed_constants.cmake
// writes them down.

#include <span>
#include <string_view>

namespace triad::fpga {

struct EmbeddedFile {
  std::string_view name;  // "parts/zynq_7020"; its file is fpga/NAME.toml
  std::string_view text;
};

// By name.
std::span<const EmbeddedFile> embedded_files();

}  // namespace triad::fpga
