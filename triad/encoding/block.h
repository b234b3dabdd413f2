#pragma once
// The weights of one group.

#include <cstdint>

namespace triad::encoding {

// One group's place in a row-major weight.
struct Block {
  std::int64_t group = 0;
  std::int64_t first = 0;  // index of its first weight
  std::int64_t outputs = 1, inputs = 1, taps = 1;
  std::int64_t input_stride = 1, output_stride = 1;

  std::int64_t size() const { return outputs * inputs * taps; }

  // Calls visit(index) for each weight, outputs then inputs then taps
  // ascending.
  template <typename Visit>
  void for_each(Visit&& visit) const;
};

template <typename Visit>
void Block::for_each(Visit&& visit) const {
  for (std::int64_t k = 0; k < outputs; ++k) {
    const std::int64_t row = first + k * output_stride;
    const std::int64_t end = row + inputs * input_stride;
    if (taps == 1) {  // no loop of one turn: it costs most of the time
      for (std::int64_t i = row; i < end; i += input_stride) visit(i);
      continue;
    }
    for (std::int64_t run = row; run < end; run += input_stride)
      for (std::int64_t i = run; i < run + taps; ++i) visit(i);
  }
}

}  // namespace triad::encoding
