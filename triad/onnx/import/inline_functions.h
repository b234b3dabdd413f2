#pragma once
// Puts the nodes of a model's own functions in the place of their calls, as the
// dynamo exporter of PyTorch needs it.

#include "triad/onnx/import/messages.h"

namespace triad::onnx {

// Names of tensors inside a call become "<call>/<name>". Throws Error for
// functions that call themselves, and where calls multiply beyond any real
// network.
void inline_functions(ModelMessage& model);

}  // namespace triad::onnx
