#pragma once
// What the memories of stages hold, as docs/fpga.md has it ("Memory files").

#include <string>
#include <vector>

#include "triad/fpga/emit/netlist.h"
#include "triad/fpga/plan.h"

namespace triad::fpga {

// How many times 32 bits of the configuration bus make a word of it.
int bus_parts(const MemoryFile& memory);

// The words of a convolution: a field a unit for each cycle of a position.
MemoryFile weight_memory(const std::string& name, const Stage& stage,
                         const StagePlan& plan, const Stream& input);

// Where a unit's sums go and what becomes of them, a word a step; `name` is
// followed by the unit's two digits. One file a unit.
std::vector<MemoryFile> parameter_memories(const std::string& name,
                                           const Stage& stage,
                                           const StagePlan& plan);

// Pixels of the filters without weights, 0 in all other channels: a word a beat
// of the output.
MemoryFile constant_memory(const std::string& name, const Stage& stage,
                           const StagePlan& plan);

// Steps of the unit with most tiles: words of a parameter memory.
std::int64_t steps(const StagePlan& plan);

// 256 bytes a channel; `name` is followed by the channel's two digits.
std::vector<MemoryFile> input_memories(const std::string& name,
                                       const InputTable& work);

// A table from raw bytes on; `name` is followed by 00.
MemoryFile table_memory(const std::string& name, const Table& work,
                        const Stream& input);

}  // namespace triad::fpga
