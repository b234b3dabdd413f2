#include "triad/fpga/emit/reload.h"

#include <algorithm>

namespace triad::fpga {
namespace {

// Registers of fpga/rtl/control.v.
constexpr int kControl = 0x04, kSelect = 0x20, kData = 0x24;
constexpr std::size_t kReach = 65'536;  // words that the bus can address

Bits write(int address, std::uint32_t data) {
  Bits word;
  word.append(data, 32);
  word.append(address, 8);
  return word;
}

void add_writes(std::vector<Bits>& writes, const MemoryFile& memory) {
  const auto& [stage, number, parts] = *memory.place;
  writes.push_back(
      write(kSelect, std::uint32_t(stage) << 24 | std::uint32_t(number) << 16));
  for (const Bits& word : memory.words)
    for (int part = 0; part < parts; ++part)
      writes.push_back(write(kData, word.part(part)));
}

}  // namespace

std::optional<MemoryFile> reload_memory(const Netlist& netlist) {
  MemoryFile reload{"reload.mem",
                    "a host's writes in turn, {address 8, data 32}, that give "
                    "a running design these weights",
                    40};
  reload.words.push_back(write(kControl, 1));  // hold
  for (const MemoryFile& memory : netlist.memories) {
    if (!memory.place) continue;
    if (memory.words.size() > kReach) return {};
    add_writes(reload.words, memory);
  }
  reload.words.push_back(write(kControl, 0));
  return reload;
}

}  // namespace triad::fpga
