#pragma once
// Weights that lie in files beside the model.

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "triad/format/mapped_file.h"
#include "triad/onnx/import/messages.h"

namespace triad::onnx {

class ExternalData {
 public:
  // `folder`: the model's own; none for a model in memory, which can have no
  // external data.
  explicit ExternalData(std::optional<std::filesystem::path> folder)
      : folder_(std::move(folder)) {}

  // The bytes of a tensor whose data are external; valid while this object
  // lives. Only files inside the model's folder are read: Error for absolute
  // paths, "..", links that lead outside, and ranges beyond the file's end.
  Bytes find(const TensorMessage& tensor);

 private:
  Bytes map(const std::filesystem::path& file);

  std::optional<std::filesystem::path> folder_;
  std::map<std::filesystem::path, std::unique_ptr<format::MappedFile>> files_;
};

}  // namespace triad::onnx
