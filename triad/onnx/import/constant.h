#pragma once
// A tensor whose numbers the file gives: a weight, an axis, a shape.

#include <cstdint>
#include <memory>
#include <variant>
#include <vector>

#include "triad/base/shape.h"
#include "triad/encoding/encoding.h"
#include "triad/onnx/import/external_data.h"
#include "triad/onnx/import/messages.h"

namespace triad::onnx {

// Numbers written as integers: value = scale * code, one scale or one for each
// slice along `axis`.
struct CodedNumbers {
  encoding::Codes codes;
  std::vector<float> scales;
  std::size_t axis = 0;
  int bits = 8;  // the smallest width of Levels that holds the codes
};

class Constant {
 public:
  using Integers = std::shared_ptr<const std::vector<std::int64_t>>;

  Constant() = default;
  // Out of line: inlined, GCC 12 warns of the variant below without cause.
  Constant(const Constant&);
  Constant(Constant&&) noexcept;
  Constant& operator=(const Constant&);
  Constant& operator=(Constant&&) noexcept;
  ~Constant();

  // Numbers as they stand in the file, little-endian; the bytes must outlive
  // the constant. Throws Error if their count does not fit the shape.
  Constant(DataType type, Shape shape, Bytes bytes);
  Constant(Shape shape, std::vector<float> values);
  Constant(Shape shape, std::vector<std::int64_t> values,
           DataType type = DataType::int64);
  Constant(Shape shape, CodedNumbers coded);

  const Shape& shape() const { return shape_; }
  DataType type() const { return type_; }
  std::int64_t count() const { return count_; }
  bool is_integer() const;  // booleans too

  // Element `i`, row-major, of any type but text.
  float float_at(std::int64_t i) const;
  std::int64_t integer_at(std::int64_t i) const;
  std::vector<float> floats() const;
  // Throws Error if the numbers are no integers.
  std::vector<std::int64_t> integers() const;
  // Null unless the numbers are coded.
  const CodedNumbers* coded() const;

  // The same numbers under another shape of as many elements (unchecked).
  // Coded numbers of one scale per slice become plain floats.
  Constant reshaped(Shape shape) const;

 private:
  DataType type_ = DataType::undefined;
  Shape shape_ = {0};
  std::int64_t count_ = 0;
  std::variant<Bytes, encoding::Floats, Integers, CodedNumbers> numbers_;
};

// The numbers of an initializer. Throws Error naming the tensor for text,
// complex and 8-bit float types, sizes that contradict the shape, and what
// ExternalData refuses.
Constant read_constant(const TensorMessage& tensor, ExternalData& external);

}  // namespace triad::onnx
