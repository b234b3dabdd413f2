#include "triad/fpga/emit/readme.h"

#include <fmt/format.h>

#include "triad/fpga/emit/package_texts.h"

namespace triad::fpga {
namespace {

std::string table_row(const std::vector<std::string>& cells) {
  std::string text = "|";
  for (const std::string& cell : cells) text += " " + cell + " |";
  return text + "\n";
}

std::string table(const std::vector<std::vector<std::string>>& rows) {
  std::string text = table_row(rows.front());
  text += table_row(std::vector<std::string>(rows.front().size(), "---"));
  for (std::size_t i = 1; i < rows.size(); ++i) text += table_row(rows[i]);
  return text;
}

std::string port_table(const Netlist& netlist) {
  std::vector<std::vector<std::string>> rows = {
      {"port", "direction", "bits", ""}};
  for (const Port& port : netlist.ports)
    rows.push_back({port.wire.name,
                    port.direction == Port::Direction::input ? "in" : "out",
                    std::to_string(port.wire.width), port.comment});
  return table(rows);
}

// Below the heading: names of users may hold anything.
std::string one_line(std::string text) {
  for (char& c : text)
    if (c == '\n' || c == '\r') c = ' ';
  return text;
}

}  // namespace

std::string readme(const Design& design, const Vectors& vectors,
                   const PackageSettings& settings) {
  std::string text =
      fmt::format("{}{}\n\n", kReadmeBeginning, one_line(design.workload.name));
  text += fmt::format(
      "Verilog of `{}` in the {} style, made by {}. It never ran on a "
      "device.\n\n",
      one_line(settings.model), design.style, settings.version);
  text += fmt::format(
      "    iverilog -g2001 -I tb -o sim/bench.vvp tb/bench.v rtl/*.v && vvp -n "
      "sim/bench.vvp\n\nprints PASS after {} pictures, whose logits the "
      "reference computed; `-Pbench.STALL=30` makes both streams\npause. "
      "Icarus needs many minutes for a picture of a network like ResNet-20: "
      "`make -C sim check` runs them\nunder Verilator; `sim/simulate`, which "
      "it "
      "builds, takes many pictures more.\n\n",
      vectors.pictures);
  text += fmt::format(
      "A picture takes {} cycles{}, those of {}, so {:.0f} pictures/s at "
      "{:.4g} MHz; both simulations print\nthe cycles that pictures took. The "
      "clock of `constraints/` is a wish: nothing was placed or routed.\n\n",
      design.interval, design.is_exact ? "" : " at best", design.limited_by,
      settings.clock_mhz * 1e6 / double(design.interval), settings.clock_mhz);
  text += "## Ports of `top`\n\n" + port_table(design.netlist);
  text += "\n## What runs when\n\n" + table(design.stages) + "\n";
  return text.append(kGuide);
}

}  // namespace triad::fpga
