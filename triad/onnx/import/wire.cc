#include "triad/onnx/import/wire.h"

#include <cstring>

#include "triad/base/error.h"

namespace triad::onnx {
namespace {

enum Kind { kVarint = 0, kFixed64 = 1, kLengthDelimited = 2, kFixed32 = 5 };

Bytes take(Bytes& bytes, std::uint64_t count) {
  require(count <= bytes.size(),
          "damaged or cut short: {} bytes expected, {} left", count,
          bytes.size());
  const Bytes taken = bytes.first(std::size_t(count));
  bytes = bytes.subspan(std::size_t(count));
  return taken;
}

}  // namespace

std::uint64_t take_varint(Bytes& bytes) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    require(!bytes.empty(), "damaged or cut short: a number does not end");
    const auto byte = std::uint64_t(bytes.front());
    bytes = bytes.subspan(1);
    value |= (byte & 127) << shift;
    if (byte < 128) return value;
  }
  fail("damaged: a number of more than 64 bits");
}

bool WireFields::next() {
  if (left_.empty()) return false;
  const std::uint64_t tag = take_varint(left_);
  number_ = int(tag >> 3 & 0x1fffffff);
  kind_ = int(tag & 7);
  require(number_ > 0, "damaged: a field without a number");
  if (kind_ == kVarint) {
    const Bytes before = left_;
    take_varint(left_);
    payload_ = before.first(before.size() - left_.size());
  } else if (kind_ == kFixed64) {
    payload_ = take(left_, 8);
  } else if (kind_ == kFixed32) {
    payload_ = take(left_, 4);
  } else {
    require(kind_ == kLengthDelimited, "damaged: a field of unknown kind {}",
            kind_);
    const std::uint64_t size = take_varint(left_);
    payload_ = take(left_, size);
  }
  return true;
}

std::uint64_t WireFields::varint() const {
  require(kind_ == kVarint, "damaged: field {} is no integer", number_);
  Bytes bytes = payload_;
  return take_varint(bytes);
}

float WireFields::fixed_float() const {
  require(kind_ == kFixed32, "damaged: field {} is no float", number_);
  float value;
  std::memcpy(&value, payload_.data(), sizeof value);
  return value;
}

Bytes WireFields::bytes() const {
  require(kind_ == kLengthDelimited, "damaged: field {} holds no bytes",
          number_);
  return payload_;
}

std::string_view WireFields::text() const {
  const Bytes all = bytes();
  return {reinterpret_cast<const char*>(all.data()), all.size()};
}

void WireFields::append_to(std::vector<std::int64_t>& numbers) const {
  require(kind_ == kVarint || kind_ == kLengthDelimited,
          "damaged: field {} holds no integers", number_);
  Bytes bytes = payload_;
  while (!bytes.empty()) numbers.push_back(std::int64_t(take_varint(bytes)));
}

void WireFields::append_to(std::vector<float>& numbers) const {
  require((kind_ == kFixed32 || kind_ == kLengthDelimited) &&
              payload_.size() % sizeof(float) == 0,
          "damaged: field {} holds no floats", number_);
  const std::size_t old = numbers.size();
  numbers.resize(old + payload_.size() / sizeof(float));
  if (!payload_.empty())
    std::memcpy(numbers.data() + old, payload_.data(), payload_.size());
}

}  // namespace triad::onnx
