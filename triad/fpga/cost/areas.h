#pragma once
// Areas of processing elements as scripts/measure_areas had them synthesised.

#include <string>
#include <vector>

namespace triad::fpga {

// What a processing element knows about zeros.
//   dense      nothing
//   group      PEs in lock step skip groups that are dead for all of them
//   apart      the same, each PE by itself: a control each
//   irregular  each lane picks any activation of a window: single zeros go
enum class Style { dense, group, apart, irregular };
std::string_view name(Style style);

struct PeStyle {
  Style style = Style::dense;
  int weight_bits = 2;                // 2: ternary, else 8
  std::string multiplier = "adders";  // of 8 bits: rows or tool (LUTs), dsp
  int lanes = 16, window = 0;         // window: of irregular
  bool operator==(const PeStyle&) const = default;
};

// Of one processing element with its share of the control.
struct PeArea {
  PeStyle style;
  double lut = 0;  // with those that serve as shift registers
  double ff = 0, dsp = 0;
};

struct AreaTable {
  std::string tool, date;
  std::vector<PeArea> areas;

  // Throws Error naming the lanes and windows that were measured.
  const PeArea& find(const PeStyle& style) const;
};

// fpga/areas.toml, as it was when the library was built.
AreaTable read_areas();
// Throws Error naming `origin` and the key that is wrong.
AreaTable parse_areas(std::string_view text, const std::string& origin);

}  // namespace triad::fpga
