#include "triad/format/safetensors.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "triad/base/error.h"
#include "triad/base/file.h"
#include "triad/format/half.h"

namespace triad::format {
namespace {

using Json = nlohmann::json;
static_assert(std::endian::native == std::endian::little,
              "safetensors files are little-endian");

constexpr std::uint64_t kMaximumHeader = 100'000'000;
constexpr std::string_view kMetadata = "__metadata__";

struct DataType {
  std::string_view name;
  std::size_t size_bytes;
};
constexpr std::array<DataType, 6> kDataTypes = {
    {{"F64", 8}, {"I64", 8}, {"F32", 4}, {"F16", 2}, {"BF16", 2}, {"U8", 1}}};

// Where one tensor lies in the data part, checked against its own shape.
struct Entry {
  std::string name;
  DataType type;
  Shape shape;
  std::uint64_t begin = 0, end = 0;
};

template <typename T>
std::vector<T> copy_as(std::span<const std::byte> data) {
  std::vector<T> values(data.size() / sizeof(T));
  if (!values.empty()) std::memcpy(values.data(), data.data(), data.size());
  return values;
}

template <typename T, typename Convert>
std::vector<float> to_floats(std::span<const std::byte> data, Convert convert) {
  const std::vector<T> stored = copy_as<T>(data);
  std::vector<float> values(stored.size());
  std::ranges::transform(stored, values.begin(), convert);
  return values;
}

Tensor make_tensor(const Entry& entry, std::span<const std::byte> data) {
  Tensor tensor{entry.shape, {}};
  if (entry.type.name == "F32")
    tensor.values = copy_as<float>(data);
  else if (entry.type.name == "F64")
    tensor.values =
        to_floats<double>(data, [](double value) { return float(value); });
  else if (entry.type.name == "F16")
    tensor.values = to_floats<std::uint16_t>(data, half_to_float);
  else if (entry.type.name == "BF16")
    tensor.values = to_floats<std::uint16_t>(data, bfloat_to_float);
  else if (entry.type.name == "I64")
    tensor.values = copy_as<std::int64_t>(data);
  else
    tensor.values = copy_as<std::uint8_t>(data);
  return tensor;
}

// Parses the header; refuses what JSON allows and safetensors does not.
Json parse_header(std::string_view text, std::string_view file) {
  std::set<std::string> names, keys;
  const auto check = [&](int depth, Json::parse_event_t event, Json& value) {
    require(depth <= 3, "{}: header is nested too deeply", file);
    if (event != Json::parse_event_t::key || depth > 2) return true;
    if (depth == 1) keys.clear();
    const std::string key = value.get<std::string>();
    require((depth == 1 ? names : keys).insert(key).second,
            "{}: '{}' stands twice in the header", file, key);
    return true;
  };
  try {
    return Json::parse(text, check);
  } catch (const Json::exception&) {
    fail("{}: header is no JSON; the file is damaged", file);
  }
}

std::uint64_t unsigned_at(const Json& value, std::string_view file,
                          std::string_view name) {
  require(value.is_number_unsigned(),
          "{}: tensor '{}': expected a whole number >= 0 in the header", file,
          name);
  return value.get<std::uint64_t>();
}

DataType data_type(const Json& value, std::string_view file,
                   std::string_view name) {
  const std::string text =
      value.is_string() ? value.get<std::string>() : "nothing";
  const auto found =
      std::ranges::find(kDataTypes, std::string_view(text), &DataType::name);
  require(found != kDataTypes.end(),
          "{}: tensor '{}': expected type F64, F32, F16, BF16, I64 or U8, got "
          "'{}'",
          file, name, text);
  return *found;
}

Shape tensor_shape(const Json& value, std::string_view file,
                   std::string_view name) {
  require(value.is_array() && value.size() <= 16,
          "{}: tensor '{}': expected a shape of at most 16 dimensions", file,
          name);
  Shape shape;
  for (const Json& item : value) {
    const std::uint64_t dimension = unsigned_at(item, file, name);
    require(dimension <= std::uint64_t(1) << 40,
            "{}: tensor '{}': dimension {} is too large", file, name,
            dimension);
    shape.push_back(std::int64_t(dimension));
  }
  return shape;
}

Entry parse_entry(const std::string& name, const Json& value,
                  std::uint64_t data_bytes, std::string_view file) {
  require(
      value.is_object() && value.contains("dtype") && value.contains("shape") &&
          value.contains("data_offsets") && value.size() == 3,
      "{}: tensor '{}': expected dtype, shape and data_offsets", file, name);
  const Json& offsets = value["data_offsets"];
  require(offsets.is_array() && offsets.size() == 2,
          "{}: tensor '{}': expected two data_offsets", file, name);
  Entry entry{name, data_type(value["dtype"], file, name),
              tensor_shape(value["shape"], file, name),
              unsigned_at(offsets[0], file, name),
              unsigned_at(offsets[1], file, name)};
  require(entry.begin <= entry.end && entry.end <= data_bytes,
          "{}: tensor '{}': offsets {} to {} lie outside the {} bytes of "
          "data; the file is truncated or damaged",
          file, name, entry.begin, entry.end, data_bytes);
  const std::uint64_t expected =
      std::uint64_t(element_count(entry.shape)) * entry.type.size_bytes;
  require(entry.end - entry.begin == expected,
          "{}: tensor '{}': {} {} needs {} bytes, got {}", file, name,
          entry.type.name, to_string(entry.shape), expected,
          entry.end - entry.begin);
  return entry;
}

// Tensors must fill the data part exactly, one after the other.
void check_layout(std::vector<Entry>& entries, std::uint64_t data_bytes,
                  std::string_view file) {
  std::ranges::sort(entries, {}, [](const Entry& entry) {
    return std::pair(entry.begin, entry.end);
  });
  std::uint64_t reached = 0;
  for (const Entry& entry : entries) {
    require(entry.begin == reached, "{}: tensor '{}' {} the one before it",
            file, entry.name,
            entry.begin < reached ? "overlaps" : "leaves a hole after");
    reached = entry.end;
  }
  require(reached == data_bytes, "{}: {} bytes after the last tensor", file,
          data_bytes - reached);
}

std::map<std::string, std::string> parse_metadata(const Json& value,
                                                  std::string_view file) {
  require(value.is_object(), "{}: expected __metadata__ to be a table", file);
  std::map<std::string, std::string> metadata;
  for (const auto& [key, text] : value.items()) {
    require(text.is_string(), "{}: metadata '{}': expected a text", file, key);
    metadata[key] = text.get<std::string>();
  }
  return metadata;
}

// What the writer stores of one tensor: its type and its bytes.
std::pair<DataType, std::vector<std::byte>> stored(const Tensor& tensor,
                                                   FloatType floats) {
  const auto bytes_of = [](const auto& values) {
    const auto bytes = std::as_bytes(std::span(values));
    return std::vector<std::byte>(bytes.begin(), bytes.end());
  };
  if (const auto* integers =
          std::get_if<std::vector<std::int64_t>>(&tensor.values))
    return {{"I64", 8}, bytes_of(*integers)};
  if (const auto* small =
          std::get_if<std::vector<std::uint8_t>>(&tensor.values))
    return {{"U8", 1}, bytes_of(*small)};
  const auto& values = std::get<std::vector<float>>(tensor.values);
  if (floats == FloatType::f32) return {{"F32", 4}, bytes_of(values)};
  std::vector<std::uint16_t> halves(values.size());
  std::ranges::transform(values, halves.begin(), float_to_half);
  return {{"F16", 2}, bytes_of(halves)};
}

std::string header_text(const Json& header) {
  try {
    std::string text = header.dump();
    text.resize((text.size() + 7) / 8 * 8, ' ');  // data start aligned to 8
    return text;
  } catch (const Json::exception&) {
    fail("safetensors: expected names and metadata in UTF-8");
  }
}

}  // namespace

TensorFile read_safetensors(std::span<const std::byte> bytes,
                            std::string_view file) {
  std::uint64_t header_bytes = 0;
  require(bytes.size() >= sizeof(header_bytes),
          "{}: {} bytes are too few for a safetensors file", file,
          bytes.size());
  std::memcpy(&header_bytes, bytes.data(), sizeof(header_bytes));
  const auto rest = bytes.subspan(sizeof(header_bytes));
  require(header_bytes <= std::min<std::uint64_t>(kMaximumHeader, rest.size()),
          "{}: header of {} bytes does not fit; no safetensors file, or "
          "truncated",
          file, header_bytes);
  const std::string_view text(reinterpret_cast<const char*>(rest.data()),
                              header_bytes);
  require(text.starts_with('{'), "{}: expected a JSON header", file);
  const Json header = parse_header(text, file);
  const auto data = rest.subspan(header_bytes);

  TensorFile result;
  std::vector<Entry> entries;
  for (const auto& [name, value] : header.items()) {
    if (name == kMetadata)
      result.metadata = parse_metadata(value, file);
    else
      entries.push_back(parse_entry(name, value, data.size(), file));
  }
  check_layout(entries, data.size(), file);
  for (const Entry& entry : entries)
    result.tensors[entry.name] =
        make_tensor(entry, data.subspan(entry.begin, entry.end - entry.begin));
  return result;
}

TensorFile read_safetensors(const std::filesystem::path& path) {
  return read_safetensors(read_file(path), path.string());
}

std::vector<std::byte> safetensors_bytes(const TensorFile& file,
                                         FloatType floats) {
  struct Item {
    std::string name;
    DataType type;
    std::vector<std::byte> bytes;
  };
  std::vector<Item> items;
  for (const auto& [name, tensor] : file.tensors) {
    require(name != kMetadata, "safetensors: no tensor can be named '{}'",
            name);
    auto [type, bytes] = stored(tensor, floats);
    require(bytes.size() ==
                std::size_t(element_count(tensor.shape)) * type.size_bytes,
            "safetensors: tensor '{}': values do not fill its shape {}", name,
            to_string(tensor.shape));
    items.push_back({name, type, std::move(bytes)});
  }
  std::ranges::stable_sort(items, std::ranges::greater{},
                           [](const Item& i) { return i.type.size_bytes; });
  Json header = Json::object();
  if (!file.metadata.empty()) header[kMetadata] = file.metadata;
  std::uint64_t offset = 0;
  for (const Item& item : items) {
    const std::uint64_t end = offset + item.bytes.size();
    header[item.name] = {{"dtype", item.type.name},
                         {"shape", file.tensors.at(item.name).shape},
                         {"data_offsets", {offset, end}}};
    offset = end;
  }
  const std::string text = header_text(header);
  require(text.size() <= kMaximumHeader, "safetensors: header over 100 MB");
  const std::uint64_t header_bytes = text.size();
  std::vector<std::byte> bytes(sizeof(header_bytes) + text.size());
  std::memcpy(bytes.data(), &header_bytes, sizeof(header_bytes));
  std::memcpy(bytes.data() + sizeof(header_bytes), text.data(), text.size());
  bytes.reserve(bytes.size() + offset);
  for (const Item& item : items)
    bytes.insert(bytes.end(), item.bytes.begin(), item.bytes.end());
  return bytes;
}

void write_safetensors(const TensorFile& file,
                       const std::filesystem::path& path, FloatType floats) {
  write_file(path, safetensors_bytes(file, floats));
}

}  // namespace triad::format
