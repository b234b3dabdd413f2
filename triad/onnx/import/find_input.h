#pragma once
// The picture of a file: which input it is, and how it lies.

#include <set>
#include <string_view>

#include "triad/onnx/import.h"
#include "triad/onnx/import/messages.h"
#include "triad/onnx/import/view.h"

namespace triad::onnx {

struct PictureInput {
  std::string_view name;
  Shape value;              // [C, H, W]
  View view;                // of the tensor over it
  std::int64_t batch = -1;  // -1: open
  bool is_bytes = false;    // uint8 rather than floats
};

// `constants`: inputs that have numbers. Throws Error unless one input is left
// that outputs depend on, a batch of pictures (or of features) of known sizes.
PictureInput find_input(const ModelMessage& model,
                        const std::vector<std::size_t>& order,
                        const std::set<std::string_view>& constants,
                        const ImportSettings& settings);

}  // namespace triad::onnx
