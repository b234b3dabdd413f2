#pragma once
// Where a run begins and ends: the picture's bytes to the input value, and the
// output value to floats; and what may stand between logits and output.

#include <memory>
#include <span>

#include "triad/graph/graph.h"
#include "triad/runtime/layout.h"
#include "triad/runtime/operation.h"

namespace triad::runtime {

// Looks the bytes up in the graph's input table, [C, 256].
std::unique_ptr<Operation> make_input(std::span<const std::int16_t> table,
                                      const Storage& to);

// Writes the value as floats, [C, H, W], to the frame's result.
std::unique_ptr<Operation> make_output(const Storage& from, std::int64_t first);

// Over each `row` of elements: a whole vector [row], or those of [R, row].
// `from` holds integers or real numbers, `to` real numbers.
std::unique_ptr<Operation> make_softmax(const Storage& from, const Storage& to,
                                        std::int64_t row);

}  // namespace triad::runtime
