#pragma once
// Protobuf's wire format, read in place: no copy, every length checked against
// what is left. https://protobuf.dev/programming-guides/encoding
//
// ONNX's own message classes would copy each weight twice on its way from the
// file into the graph; these readers hand out views of the mapped file.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace triad::onnx {

using Bytes = std::span<const std::byte>;

// The fields of one message, one after the other:
//   while (fields.next()) switch (fields.number()) { ... }
// Functions throw Error where the bytes are cut short or of another type.
class WireFields {
 public:
  explicit WireFields(Bytes message) : left_(message) {}

  // Moves to the next field; false at the end.
  bool next();
  int number() const { return number_; }

  // The field's value; Error if it is of another kind.
  std::uint64_t varint() const;
  std::int64_t integer() const { return std::int64_t(varint()); }
  float fixed_float() const;
  Bytes bytes() const;
  std::string_view text() const;

  // Elements of a repeated number, packed or one at a time, appended.
  void append_to(std::vector<std::int64_t>& numbers) const;
  void append_to(std::vector<float>& numbers) const;
  // The bytes of such elements as they stand: packed varints or fixed numbers.
  Bytes elements() const { return payload_; }

 private:
  Bytes left_, payload_;
  int number_ = 0, kind_ = 0;
};

// Takes one varint off the front of `bytes`. Throws Error if it is cut short or
// longer than 64 bits.
std::uint64_t take_varint(Bytes& bytes);

}  // namespace triad::onnx
