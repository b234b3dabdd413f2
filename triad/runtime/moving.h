#pragma once
// Operations that only move elements: Pad, Slice, Resize, Flatten,
// ChannelsLast, and a copy.

#include <memory>

#include "triad/graph/graph.h"
#include "triad/runtime/layout.h"
#include "triad/runtime/operation.h"

namespace triad::runtime {

// `node` is one of those or a Dropout; the values have equal
// quantization and outlive the operation.
std::unique_ptr<Operation> make_moving(const graph::Node& node,
                                       const Storage& from, const Storage& to);

}  // namespace triad::runtime
