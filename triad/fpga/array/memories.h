#pragma once
// A program as words of bits: the fields that fpga/rtl/array*.v document, and
// how wide each is.

#include <vector>

#include "triad/fpga/array/program.h"
#include "triad/fpga/emit/netlist.h"

namespace triad::fpga {

// Named as the parameters of fpga/rtl/array.v, all in bits.
struct ArrayWidths {
  int address = 1, word = 1, place = 1, tap = 1, offset = 1, term = 1;
  int filter = 1, pixel_word = 1, lane = 1, table = 1, step = 1;
};

ArrayWidths widths_of(const ArrayProgram& program);

// steps, places, codes, filters, tables, in this order.
std::vector<MemoryFile> array_memories(const ArrayProgram& program);

}  // namespace triad::fpga
