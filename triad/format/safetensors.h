#pragma once
// safetensors: the bridge from Python frameworks, and the checkpoint files of
// training. Format: https://github.com/huggingface/safetensors (8 bytes of
// header length, a JSON header, data).

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "triad/base/shape.h"

namespace triad::format {

// Row-major values [shape]. F32, F16 and BF16 become float exactly; F64 is
// rounded to float.
struct Tensor {
  Shape shape;
  std::variant<std::vector<float>, std::vector<std::int64_t>,
               std::vector<std::uint8_t>>
      values;
  bool operator==(const Tensor&) const = default;
};

struct TensorFile {
  std::map<std::string, Tensor> tensors;
  std::map<std::string, std::string> metadata;
  bool operator==(const TensorFile&) const = default;
};

// Tensors of types other than F64, F32, F16, BF16, I64 and U8 are refused by
// name, as are headers over 100 MB, duplicate names, and data that overlap,
// leave holes or do not fill the file. Throws Error naming the file and the
// tensor. `file` names the bytes in errors.
TensorFile read_safetensors(const std::filesystem::path& path);
TensorFile read_safetensors(std::span<const std::byte> bytes,
                            std::string_view file);

enum class FloatType { f32, f16 };  // f16 rounds to nearest even

// Floats as F32 (bits kept) or F16, integers as I64 and U8; every tensor
// aligned to its type, larger types first, then by name: equal contents give
// equal bytes. Throws Error if values do not fill a shape or a text is not
// UTF-8.
std::vector<std::byte> safetensors_bytes(const TensorFile& file,
                                         FloatType floats = FloatType::f32);
// Replaces `path` in one step (base/file.h).
void write_safetensors(const TensorFile& file,
                       const std::filesystem::path& path,
                       FloatType floats = FloatType::f32);

}  // namespace triad::format
