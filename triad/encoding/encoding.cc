#include "triad/encoding/encoding.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <utility>

#include "triad/base/error.h"

namespace triad::encoding {
namespace {

// Adds scale * code to `values`, the scale being that of the layer or of the
// filter.
void add_scaled(const std::vector<std::int8_t>& codes,
                const std::vector<float>& scales, std::vector<float>& values) {
  const std::size_t filter = values.size() / scales.size();
  for (std::size_t k = 0; k < scales.size(); ++k)
    for (std::size_t i = k * filter; i < (k + 1) * filter; ++i)
      values[i] += scales[k] * float(codes[i]);
}

std::vector<float> decoded(const Dense& dense) { return *dense.values; }

std::vector<float> decoded(const Ternary& ternary) {
  std::vector<float> values(std::size_t(element_count(ternary.shape)));
  for (const TernaryTerm& term : ternary.terms)
    add_scaled(*term.codes, term.scales, values);
  return values;
}

std::vector<float> decoded(const Levels& levels) {
  std::vector<float> values(std::size_t(element_count(levels.shape)));
  add_scaled(*levels.codes, levels.scales, values);
  return values;
}

std::int64_t bits_of(const Dense& dense) {
  return 32 * element_count(dense.shape);
}

std::int64_t bits_of(const Ternary& ternary) {
  const Grouping grouping = grouping_of(ternary.shape, ternary.pattern);
  std::int64_t living = 0, scales = 0;
  for (std::int64_t group = 0; group < grouping.count(); ++group)
    if (is_alive(ternary.pattern, group)) living += grouping.group_size(group);
  for (const TernaryTerm& term : ternary.terms)
    scales += std::int64_t(term.scales.size());
  const std::int64_t bitmap =
      ternary.pattern.structure == Structure::none ? 0 : grouping.count();
  return 2 * living * std::int64_t(ternary.terms.size()) + bitmap + 32 * scales;
}

std::int64_t bits_of(const Levels& levels) {
  return levels.bits * element_count(levels.shape) +
         32 * std::int64_t(levels.scales.size());
}

void check_codes(const Codes& codes, const Shape& shape, int limit,
                 std::string_view layer) {
  const auto expected = std::size_t(element_count(shape));
  require(codes != nullptr && codes->size() == expected,
          "{}: expected {} codes, got {}", layer, expected,
          codes ? codes->size() : 0);
  // As unsigned numbers from 0 on, which baseline vectors can compare.
  std::uint8_t highest = 0;
  for (const std::int8_t code : *codes)
    highest = std::max(highest, std::uint8_t(code + limit));
  if (highest <= 2 * limit) return;
  const auto [low, high] = std::ranges::minmax(*codes);
  fail("{}: expected codes in [-{}, {}], got {}", layer, limit, limit,
       low < -limit ? low : high);
}

void check_scales(const std::vector<float>& scales, const Shape& shape,
                  std::string_view layer) {
  require(scales.size() == 1 || std::int64_t(scales.size()) == shape[0],
          "{}: expected 1 or {} scales, got {}", layer, shape[0],
          scales.size());
  for (const float scale : scales)
    require(std::isfinite(scale), "{}: expected finite scales, got {}", layer,
            scale);
}

void check(const Dense& dense, std::string_view layer) {
  const auto expected = std::size_t(element_count(dense.shape));
  require(dense.values != nullptr && dense.values->size() == expected,
          "{}: expected {} weights for shape {}, got {}", layer, expected,
          triad::to_string(dense.shape),
          dense.values ? dense.values->size() : 0);
  for (const float value : *dense.values)
    require(std::isfinite(value), "{}: expected finite weights, got {}", layer,
            value);
}

void check(const Ternary& ternary, std::string_view layer) {
  const Grouping grouping = grouping_of(ternary.shape, ternary.pattern, layer);
  require(!ternary.terms.empty(), "{}: expected at least one ternary term",
          layer);
  for (const TernaryTerm& term : ternary.terms) {
    check_codes(term.codes, ternary.shape, 1, layer);
    check_scales(term.scales, ternary.shape, layer);
  }
  std::span<const std::int8_t> any = *ternary.terms.front().codes;
  std::vector<std::int8_t> sum;
  if (ternary.terms.size() > 1) {
    sum.assign(any.begin(), any.end());
    for (const TernaryTerm& term : ternary.terms)
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i] |= (*term.codes)[i];
    any = sum;
  }
  const Pattern& pattern = ternary.pattern;
  require(
      pattern ==
          find_pattern(any, grouping, pattern.structure, pattern.geometry),
      "{}: pattern: expected alive = 1 for exactly the groups that hold a code",
      layer);
}

void check(const Levels& levels, std::string_view layer) {
  require(levels.bits >= 2 && levels.bits <= 8,
          "{}: expected 2 to 8 bits, got {}", layer, levels.bits);
  require(!levels.shape.empty() && element_count(levels.shape) > 0,
          "{}: expected a weight, got shape {}", layer,
          triad::to_string(levels.shape));
  check_codes(levels.codes, levels.shape, (1 << (levels.bits - 1)) - 1, layer);
  check_scales(levels.scales, levels.shape, layer);
}

}  // namespace

Floats share(std::vector<float> values) {
  return std::make_shared<const std::vector<float>>(std::move(values));
}

Codes share(std::vector<std::int8_t> values) {
  return std::make_shared<const std::vector<std::int8_t>>(std::move(values));
}

std::string_view name(const Encoding& encoding) {
  constexpr std::string_view kNames[] = {"dense", "ternary", "levels"};
  static_assert(std::size(kNames) == std::variant_size_v<Encoding>);
  return kNames[encoding.index()];
}

const Shape& shape(const Encoding& encoding) {
  return std::visit([](const auto& e) -> const Shape& { return e.shape; },
                    encoding);
}

std::vector<float> decode(const Encoding& encoding) {
  return std::visit([](const auto& e) { return decoded(e); }, encoding);
}

std::int64_t bits(const Encoding& encoding) {
  return std::visit([](const auto& e) { return bits_of(e); }, encoding);
}

void validate(const Encoding& encoding, std::string_view layer) {
  std::visit([&](const auto& e) { check(e, layer); }, encoding);
}

}  // namespace triad::encoding
