#include "triad/fpga/cost/array_price.h"

#include "triad/fpga/array/netlist.h"

namespace triad::fpga {

ArrayPrice price_array(const Workload& workload, const ArraySettings& settings,
                       const Part& part, double clock_mhz,
                       const Constants& constants) {
  ArrayPrice price;
  price.program = make_array_program(workload, settings);
  price.part = part;
  price.clock_mhz = clock_mhz;
  const Netlist netlist = array_netlist(price.program);
  for (const Instance& instance : netlist.instances)
    (instance.module == "array" ? price.array : price.control) =
        resources_of(instance, constants.resources);
  price.total = price.array + price.control;
  price.uses = uses_of(netlist, part, constants.resources);
  return price;
}

}  // namespace triad::fpga
