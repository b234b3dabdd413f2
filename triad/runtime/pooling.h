#pragma once
// MaxPool, AveragePool and GlobalAveragePool.

#include <memory>

#include "triad/graph/graph.h"
#include "triad/runtime/kernels/kernel.h"
#include "triad/runtime/layout.h"
#include "triad/runtime/operation.h"

namespace triad::runtime {

// `shape` and `output` are the graph's shapes of `from` and `to`, which outlive
// the operation.
std::unique_ptr<Operation> make_max_pool(const graph::MaxPool& op,
                                         const Shape& shape,
                                         const Storage& from, const Storage& to,
                                         const Kernels& kernels);
std::unique_ptr<Operation> make_average_pool(
    const graph::AveragePool& op, const graph::Requantization& integers,
    const Shape& shape, const Shape& output, const Storage& from,
    const Storage& to);

}  // namespace triad::runtime
