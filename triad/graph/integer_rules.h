#pragma once
// What an executor may rely on in a lowered graph beyond its structure
// (graph.h, validate): no accumulator can overflow, no value leaves int16.
// docs/integer_arithmetic.md says why each rule holds after lowering.

#include <cstdint>
#include <span>

#include "triad/graph/graph.h"

namespace triad::graph {

// Integer codes [K, C, R, S] or [K, C] of a weight that is Levels or Ternary of
// one term: all that lowering leaves. Throws Error naming `layer` for any
// other.
std::span<const std::int8_t> integer_codes(const encoding::Encoding& weight,
                                           std::string_view layer);

// Checks a validated lowered graph. Throws Error naming the first node, the
// same for any number of threads.
void check_integer_rules(const Graph& graph, int threads = 1);

}  // namespace triad::graph
