#pragma once
// What the closed forms of all modules read: an instance's parameters, and the
// adders of a tree.

#include <cstdint>
#include <string_view>

#include "triad/fpga/emit/netlist.h"

namespace triad::fpga {

// The numbers among an instance's parameters, by name. Throws Error for one
// that is not there.
class Numbers {
 public:
  explicit Numbers(const Instance& instance) : instance_(instance) {}
  double operator()(std::string_view name) const { return double(whole(name)); }
  std::int64_t whole(std::string_view name) const;

 private:
  const Instance& instance_;
};

// ceil(log2(lanes)), of at least one.
int levels_of(std::int64_t lanes);

// Of the adders of fpga/rtl/adder_tree.v.
struct Tree {
  double first = 0, others = 0;       // bits of adders: of two lanes, of sums
  double alone = 0;                   // bits of a lane without a second one
  double registers = 0, carries = 0;  // bits; chains of four
};
Tree tree_of(std::int64_t lanes, int bits, int levels);

}  // namespace triad::fpga
