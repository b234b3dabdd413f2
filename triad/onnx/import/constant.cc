#include "triad/onnx/import/constant.h"

#include <cstring>
#include <utility>

#include "triad/base/error.h"
#include "triad/format/half.h"

namespace triad::onnx {
namespace {

// Bits of one number in raw data; 0 for types that are not read.
int element_bits(DataType type) {
  switch (type) {
    case DataType::float64:
    case DataType::int64:
    case DataType::uint64:
      return 64;
    case DataType::float32:
    case DataType::int32:
    case DataType::uint32:
      return 32;
    case DataType::float16:
    case DataType::bfloat16:
    case DataType::int16:
    case DataType::uint16:
      return 16;
    case DataType::int8:
    case DataType::uint8:
    case DataType::boolean:
      return 8;
    case DataType::int4:
    case DataType::uint4:
      return 4;
    case DataType::int2:
    case DataType::uint2:
      return 2;
    default:
      return 0;
  }
}

template <typename T>
T load(Bytes bytes, std::int64_t i) {
  T value;
  std::memcpy(&value, bytes.data() + std::size_t(i) * sizeof(T), sizeof(T));
  return value;
}

// Numbers of fewer than 8 bits, the first in the low bits.
std::int64_t load_packed(Bytes bytes, std::int64_t i, int bits,
                         bool is_signed) {
  const std::int64_t each = 8 / bits;
  const auto byte = std::int64_t(bytes[std::size_t(i / each)]);
  const std::int64_t code = byte >> (i % each * bits) & ((1 << bits) - 1);
  return is_signed && code >> (bits - 1) ? code - (1 << bits) : code;
}

std::int64_t load_integer(Bytes bytes, DataType type, std::int64_t i) {
  switch (type) {
    case DataType::int64:
    case DataType::uint64:
      return load<std::int64_t>(bytes, i);
    case DataType::int32:
      return load<std::int32_t>(bytes, i);
    case DataType::uint32:
      return load<std::uint32_t>(bytes, i);
    case DataType::int16:
      return load<std::int16_t>(bytes, i);
    case DataType::uint16:
      return load<std::uint16_t>(bytes, i);
    case DataType::int8:
      return load<std::int8_t>(bytes, i);
    case DataType::boolean:
    case DataType::uint8:
      return load<std::uint8_t>(bytes, i);
    case DataType::int4:
    case DataType::uint4:
      return load_packed(bytes, i, 4, type == DataType::int4);
    case DataType::int2:
    case DataType::uint2:
      return load_packed(bytes, i, 2, type == DataType::int2);
    default:
      return 0;
  }
}

bool is_float(DataType type) {
  return type == DataType::float32 || type == DataType::float64 ||
         type == DataType::float16 || type == DataType::bfloat16;
}

float load_float(Bytes bytes, DataType type, std::int64_t i) {
  switch (type) {
    case DataType::float32:
      return load<float>(bytes, i);
    case DataType::float64:
      return float(load<double>(bytes, i));
    case DataType::float16:
      return format::half_to_float(load<std::uint16_t>(bytes, i));
    case DataType::bfloat16:
      return format::bfloat_to_float(load<std::uint16_t>(bytes, i));
    default:
      return float(load_integer(bytes, type, i));
  }
}

std::size_t slice_of(const CodedNumbers& coded, const Shape& shape,
                     std::int64_t i) {
  if (coded.scales.size() == 1) return 0;
  std::int64_t inner = 1;
  for (std::size_t axis = coded.axis + 1; axis < shape.size(); ++axis)
    inner *= shape[axis];
  return std::size_t(i / inner % shape[coded.axis]);
}

// The typed fields, where a file has no raw data.
std::vector<std::int64_t> typed_integers(const TensorMessage& tensor) {
  std::vector<std::int64_t> numbers;
  for (Bytes bytes : tensor.elements)
    while (!bytes.empty()) numbers.push_back(std::int64_t(take_varint(bytes)));
  return numbers;
}

template <typename T>
std::vector<float> typed_floats(const TensorMessage& tensor) {
  std::vector<float> numbers;
  std::size_t bytes_of_all = 0;
  for (const Bytes& bytes : tensor.elements) bytes_of_all += bytes.size();
  numbers.reserve(bytes_of_all / sizeof(T));
  for (const Bytes& bytes : tensor.elements) {
    require(bytes.size() % sizeof(T) == 0, "tensor '{}': damaged numbers",
            tensor.name);
    for (std::size_t i = 0; i < bytes.size() / sizeof(T); ++i)
      numbers.push_back(float(load<T>(bytes, std::int64_t(i))));
  }
  return numbers;
}

// 16-bit floats stand as integers of their bits.
std::vector<float> from_halves(const std::vector<std::int64_t>& bits,
                               DataType type) {
  std::vector<float> numbers;
  numbers.reserve(bits.size());
  for (const std::int64_t b : bits)
    numbers.push_back(type == DataType::float16
                          ? format::half_to_float(std::uint16_t(b))
                          : format::bfloat_to_float(std::uint16_t(b)));
  return numbers;
}

// Integers of fewer than 8 bits stand packed in bytes.
std::vector<std::int64_t> unpack(const std::vector<std::int64_t>& packed,
                                 DataType type, std::int64_t count) {
  std::vector<std::byte> bytes;
  for (const std::int64_t byte : packed) bytes.push_back(std::byte(byte));
  const int bits = element_bits(type);
  require(std::int64_t(bytes.size()) == (count * bits + 7) / 8,
          "expected {} packed numbers of {} bits, got {} bytes", count, bits,
          bytes.size());
  std::vector<std::int64_t> numbers;
  for (std::int64_t i = 0; i < count; ++i)
    numbers.push_back(load_integer(bytes, type, i));
  return numbers;
}

// What a typed field may hold for an element of `type`: its values, the bits of
// a 16-bit float, a byte of packed integers. Fields are wider than most types.
void require_range(const std::vector<std::int64_t>& numbers, DataType type) {
  const bool is_signed = type == DataType::int8 || type == DataType::int16 ||
                         type == DataType::int32;
  const int bits = std::max(element_bits(type), 8);
  if (bits > 32) return;
  const std::int64_t lowest =
      is_signed ? -(std::int64_t(1) << (bits - 1)) : std::int64_t(0);
  const std::int64_t highest = lowest + (std::int64_t(1) << bits) - 1;
  for (const std::int64_t number : numbers)
    require(number >= lowest && number <= highest,
            "expected numbers that {} can hold, got {}", to_string(type),
            number);
}

// ONNX's table of which typed field holds which type.
int field_of(DataType type) {
  switch (type) {
    case DataType::float32:
      return 4;
    case DataType::int64:
      return 7;
    case DataType::float64:
      return 10;
    case DataType::uint32:
    case DataType::uint64:
      return 11;
    default:
      return 5;
  }
}

Constant read_typed(const TensorMessage& tensor, std::int64_t count) {
  require(
      tensor.elements_field == field_of(tensor.type) || tensor.elements.empty(),
      "its numbers stand in a field of another type than {}",
      to_string(tensor.type));
  if (tensor.type == DataType::float32)
    return {tensor.shape, typed_floats<float>(tensor)};
  if (tensor.type == DataType::float64)
    return {tensor.shape, typed_floats<double>(tensor)};
  std::vector<std::int64_t> integers = typed_integers(tensor);
  require_range(integers, tensor.type);
  if (is_float(tensor.type))
    return {tensor.shape, from_halves(integers, tensor.type)};
  if (element_bits(tensor.type) < 8)
    integers = unpack(integers, tensor.type, count);
  return {tensor.shape, std::move(integers), tensor.type};
}

void require_count(std::int64_t expected, std::size_t got) {
  require(std::size_t(expected) == got, "expected {} numbers, got {}", expected,
          got);
}

}  // namespace

Constant::Constant(const Constant&) = default;
Constant::Constant(Constant&&) noexcept = default;
Constant& Constant::operator=(const Constant&) = default;
Constant& Constant::operator=(Constant&&) noexcept = default;
Constant::~Constant() = default;

Constant::Constant(DataType type, Shape shape, Bytes bytes)
    : type_(type),
      shape_(std::move(shape)),
      count_(element_count(shape_)),
      numbers_(bytes) {
  const std::int64_t expected = (count_ * element_bits(type) + 7) / 8;
  require(std::size_t(expected) == bytes.size(),
          "expected {} bytes for {} of {}, got {}", expected,
          triad::to_string(shape_), triad::onnx::to_string(type), bytes.size());
}

Constant::Constant(Shape shape, std::vector<float> values)
    : type_(DataType::float32),
      shape_(std::move(shape)),
      count_(element_count(shape_)) {
  require_count(count_, values.size());
  numbers_ = encoding::share(std::move(values));
}

Constant::Constant(Shape shape, std::vector<std::int64_t> values, DataType type)
    : type_(type), shape_(std::move(shape)), count_(element_count(shape_)) {
  require_count(count_, values.size());
  numbers_ =
      std::make_shared<const std::vector<std::int64_t>>(std::move(values));
}

Constant::Constant(Shape shape, CodedNumbers coded)
    : type_(DataType::float32),
      shape_(std::move(shape)),
      count_(element_count(shape_)),
      numbers_(std::move(coded)) {}

bool Constant::is_integer() const { return !is_float(type_); }

float Constant::float_at(std::int64_t i) const {
  if (const auto* bytes = std::get_if<Bytes>(&numbers_))
    return load_float(*bytes, type_, i);
  if (const auto* floats = std::get_if<encoding::Floats>(&numbers_))
    return (**floats)[std::size_t(i)];
  if (const auto* integers = std::get_if<Integers>(&numbers_))
    return float((**integers)[std::size_t(i)]);
  const auto& coded = std::get<CodedNumbers>(numbers_);
  return coded.scales[slice_of(coded, shape_, i)] *
         float((*coded.codes)[std::size_t(i)]);
}

std::int64_t Constant::integer_at(std::int64_t i) const {
  if (const auto* bytes = std::get_if<Bytes>(&numbers_); bytes && is_integer())
    return load_integer(*bytes, type_, i);
  if (const auto* integers = std::get_if<Integers>(&numbers_))
    return (**integers)[std::size_t(i)];
  return std::int64_t(float_at(i));
}

std::vector<float> Constant::floats() const {
  std::vector<float> values(static_cast<std::size_t>(count_));
  const auto* bytes = std::get_if<Bytes>(&numbers_);
  if (bytes && type_ == DataType::float32) {
    if (count_ > 0) std::memcpy(values.data(), bytes->data(), bytes->size());
    return values;
  }
  for (std::int64_t i = 0; i < count_; ++i)
    values[std::size_t(i)] = float_at(i);
  return values;
}

std::vector<std::int64_t> Constant::integers() const {
  require(is_integer(), "expected integers, got {}",
          triad::onnx::to_string(type_));
  std::vector<std::int64_t> values(static_cast<std::size_t>(count_));
  for (std::int64_t i = 0; i < count_; ++i)
    values[std::size_t(i)] = integer_at(i);
  return values;
}

const CodedNumbers* Constant::coded() const {
  return std::get_if<CodedNumbers>(&numbers_);
}

Constant Constant::reshaped(Shape shape) const {
  if (coded() && coded()->scales.size() > 1)
    return {std::move(shape), floats()};
  Constant result = *this;
  result.shape_ = std::move(shape);
  return result;
}

Constant read_constant(const TensorMessage& tensor, ExternalData& external) {
  try {
    require(element_bits(tensor.type) > 0, "{} is not imported",
            to_string(tensor.type));
    const std::int64_t count = element_count(tensor.shape);
    if (tensor.is_external)
      return {tensor.type, tensor.shape, external.find(tensor)};
    if (tensor.has_raw) return {tensor.type, tensor.shape, tensor.raw};
    return read_typed(tensor, count);
  } catch (const Error& error) {
    const std::string what = error.what();
    if (what.starts_with("tensor '")) throw;
    fail("tensor '{}': {}", tensor.name, what);
  }
}

}  // namespace triad::onnx
