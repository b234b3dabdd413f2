#include "triad/fpga/emit/netlist.h"

#include <set>

#include "triad/base/error.h"
#include "triad/fpga/emit/modules.h"

namespace triad::fpga {

void validate(const Netlist& netlist) {
  std::set<std::string> names;
  const auto take = [&](const std::string& name) {
    require(names.insert(name).second, "fpga: two things are called '{}'",
            name);
  };
  for (const Port& port : netlist.ports) take(port.wire.name);
  for (const Wire& wire : netlist.wires) take(wire.name);
  for (const Instance& instance : netlist.instances) take(instance.name);
  for (const MemoryFile& memory : netlist.memories) {
    take(memory.name);
    for (const Bits& word : memory.words)
      require(word.width() == memory.width,
              "fpga: {}: expected words of {} bits, got one of {}", memory.name,
              memory.width, word.width());
  }
  modules_of(netlist);
}

}  // namespace triad::fpga
