#include "triad/fpga/cost/areas.h"

#include <algorithm>
#include <array>

#include "triad/base/error.h"
#include "triad/fpga/cost/constants.h"

namespace triad::fpga {
namespace {

constexpr std::array kStyles{Style::dense, Style::group, Style::apart,
                             Style::irregular};

Style to_style(const std::string& text, const std::string& origin) {
  const auto found = std::ranges::find(kStyles, text, name);
  require(found != kStyles.end(),
          "{}: style: expected dense, group, apart or irregular, got {}",
          origin, text);
  return *found;
}

PeArea parse_area(ConstantTable& row) {
  PeArea area;
  area.style.style = to_style(row.text("style"), row.origin());
  area.style.weight_bits = int(row.whole("weight_bits"));
  area.style.multiplier = row.text("multiplier");
  area.style.lanes = int(row.whole("lanes"));
  area.style.window = int(row.whole("window"));
  const double pes = row.number("pes");
  require(pes > 0 && area.style.lanes > 0,
          "{}: expected pes and lanes of at least 1", row.origin());
  area.lut = (row.number("lut") + row.number("lut_memory")) / pes;
  area.ff = row.number("ff") / pes;
  area.dsp = row.number("dsp") / pes;
  row.number("carry4");
  row.finish();
  require(area.lut > 0, "{}: lut: expected at least 1", row.origin());
  return area;
}

}  // namespace

std::string_view name(Style style) {
  constexpr std::array kNames{"dense", "group", "apart", "irregular"};
  return kNames[std::size_t(style)];
}

const PeArea& AreaTable::find(const PeStyle& style) const {
  const auto found = std::ranges::find(areas, style, &PeArea::style);
  if (found != areas.end()) return *found;
  std::string known;
  for (const PeArea& area : areas)
    if (area.style.style == style.style &&
        area.style.weight_bits == style.weight_bits)
      known += fmt::format("{}{} lanes, window {}, {}",
                           known.empty() ? "" : "; ", area.style.lanes,
                           area.style.window, area.style.multiplier);
  fail(
      "fpga: no area measured of {} with {} bits, {} lanes, window {}, {}; "
      "there are {}",
      name(style.style), style.weight_bits, style.lanes, style.window,
      style.multiplier, known.empty() ? "none of the style" : known);
}

AreaTable parse_areas(std::string_view text, const std::string& origin) {
  ConstantTable table(text, origin);
  AreaTable result;
  result.tool = table.text("tool");
  result.date = table.date("date");
  table.whole("activation_bits");
  table.whole("accumulator_bits");
  for (ConstantTable& row : table.tables("area"))
    result.areas.push_back(parse_area(row));
  table.finish();
  return result;
}

AreaTable read_areas() {
  return parse_areas(constant_file("areas"), "fpga/areas.toml");
}

}  // namespace triad::fpga
