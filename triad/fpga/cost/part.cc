#include "triad/fpga/cost/part.h"

#include <algorithm>
#include <array>
#include <span>

#include "triad/base/divide.h"
#include "triad/base/error.h"
#include "triad/base/file.h"
#include "triad/fpga/cost/constants.h"

namespace triad::fpga {
namespace {

template <typename Value, std::size_t N>
Value one_of(const std::array<Value, N>& known, Value value,
             const ConstantTable& table, std::string_view key) {
  require(std::ranges::find(known, value) != known.end(),
          "{}: {}: expected one of {}, got {}", table.origin(), key,
          fmt::join(known, ", "), value);
  return value;
}

std::int64_t positive(ConstantTable& table, std::string_view key) {
  const std::int64_t value = table.whole(key);
  require(value > 0, "{}: {}: expected a whole number of at least 1",
          table.origin(), key);
  return value;
}

BlockRam parse_block_ram(ConstantTable table) {
  BlockRam ram;
  ram.kind = table.text("kind");
  ram.bits = one_of(std::array<std::int64_t, 2>{4096, 18432},
                    table.whole("bits"), table, "bits");
  ram.count = table.whole("count");
  table.finish();
  return ram;
}

}  // namespace

Part parse_part(std::string_view text, const std::string& origin) {
  ConstantTable table(text, origin);
  Part part;
  part.name = table.text("name");
  part.family = one_of(std::array<std::string, 3>{"xc7", "ice40", "ecp5"},
                       table.text("family"), table, "family");
  part.lut_inputs = int(one_of(std::array<std::int64_t, 2>{4, 6},
                               table.whole("lut_inputs"), table, "lut_inputs"));
  part.lut = positive(table, "lut");
  part.ff = positive(table, "ff");
  part.dsp = table.whole("dsp");
  part.clock_mhz = table.number("clock_mhz");
  require(part.clock_mhz > 0, "{}: clock_mhz: expected a number above 0",
          origin);
  part.clock_source = table.text("clock_source");
  part.source = table.text("source");
  part.mark = one_of(std::array<std::string, 4>{"M", "T", "S", "R"},
                     table.text("mark"), table, "mark");
  part.block_ram = parse_block_ram(table.table("block_ram"));
  table.finish();
  return part;
}

Part read_part(const std::string& name) {
  if (name.ends_with(".toml")) return parse_part(read_text(name), name);
  const std::vector<std::string> known = part_names();
  require(std::ranges::find(known, name) != known.end(),
          "fpga: no part {}; known are {}, or give a file that ends in .toml",
          name, fmt::join(known, ", "));
  return parse_part(constant_file("parts/" + name),
                    "fpga/parts/" + name + ".toml");
}

std::vector<std::string> part_names() { return constant_files("parts"); }

std::int64_t block_rams(const BlockRam& kind, std::int64_t depth,
                        std::int64_t width) {
  struct Shape {
    std::int64_t depth, width;
  };
  constexpr std::array<Shape, 4> kSmall{
      {{2048, 2}, {1024, 4}, {512, 8}, {256, 16}}};
  constexpr std::array<Shape, 6> kLarge{
      {{16384, 1}, {8192, 2}, {4096, 4}, {2048, 9}, {1024, 18}, {512, 36}}};
  const std::span<const Shape> shapes =
      kind.bits == 4096 ? std::span<const Shape>(kSmall) : kLarge;
  std::int64_t best = INT64_MAX;
  for (const Shape& shape : shapes)
    best = std::min(
        best, divide_up(depth, shape.depth) * divide_up(width, shape.width));
  return best;
}

}  // namespace triad::fpga
