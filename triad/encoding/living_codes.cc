#include <algorithm>

#include "triad/base/error.h"
#include "triad/base/transpose.h"
#include "triad/encoding/ternary.h"

namespace triad::encoding {
namespace {

// Groups of one tap, where layers have several: the codes of a group lie side
// by side, but those of a weight's taps must. Turned eight by eight, because
// this is the longest part of reading a file.
class TapScatter {
 public:
  TapScatter(const Grouping& grouping, const Pattern& pattern,
             const std::int8_t* living, std::int8_t* codes)
      : grouping_(grouping),
        pattern_(pattern),
        next_(living),
        codes_(codes),
        dead_(std::size_t(grouping.block_outputs() * grouping.block_inputs())),
        taps_(std::size_t(grouping.shape().taps)) {}

  void run() {
    const WeightShape& shape = grouping_.shape();
    std::int64_t group = 0;
    for (std::int64_t k = 0; k < shape.outputs; k += grouping_.block_outputs())
      for (std::int64_t c = 0; c < shape.inputs;
           c += grouping_.block_inputs(), group += shape.taps) {
        set_block(std::min(grouping_.block_outputs(), shape.outputs - k),
                  std::min(grouping_.block_inputs(), shape.inputs - c));
        if (find_taps(group))
          scatter(codes_ + (k * shape.inputs + c) * shape.taps);
      }
  }

 private:
  // Where the codes of a block of this size go, from its first.
  void set_block(std::int64_t outputs, std::int64_t inputs) {
    if (outputs == outputs_ && inputs == inputs_) return;
    outputs_ = outputs;
    inputs_ = inputs;
    places_.clear();
    const WeightShape& shape = grouping_.shape();
    for (std::int64_t k = 0; k < outputs; ++k)
      for (std::int64_t c = 0; c < inputs; ++c)
        places_.push_back((k * shape.inputs + c) * shape.taps);
  }

  // The codes of each tap, from `group` on; false if all are dead.
  bool find_taps(std::int64_t group) {
    bool any = false;
    for (const std::int8_t*& tap : taps_) {
      const bool alive = is_alive(pattern_, group++);
      any = any || alive;
      tap = alive ? next_ : dead_.data();
      if (alive) next_ += places_.size();
    }
    return any;
  }

  void scatter(std::int8_t* to) const {
    std::size_t tap = 0;
    for (; tap + 8 <= taps_.size(); tap += 8) {
      std::size_t i = 0;
      for (; i + 8 <= places_.size(); i += 8)
        transpose_8x8(
            [&](int row) { return taps_[tap + std::size_t(row)] + i; },
            [&](int column) {
              return to + places_[i + std::size_t(column)] + tap;
            });
      for (std::size_t t = tap; t < tap + 8; ++t) scatter_tap(t, i, to);
    }
    for (; tap < taps_.size(); ++tap) scatter_tap(tap, 0, to);
  }
  // Its codes from `first` on.
  void scatter_tap(std::size_t tap, std::size_t first, std::int8_t* to) const {
    for (std::size_t i = first; i < places_.size(); ++i)
      to[places_[i] + std::int64_t(tap)] = taps_[tap][i];
  }

  const Grouping& grouping_;
  const Pattern& pattern_;
  const std::int8_t* next_;
  std::int8_t* const codes_;
  const std::vector<std::int8_t> dead_;  // zeros
  std::vector<const std::int8_t*> taps_;
  std::int64_t outputs_ = 0, inputs_ = 0;
  std::vector<std::int64_t> places_;  // of the codes of a block
};

}  // namespace

std::int64_t count_living(const Pattern& pattern, const Grouping& grouping) {
  const WeightShape& shape = grouping.shape();
  if (pattern.alive.empty()) return shape.count();
  if (shape.outputs % grouping.block_outputs() == 0 &&
      shape.inputs % grouping.block_inputs() == 0 &&
      shape.taps % grouping.block_taps() == 0)
    return grouping.group_size(0) *
           std::ranges::count_if(pattern.alive,
                                 [](std::uint8_t flag) { return flag != 0; });
  std::int64_t count = 0;
  grouping.for_each_block([&](const Block& block) {
    if (is_alive(pattern, block.group)) count += block.size();
  });
  return count;
}

std::vector<std::int8_t> gather_living(const Ternary& ternary,
                                       std::size_t term) {
  require(term < ternary.terms.size(), "ternary codes: no term {} among {}",
          term, ternary.terms.size());
  const Grouping grouping = grouping_of(ternary.shape, ternary.pattern);
  const std::vector<std::int8_t>& codes = *ternary.terms[term].codes;
  require(codes.size() == std::size_t(grouping.shape().count()),
          "ternary codes: expected {}, got {}", grouping.shape().count(),
          codes.size());
  std::vector<std::int8_t> living;
  living.reserve(codes.size());
  for (std::int64_t group = 0; group < grouping.count(); ++group) {
    if (!is_alive(ternary.pattern, group)) continue;
    grouping.for_each_run(group, [&](std::int64_t first, std::int64_t length) {
      living.insert(living.end(), codes.begin() + first,
                    codes.begin() + first + length);
    });
  }
  return living;
}

std::vector<std::int8_t> scatter_living(std::span<const std::int8_t> living,
                                        const Shape& shape,
                                        const Pattern& pattern) {
  const Grouping grouping = grouping_of(shape, pattern);
  const std::int64_t expected = count_living(pattern, grouping);
  require(std::ssize(living) == expected,
          "ternary codes: expected {} of living groups, got {}", expected,
          living.size());
  std::vector<std::int8_t> codes(std::size_t(grouping.shape().count()));
  if (grouping.block_taps() == 1 && grouping.shape().taps > 1) {
    TapScatter(grouping, pattern, living.data(), codes.data()).run();
    return codes;
  }
  const std::int8_t* next = living.data();
  std::int8_t* const to = codes.data();
  grouping.for_each_block([&](const Block& block) {
    if (!is_alive(pattern, block.group)) return;
    block.for_each([&](std::int64_t i) { to[i] = *next++; });
  });
  return codes;
}

}  // namespace triad::encoding
