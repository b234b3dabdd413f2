#include "triad/onnx/import/external_data.h"

#include <algorithm>
#include <charconv>

#include "triad/base/error.h"

namespace triad::onnx {
namespace {

namespace fs = std::filesystem;

std::size_t parse_size(std::string_view text, std::string_view tensor) {
  std::size_t size = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), size);
  require(error == std::errc{} && end == text.data() + text.size(),
          "tensor '{}': expected a number of bytes in its external data, got "
          "'{}'",
          tensor, text);
  return size;
}

// Whether `path`, links followed, lies in `folder`.
bool is_inside(const fs::path& path, const fs::path& folder) {
  const fs::path inner = fs::canonical(path), outer = fs::canonical(folder);
  return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end())
             .first == outer.end();
}

}  // namespace

Bytes ExternalData::map(const fs::path& file) {
  auto& mapped = files_[file];
  if (!mapped) mapped = std::make_unique<format::MappedFile>(file);
  return mapped->bytes();
}

Bytes ExternalData::find(const TensorMessage& tensor) {
  require(folder_.has_value(),
          "tensor '{}': its data lie in another file: read the model from its "
          "folder",
          tensor.name);
  fs::path location;
  std::size_t offset = 0;
  std::optional<std::size_t> length;
  for (const auto& [key, value] : tensor.external) {
    if (key == "location") location = value;
    if (key == "offset") offset = parse_size(value, tensor.name);
    if (key == "length") length = parse_size(value, tensor.name);
  }
  require(!location.empty() && location.is_relative() &&
              location.native().find('\0') == std::string::npos &&
              std::ranges::count(location, fs::path("..")) == 0,
          "tensor '{}': external data '{}': expected a path inside the model's "
          "folder",
          tensor.name, location.string());
  const fs::path file = *folder_ / location;
  require(fs::is_regular_file(file),
          "tensor '{}': external data {}: no such file", tensor.name,
          file.string());
  require(is_inside(file, *folder_),
          "tensor '{}': external data '{}': expected a file inside the model's "
          "folder, it is a link to one outside",
          tensor.name, location.string());
  const Bytes bytes = map(file);
  require(offset <= bytes.size() && length.value_or(0) <= bytes.size() - offset,
          "tensor '{}': external data {}: expected {} bytes from {}, the file "
          "has {}",
          tensor.name, file.string(), length.value_or(0), offset, bytes.size());
  return bytes.subspan(offset, length.value_or(bytes.size() - offset));
}

}  // namespace triad::onnx
