#pragma once
// What a compressed weight is. For every encoding decode(encode(w)) ==
// project(w) exactly: the one property that keeps training, file, runtime and
// hardware in agreement.

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "triad/base/shape.h"
#include "triad/encoding/pattern.h"

namespace triad::encoding {

// Weight buffers are immutable and shared, never copied.
using Floats = std::shared_ptr<const std::vector<float>>;
using Codes = std::shared_ptr<const std::vector<std::int8_t>>;
Floats share(std::vector<float> values);
Codes share(std::vector<std::int8_t> values);

// Float weights as they are.
struct Dense {
  Shape shape;
  Floats values;  // [shape]
};

// Sum over terms of scale * code, codes in {-1, 0, +1}; zero outside living
// groups. One term as a rule; residual expansion (He, Gong, Fan 2019) has more,
// of which lowering makes Levels (quantise/merge_terms.h).
struct TernaryTerm {
  Codes codes;                // [shape]
  std::vector<float> scales;  // [1] one per layer, or [K] one per filter;
                              // finite, may be negative
};
struct Ternary {
  Shape shape;
  Pattern
      pattern;  // living groups; a group is alive if any term has a code in it
  std::vector<TernaryTerm> terms;  // at least one
};

// k-bit symmetric integers, scale * code: the 8-bit first and last layers.
struct Levels {
  Shape shape;
  int bits = 8;  // 2..8; codes in [-(2^(bits-1) - 1), 2^(bits-1) - 1]
  Codes codes;   // [shape]
  std::vector<float> scales;  // [1] or [K]
};

using Encoding = std::variant<Dense, Ternary, Levels>;

std::string_view name(
    const Encoding& encoding);  // "dense", "ternary", "levels"
const Shape& shape(const Encoding& encoding);

// Float weights, row-major [shape].
std::vector<float> decode(const Encoding& encoding);

// Exact bits of the stored form: 32 per dense weight; 2 per ternary code of a
// living group and term, one bitmap bit per group unless the structure is none;
// `bits` per level; 32 per scale.
std::int64_t bits(const Encoding& encoding);

// Throws Error naming `layer` if sizes, codes, scales or the pattern contradict
// each other, or a value is not finite. `alive` must mark exactly the groups
// that hold a code.
void validate(const Encoding& encoding, std::string_view layer);

}  // namespace triad::encoding
