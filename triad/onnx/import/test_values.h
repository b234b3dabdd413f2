#pragma once
// Numbers and attributes of hand-made ONNX files, for tests.

#include <onnx/onnx_pb.h>

#include <cmath>
#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "triad/base/random.h"
#include "triad/base/shape.h"

namespace triad::onnx {

using Ints = std::vector<std::int64_t>;
using AttributeValue =
    std::variant<std::int64_t, float, std::string, std::vector<std::int64_t>,
                 std::vector<float>>;

// The same for equal names; small enough that values stay in range.
inline std::vector<float> random_weights(const std::string& name,
                                         const Shape& shape, double offset) {
  Random random(std::hash<std::string>{}(name));
  std::vector<float> values(std::size_t(element_count(shape)));
  const double taps =
      shape.size() > 1 ? double(values.size()) / double(shape[0]) : 4;
  for (float& x : values) x = float(offset + random.normal() / std::sqrt(taps));
  return values;
}

inline void set_attribute(::onnx::AttributeProto& attribute,
                          const std::string& name,
                          const AttributeValue& value) {
  using Proto = ::onnx::AttributeProto;
  attribute.set_name(name);
  if (const auto* i = std::get_if<std::int64_t>(&value)) {
    attribute.set_type(Proto::INT);
    attribute.set_i(*i);
  } else if (const auto* f = std::get_if<float>(&value)) {
    attribute.set_type(Proto::FLOAT);
    attribute.set_f(*f);
  } else if (const auto* s = std::get_if<std::string>(&value)) {
    attribute.set_type(Proto::STRING);
    attribute.set_s(*s);
  } else if (const auto* ints =
                 std::get_if<std::vector<std::int64_t>>(&value)) {
    attribute.set_type(Proto::INTS);
    for (const std::int64_t x : *ints) attribute.add_ints(x);
  } else {
    attribute.set_type(Proto::FLOATS);
    for (const float x : std::get<std::vector<float>>(value))
      attribute.add_floats(x);
  }
}

}  // namespace triad::onnx
