#pragma once
// Which opset a dialect is written in.

#include "triad/graph/graph.h"
#include "triad/onnx/export.h"

namespace triad::onnx {

// `requested`, or the dialect's usual opset for 0. Throws Error if the dialect
// cannot say in it what `lowered` computes.
int choose_opset(const graph::Graph& lowered, IntegerDialect dialect,
                 int requested);

}  // namespace triad::onnx
