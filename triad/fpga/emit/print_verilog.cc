#include "triad/fpga/emit/print_verilog.h"

#include <fmt/format.h>

namespace triad::fpga {
namespace {

std::string range(int width) {
  return width == 1 ? "" : fmt::format("[{}:0] ", width - 1);
}

std::string print(const Parameter& parameter) {
  if (const auto* text = std::get_if<std::string>(&parameter.value))
    return fmt::format(".{}(\"{}\")", parameter.name, *text);
  return fmt::format(".{}({})", parameter.name,
                     std::get<std::int64_t>(parameter.value));
}

std::string print(const Connection& connection) {
  return fmt::format(".{}({})", connection.port, connection.net);
}

std::string print(const Port& port) {
  return fmt::format(
      "{} {}{}", port.direction == Port::Direction::input ? "input" : "output",
      range(port.wire.width), port.wire.name);
}

// "(", the items one a line, ")".
template <typename Item>
std::string list(const std::vector<Item>& items, const char* indent) {
  std::string text = "(";
  const char* between = "\n";
  for (const Item& item : items) {
    text += fmt::format("{}{}    {}", between, indent, print(item));
    between = ",\n";
  }
  return text + fmt::format("\n{})", indent);
}

std::string print(const Instance& instance) {
  std::string text = "\n";
  if (!instance.comment.empty())
    text += fmt::format("  // {}\n", instance.comment);
  text += fmt::format("  {} ", instance.module);
  if (!instance.parameters.empty())
    text += fmt::format("#{} ", list(instance.parameters, "  "));
  return text + fmt::format("{} {};\n", instance.name,
                            list(instance.connections, "  "));
}

std::string print_comment(const std::string& comment) {
  std::string text = "// ";
  for (const char c : comment) {
    text.push_back(c);
    if (c == '\n') text += "// ";
  }
  return text + "\n";
}

}  // namespace

std::string print_verilog(const Netlist& netlist) {
  std::string text = print_comment(netlist.comment);
  text += fmt::format("module {} {};\n", netlist.name, list(netlist.ports, ""));
  for (const Wire& wire : netlist.wires)
    text += fmt::format("  wire {}{};\n", range(wire.width), wire.name);
  for (const Assignment& assignment : netlist.assignments)
    text += fmt::format("  assign {} = {};\n", assignment.target,
                        assignment.expression);
  for (const Instance& instance : netlist.instances) text += print(instance);
  return text + "endmodule\n";
}

std::string print_memory(const MemoryFile& memory) {
  std::string text =
      fmt::format("// {} words of {} bits: {}\n", memory.words.size(),
                  memory.width, memory.comment);
  for (const Bits& word : memory.words) text.append(word.hex()).append("\n");
  return text;
}

}  // namespace triad::fpga
