#include "triad/fpga/emit/shell.h"

namespace triad::fpga {
namespace {

constexpr int kIdentity = 0x74726961;  // "tria"
using Direction = Port::Direction;

void add_streams(Netlist& netlist, std::int64_t channels) {
  const auto add = [&](Direction direction, const char* name, int width,
                       const char* comment) {
    netlist.ports.push_back({direction, {name, width}, comment});
  };
  add(Direction::input, "aclk", 1, "clock");
  add(Direction::input, "aresetn", 1, "reset, active low, synchronous");
  add(Direction::input, "s_axis_tdata", int(channels) * 8,
      "a pixel of the picture, a byte a channel, channel 0 lowest");
  add(Direction::input, "s_axis_tvalid", 1, "");
  add(Direction::output, "s_axis_tready", 1, "");
  add(Direction::input, "s_axis_tlast", 1,
      "ignored: pixels are counted inside");
  add(Direction::output, "m_axis_tdata", 32, "the sum of a logit, signed");
  add(Direction::output, "m_axis_tvalid", 1, "");
  add(Direction::input, "m_axis_tready", 1, "");
  add(Direction::output, "m_axis_tlast", 1, "the last logit of a picture");
}

// The instance's ports of the bus are ports of the design.
void add_bus(Netlist& netlist, Instance& control) {
  const std::vector<Wire> from_host = {
      {"awaddr", 8}, {"awvalid"},   {"wdata", 32}, {"wstrb", 4}, {"wvalid"},
      {"bready"},    {"araddr", 8}, {"arvalid"},   {"rready"}};
  const std::vector<Wire> to_host = {{"awready"},  {"wready"},  {"bresp", 2},
                                     {"bvalid"},   {"arready"}, {"rdata", 32},
                                     {"rresp", 2}, {"rvalid"}};
  const auto tie = [&](const Wire& wire, Direction direction) {
    const std::string name = "s_axil_" + wire.name;
    netlist.ports.push_back({direction, {name, wire.width}});
    control.connections.push_back({name, name});
  };
  for (const Wire& wire : from_host) tie(wire, Direction::input);
  for (const Wire& wire : to_host) tie(wire, Direction::output);
}

}  // namespace

std::string printable(const std::string& text) {
  std::string result = text;
  for (char& c : result)
    if (c < ' ' || c > '~') c = '?';
  return result;
}

void add_shell(Netlist& netlist, const ShellSizes& sizes) {
  add_streams(netlist, sizes.channels);
  for (const Wire& wire :
       {Wire{"reset"}, Wire{"stage_reset"}, Wire{"config_valid"},
        Wire{"config_select"}, Wire{"config_data", 32}, Wire{"unused_tlast"}})
    netlist.wires.push_back(wire);
  netlist.assignments.push_back({"reset", "!aresetn"});
  netlist.assignments.push_back({"unused_tlast", "s_axis_tlast"});
  Instance control{"control",
                   "control_registers",
                   "the registers of the host",
                   {{"IDENTITY", kIdentity},
                    {"IN_BEATS", sizes.pixels},
                    {"OUT_BEATS", sizes.logits}},
                   {{"clk", "aclk"},
                    {"reset", "reset"},
                    {"in_beat", "s_axis_tvalid && s_axis_tready"},
                    {"out_beat", "m_axis_tvalid && m_axis_tready"},
                    {"stage_reset", "stage_reset"},
                    {"config_valid", "config_valid"},
                    {"config_select", "config_select"},
                    {"config_data", "config_data"}}};
  add_bus(netlist, control);
  netlist.instances.push_back(std::move(control));
}

}  // namespace triad::fpga
