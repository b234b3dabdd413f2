#pragma once
// A device that a design has to fit: fpga/parts/NAME.toml, or a file of the
// user's own of the same keys.

#include <cstdint>
#include <string>
#include <vector>

namespace triad::fpga {

struct BlockRam {
  std::string kind;       // "RAMB18E1"
  std::int64_t bits = 0;  // of one
  std::int64_t count = 0;
};

struct Part {
  std::string name, family;  // "Zynq-7020"; "xc7", "ice40", "ecp5"
  int lut_inputs = 6;
  std::int64_t lut = 0, ff = 0, dsp = 0;
  BlockRam block_ram;
  double clock_mhz = 0;  // where no other is asked for
  std::string clock_source;
  std::string source;  // of the counts
  std::string mark;    // M measured, T a tool's text, S secondary, R recalled
};

// Where none is asked for.
inline constexpr const char* kDefaultPart = "zynq_7020";

// `name` of a file in fpga/parts, or a path ending in .toml. Throws Error
// naming the file and the key that is missing, unknown or out of range, or the
// parts that are known.
Part read_part(const std::string& name);
Part parse_part(std::string_view text, const std::string& origin);

// Names that read_part knows.
std::vector<std::string> part_names();

// Block RAMs of a memory of `depth` words of `width` bits, cut into columns as
// wide as a block and rows as deep: FINN's rule for RAMB18E1 and its like,
// blocks of 256 x 16 bits for 4-kbit ones.
std::int64_t block_rams(const BlockRam& kind, std::int64_t depth,
                        std::int64_t width);

}  // namespace triad::fpga
