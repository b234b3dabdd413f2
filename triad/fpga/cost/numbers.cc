#include "triad/fpga/cost/numbers.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "triad/base/error.h"

namespace triad::fpga {

std::int64_t Numbers::whole(std::string_view name) const {
  for (const Parameter& parameter : instance_.parameters)
    if (parameter.name == name)
      if (const auto* value = std::get_if<std::int64_t>(&parameter.value))
        return *value;
  fail("fpga: module {} has no number {}", instance_.module, name);
}

int levels_of(std::int64_t lanes) {
  return int(std::bit_width(std::uint64_t(lanes - 1)));
}

Tree tree_of(std::int64_t lanes, int bits, int levels) {
  if (levels == 0) return {};
  const std::int64_t low = (std::int64_t(1) << levels) / 2;
  Tree tree = tree_of(std::min(lanes, low), bits, levels - 1);
  if (lanes > low) {
    const Tree high = tree_of(lanes - low, bits, levels - 1);
    const double width = bits + levels - 1;
    (levels == 1 ? tree.first : tree.others) += width;
    tree.carries += std::ceil((width + 1) / 4);
    tree.first += high.first;
    tree.others += high.others;
    tree.alone += high.alone;
    tree.registers += high.registers;
    tree.carries += high.carries;
  } else if (levels == 1) {
    tree.alone += bits;
  }
  tree.registers += bits + levels + 1;
  return tree;
}

}  // namespace triad::fpga
