#pragma once
// What a netlist takes of a part, without synthesising it: closed forms over
// the parameters of each module, whose coefficients are data
// (fpga/resources.toml) that scripts/measure_resources fits to Yosys' counts.
//
// Memories follow rules instead of fits: a synchronous one becomes block RAM or
// distributed RAM, whichever Yosys' costs make cheaper; one that is read
// without a clock is distributed.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "triad/fpga/cost/part.h"
#include "triad/fpga/emit/netlist.h"

namespace triad::fpga {

struct Resources {
  double lut = 0;         // of logic, raw cells
  double lut_memory = 0;  // of distributed RAM
  double ff = 0, carry4 = 0, dsp = 0;
  double ramb18 = 0;
  double all_luts() const { return lut + lut_memory; }
};
Resources operator+(const Resources& a, const Resources& b);

// A memory of a module, by how it is read.
//   synchronous   into a register of its own
//   queue         at an address that is a register: Yosys takes block RAM for
//                 large ones and puts a way around it
//   asynchronous  neither: distributed RAM
enum class Read { synchronous, queue, asynchronous };
struct MemoryShape {
  std::int64_t depth = 0, width = 0;
  Read read = Read::synchronous;
};
std::vector<MemoryShape> memories_of(const Instance& instance);

// Where a memory goes on a 7-series part. `mux` LUTs join deep distributed RAM.
struct MemoryCost {
  double lut_memory = 0, mux = 0, ff = 0, ramb18 = 0;
};
MemoryCost memory_cost(const MemoryShape& memory);

// LUTs, flip-flops and carry chains of the ternary PEs of a module, which are
// read off their Verilog; nothing of it is fitted.
Resources pes_of(const Instance& instance);

// The terms of the rest of a module's closed forms, by name: bits of adders,
// registers and so on. Throws Error for a module that has none.
using Features = std::map<std::string, double>;
Features features_of(const Instance& instance);

// Flip-flops that put a word of configuration together
// (fpga/rtl/config_writer.v) with the memory it is for; 0 for a module without
// memories to write. All writers of a design hold the same, the longer ones
// more of it, so that synthesis keeps one, the longest.
std::int64_t configuration_bits_of(const Instance& instance);

// coefficients[module][quantity][feature]; quantities lut, ff, carry4, dsp.
struct ResourceModel {
  std::string tool, date;
  std::map<std::string, std::map<std::string, std::map<std::string, double>>>
      coefficients;
  std::map<std::string, double> small_luts;  // [family]: for one of 6 inputs
};
ResourceModel read_resource_model();
// Throws Error naming `origin` and what is wrong.
ResourceModel parse_resource_model(std::string_view text,
                                   const std::string& origin);

// Without configuration_bits_of, which the instances of a netlist share.
Resources resources_of(const Instance& instance, const ResourceModel& model);
Resources shared_resources_of(const Netlist& netlist);
Resources resources_of(const Netlist& netlist, const ResourceModel& model);

}  // namespace triad::fpga
