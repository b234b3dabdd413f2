#include "triad/fpga/array/netlist.h"

#include <fmt/format.h>

#include "triad/fpga/array/memories.h"

namespace triad::fpga {
namespace {

using Direction = Port::Direction;

std::vector<Port> ports(const ArrayProgram& program) {
  return {
      {Direction::input, {"aclk"}},
      {Direction::input, {"aresetn"}, "synchronous"},
      {Direction::input, {"s_axis_tvalid"}},
      {Direction::output, {"s_axis_tready"}},
      {Direction::input,
       {"s_axis_tdata", int(program.channels * 8)},
       "a pixel's bytes, channel 0 lowest"},
      {Direction::input, {"s_axis_tlast"}, "ignored"},
      {Direction::output, {"m_axis_tvalid"}},
      {Direction::input, {"m_axis_tready"}},
      {Direction::output, {"m_axis_tdata", 32}, "a logit's sum, signed"},
      {Direction::output, {"m_axis_tlast"}, "of the picture"},
  };
}

std::vector<Parameter> parameters(const ArrayProgram& program) {
  const ArrayWidths w = widths_of(program);
  const ArraySettings& settings = program.settings;
  using Kind = ArrayStep::Kind;
  return {
      {"PES", settings.pes},
      {"LANES", settings.lanes},
      {"VALUES", settings.values},
      {"CHANNELS", program.channels},
      {"WIDTH", program.picture.width},
      {"LEFT", program.picture.left},
      {"RIGHT", program.picture.right},
      {"COPIES", program.picture.copies},
      {"LOGITS", program.logits},
      {"SUM", program.sum_bits},
      {"HAS_MAX", program.has(Kind::max_pool)},
      {"HAS_ADD", program.has(Kind::add)},
      {"TERMS", program.has_terms()},
      {"MULTIPLIER", settings.dsp ? 0 : 1},
      {"ADDRESS", w.address},
      {"DEPTH", program.depth},
      {"WORD", w.word},
      {"WORDS", std::int64_t(program.words.size())},
      {"PLACE", w.place},
      {"TAP", w.tap},
      {"OFFSET", w.offset},
      {"TERM", w.term},
      {"FILTER", w.filter},
      {"FILTER_DEPTH", std::int64_t(program.filters.size())},
      {"PIXEL_WORD", w.pixel_word},
      {"LANE", w.lane},
      {"TABLE", w.table},
      {"TABLES", std::int64_t(program.tables.size()) / 256},
      {"STEP", w.step},
      {"STEP_DEPTH", std::int64_t(program.steps.size())},
      {"STEPS", std::string(kMemoryFolder) + "/steps.mem"},
      {"PLACES", std::string(kMemoryFolder) + "/places.mem"},
      {"CODES", std::string(kMemoryFolder) + "/codes.mem"},
      {"FILTERS", std::string(kMemoryFolder) + "/filters.mem"},
      {"TABLE_BYTES", std::string(kMemoryFolder) + "/tables.mem"},
  };
}

}  // namespace

Netlist array_netlist(const ArrayProgram& program) {
  Netlist netlist;
  netlist.name = "top";
  netlist.comment =
      fmt::format("{} on one array of {} PEs x {} lanes", program.name,
                  program.settings.pes, program.settings.lanes);
  netlist.ports = ports(program);
  netlist.wires = {{"unused_tlast"}};
  netlist.assignments = {{"unused_tlast", "s_axis_tlast"}};
  netlist.memories = array_memories(program);
  netlist.instances.push_back({"array",
                               "network",
                               "",
                               parameters(program),
                               {{"clk", "aclk"},
                                {"reset", "!aresetn"},
                                {"config_valid", "1'b0"},
                                {"config_select", "1'b0"},
                                {"config_data", "32'd0"},
                                {"in_valid", "s_axis_tvalid"},
                                {"in_ready", "s_axis_tready"},
                                {"in_data", "s_axis_tdata"},
                                {"out_valid", "m_axis_tvalid"},
                                {"out_ready", "m_axis_tready"},
                                {"out_data", "m_axis_tdata"},
                                {"out_last", "m_axis_tlast"}}});
  return netlist;
}

}  // namespace triad::fpga
