#include "triad/train/checkpoint.h"

#include <algorithm>
#include <charconv>
#include <ranges>
#include <vector>

#include "triad/base/error.h"
#include "triad/format/safetensors.h"

namespace triad::train {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "step-", kSuffix = ".safetensors",
                           kUnfinished = ".part";
constexpr std::size_t kKept = 2;

template <typename Value>
std::vector<Value> values_of(const at::Tensor& tensor) {
  const at::Tensor packed = tensor.contiguous();
  const Value* const data = packed.data_ptr<Value>();
  return {data, data + packed.numel()};
}

template <typename Value>
at::Tensor tensor_of(const Shape& shape, const std::vector<Value>& values) {
  return at::from_blob(const_cast<Value*>(values.data()), shape,
                       c10::CppTypeToScalarType<Value>::value)
      .clone();
}

// Types safetensors cannot keep exactly travel as others; "type.<name>" in the
// metadata says what they were.
std::string_view foreign_type(const at::Tensor& tensor) {
  if (tensor.scalar_type() == at::kDouble) return "float64";
  if (tensor.scalar_type() == at::kBool) return "bool";
  return "";
}

format::Tensor to_file(const std::string& name, const at::Tensor& tensor) {
  const Shape shape = tensor.sizes().vec();
  switch (tensor.scalar_type()) {
    case at::kFloat:
      return {shape, values_of<float>(tensor)};
    case at::kDouble:
      return {shape,
              values_of<std::int64_t>(tensor.contiguous().view(at::kLong))};
    case at::kLong:
      return {shape, values_of<std::int64_t>(tensor)};
    case at::kByte:
      return {shape, values_of<std::uint8_t>(tensor)};
    case at::kBool:
      return {shape, values_of<std::uint8_t>(tensor.to(at::kByte))};
    default:
      fail("checkpoint: {} has type {}, which cannot be kept", name,
           c10::toString(tensor.scalar_type()));
  }
}

at::Tensor from_file(const format::Tensor& tensor, std::string_view type) {
  at::Tensor result = std::visit(
      [&](const auto& values) { return tensor_of(tensor.shape, values); },
      tensor.values);
  if (type == "float64") return result.view(at::kDouble);
  if (type == "bool") return result.to(at::kBool);
  return result;
}

// By step, ascending.
std::vector<std::pair<std::int64_t, fs::path>> list(const fs::path& folder) {
  std::vector<std::pair<std::int64_t, fs::path>> found;
  if (!fs::is_directory(folder)) return found;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) continue;
    const char* const end = name.data() + name.size() - kSuffix.size();
    std::int64_t step = 0;
    const auto parsed =
        std::from_chars(name.data() + kPrefix.size(), end, step);
    if (parsed.ec == std::errc() && parsed.ptr == end)
      found.emplace_back(step, entry.path());
  }
  std::ranges::sort(found);
  return found;
}

// What write_file leaves where it was killed.
void remove_unfinished(const fs::path& folder) {
  std::vector<fs::path> left;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder))
    if (const std::string name = entry.path().filename().string();
        name.starts_with(kPrefix) && name.ends_with(kUnfinished))
      left.push_back(entry.path());
  for (const fs::path& path : left) fs::remove(path);
}

Checkpoint read_checkpoint(std::int64_t step, const fs::path& path) {
  const format::TensorFile file = format::read_safetensors(path);
  Checkpoint checkpoint;
  checkpoint.step = step;
  for (const auto& [name, tensor] : file.tensors) {
    const auto type = file.metadata.find("type." + name);
    checkpoint.tensors[name] =
        from_file(tensor, type == file.metadata.end() ? "" : type->second);
  }
  for (const auto& [key, value] : file.metadata)
    if (!key.starts_with("type.")) checkpoint.metadata[key] = value;
  return checkpoint;
}

}  // namespace

void write_checkpoint(const fs::path& folder, const Checkpoint& checkpoint) {
  format::TensorFile file{{}, checkpoint.metadata};
  for (const auto& [name, tensor] : checkpoint.tensors) {
    // The last good checkpoint must outlive an update that blew up.
    require(
        !tensor.is_floating_point() || at::isfinite(tensor).all().item<bool>(),
        "checkpoint at step {}: {} is not finite; the checkpoint before is "
        "kept, try a smaller learning rate",
        checkpoint.step, name);
    file.tensors.emplace(name, to_file(name, tensor));
    if (const std::string_view type = foreign_type(tensor); !type.empty())
      file.metadata["type." + name] = type;
  }
  format::write_safetensors(
      file,
      folder / fmt::format("{}{:07}{}", kPrefix, checkpoint.step, kSuffix));
  // Those of later steps were damaged, or training would not be here.
  auto all = list(folder);
  const auto later = std::ranges::upper_bound(
      all, checkpoint.step, {}, [](const auto& found) { return found.first; });
  for (auto i = later; i != all.end(); ++i) fs::remove(i->second);
  all.erase(later, all.end());
  for (std::size_t i = 0; i + kKept < all.size(); ++i)
    fs::remove(all[i].second);
  remove_unfinished(folder);
}

std::optional<Checkpoint> read_last_checkpoint(const fs::path& folder) {
  std::vector<std::string> damaged;
  for (const auto& [step, path] : list(folder) | std::views::reverse) {
    try {
      Checkpoint checkpoint = read_checkpoint(step, path);
      checkpoint.damaged = std::move(damaged);
      return checkpoint;
    } catch (const std::exception& error) {
      // libtorch's errors carry a backtrace below their first line.
      const std::string text = error.what();
      damaged.push_back(text.substr(0, text.find('\n')));
    }
  }
  require(damaged.empty(), "{}; no older checkpoint can be read either",
          damaged.empty() ? "" : damaged.front());
  return std::nullopt;
}

}  // namespace triad::train
