#pragma once
// Add, Concat and a Relu that stands alone: sums of 16-bit terms; other
// functions of elements: tables; Mul (docs/integer_arithmetic.md).

#include <memory>
#include <vector>

#include "triad/graph/graph.h"
#include "triad/runtime/kernels/kernel.h"
#include "triad/runtime/layout.h"
#include "triad/runtime/operation.h"

namespace triad::runtime {

// `node` is an Add, Concat, Mul or element function; the values outlive the
// operation.
std::unique_ptr<Operation> make_elementwise(
    const graph::Node& node, const std::vector<const Storage*>& from,
    const Storage& to, const Kernels& kernels);

}  // namespace triad::runtime
