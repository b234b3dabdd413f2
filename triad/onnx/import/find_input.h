#pragma once
// The picture of a file: which inputs it is, and how they lie.

#include <set>
#include <string_view>
#include <vector>

#include "triad/onnx/import.h"
#include "triad/onnx/import/messages.h"
#include "triad/onnx/import/view.h"

namespace triad::onnx {

// An input of the file: some channels of the picture.
struct InputPart {
  std::string_view name;
  std::int64_t first_channel = 0;
  Shape value;  // [C, H, W] of these channels
  View view;    // of the tensor over them
};

struct PictureInput {
  Shape value;                   // [C, H, W]: the channels of all parts
  std::vector<InputPart> parts;  // in the file's order; mostly one
  std::int64_t batch = -1;       // -1: open
  bool is_bytes = false;         // uint8 rather than floats
};

// `constants`: inputs that have numbers. Several others that outputs depend on
// are one picture, the channels of the first before those of the next: they
// must have equal heights and widths, one type and one batch. Throws Error
// naming the input that is no batch of pictures (or of features) of known
// sizes, or the two that make no picture together.
PictureInput find_input(const ModelMessage& model,
                        const std::vector<std::size_t>& order,
                        const std::set<std::string_view>& constants,
                        const ImportSettings& settings);

}  // namespace triad::onnx
