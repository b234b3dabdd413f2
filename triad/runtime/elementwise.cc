#include "triad/runtime/elementwise.h"

#include <algorithm>
#include <utility>

#include "triad/graph/element_function.h"
#include "triad/runtime/elements.h"

namespace triad::runtime {
namespace {

// Writes q = compute(c, y, x) to each element of quads first .. last - 1.
template <typename Compute>
void write_each(std::byte* memory, const Storage& to, std::int64_t first,
                std::int64_t last, const Compute& compute) {
  const Layout& out = to.layout;
  const std::int64_t end = std::min(last * 4, out.channels);
  for (std::int64_t c = first * 4; c < end; ++c)
    for (std::int64_t y = 0; y < out.height; ++y)
      for (std::int64_t x = 0; x < out.width; ++x)
        write_stored(memory + to.offset + out.element(c, y, x),
                     out.element_bytes, compute(c, y, x) + to.bias());
}

// One input on its way to a term.
struct Term {
  const Storage* from;
  std::int16_t multiplier;

  std::int32_t operator()(const std::byte* memory, std::int64_t c,
                          std::int64_t y, std::int64_t x) const {
    const std::int32_t q =
        read_stored(memory + from->offset + from->layout.element(c, y, x),
                    from->layout.element_bytes) -
        from->bias();
    return encoding::rounding_high_multiply(
        encoding::align(q, from->quantization), multiplier);
  }
};

std::vector<Term> make_terms(const graph::Node& node,
                             const std::vector<const Storage*>& from) {
  std::vector<Term> terms;
  for (std::size_t i = 0; i < from.size(); ++i)
    terms.push_back({from[i], node.requantization.front().multiplier[i]});
  return terms;
}

// Any types, any layouts, element by element.
class Elementwise : public Operation {
 public:
  Elementwise(const graph::Node& node, const std::vector<const Storage*>& from,
              const Storage& to)
      : terms_(make_terms(node, from)),
        to_(to),
        shift_(node.requantization.front().shift),
        joins_(std::holds_alternative<graph::Concat>(node.op)),
        is_relu_(std::holds_alternative<graph::Relu>(node.op)) {}

  std::int64_t pieces() const override { return to_.layout.quads(); }

  void run(const Frame& frame, std::int64_t first,
           std::int64_t last) const noexcept override {
    write_each(frame.memory, to_, first, last, [&](auto c, auto y, auto x) {
      return finish(sum(frame.memory, c, y, x));
    });
  }

 private:
  std::int32_t sum(const std::byte* memory, std::int64_t c, std::int64_t y,
                   std::int64_t x) const noexcept {
    if (joins_) {
      std::size_t i = 0;
      for (; c >= terms_[i].from->layout.channels; ++i)
        c -= terms_[i].from->layout.channels;
      return terms_[i](memory, c, y, x);
    }
    std::int32_t sum = 0;
    for (const Term& term : terms_) sum += term(memory, c, y, x);
    return sum;
  }

  std::int32_t finish(std::int32_t sum) const noexcept {
    const std::int32_t q = encoding::combine(sum, shift_, to_.quantization);
    return is_relu_ ? std::max(q, to_.quantization.zero_point) : q;
  }

  const std::vector<Term> terms_;
  const Storage& to_;
  const int shift_;
  const bool joins_, is_relu_;
};

// Two values of bytes with the same layout, plane by plane.
class AddBytes : public Operation {
 public:
  AddBytes(const graph::Node& node, const std::vector<const Storage*>& from,
           const Storage& to, const Kernels& kernels)
      : a_(*from[0]), b_(*from[1]), to_(to), kernels_(kernels) {
    const graph::Requantization& integers = node.requantization.front();
    work_.numbers = {
        .zero = {a_.zero(), b_.zero()},
        .multiplier = {integers.multiplier[0], integers.multiplier[1]},
        .shift = integers.shift,
        .output_zero = to.zero()};
    const Layout& layout = to.layout;
    const std::int64_t pixels =
        (layout.height - 1) * layout.pitch + layout.width;
    for (std::int64_t x = 0; x < pixels; x += kVectorPixels) {
      PixelVector vector{.input = std::int32_t(layout.pixel(0, x)),
                         .output = std::int32_t(layout.pixel(0, x))};
      for (std::int64_t i = x; i < std::min(x + kVectorPixels, pixels); ++i)
        if (i % layout.pitch < layout.width) vector.mask |= 1u << (i - x);
      if (vector.mask != 0) vectors_.push_back(vector);
    }
    work_.vectors = vectors_.data();
    work_.vector_count = std::int64_t(vectors_.size());
    work_.plane = layout.plane_bytes();
  }

  std::int64_t pieces() const override { return to_.layout.quads(); }

  void run(const Frame& frame, std::int64_t first,
           std::int64_t last) const noexcept override {
    kernels_.add(work_, frame.memory + a_.offset, frame.memory + b_.offset,
                 frame.memory + to_.offset, first, last);
  }

  std::string kernel() const override { return kernels_.name; }

 private:
  const Storage &a_, &b_, &to_;
  const Kernels& kernels_;
  PlaneAddition work_;
  std::vector<PixelVector> vectors_;
};

bool is_byte(const Storage& storage) { return storage.quantization.bits == 8; }

// A table of bytes: every byte of a row, whatever its channel, is a place in
// it.
class LookUpBytes : public Operation {
 public:
  LookUpBytes(const graph::Node& node, const Storage& from, const Storage& to)
      : from_(from), to_(to) {
    for (const std::int16_t entry : node.requantization.front().table)
      table_.push_back(std::uint8_t(entry + to.bias()));
  }

  std::int64_t pieces() const override { return to_.layout.quads(); }

  void run(const Frame& frame, std::int64_t first,
           std::int64_t last) const noexcept override {
    const Layout &in = from_.layout, &out = to_.layout;
    for (std::int64_t quad = first; quad < last; ++quad)
      for (std::int64_t y = 0; y < out.height; ++y) {
        const auto* source = reinterpret_cast<const std::uint8_t*>(
            frame.memory + from_.offset + in.element(quad * 4, y, 0));
        auto* target = reinterpret_cast<std::uint8_t*>(
            frame.memory + to_.offset + out.element(quad * 4, y, 0));
        for (std::int64_t i = 0; i < out.width * 4; ++i)
          target[i] = table_[source[i]];
      }
  }

 private:
  const Storage &from_, &to_;
  std::vector<std::uint8_t> table_;  // by stored byte
};

// The product of two values of bytes: rows of equal pictures, or the four
// factors of a quad repeated beside its rows. A quarter of the time of
// EachElement.
class MultiplyBytes : public Operation {
 public:
  MultiplyBytes(const graph::Node& node, const Storage& a, const Storage& b,
                const Storage& to)
      : a_(a),
        b_(b),
        to_(to),
        is_gate_(!(b.layout.height == a.layout.height &&
                   b.layout.width == a.layout.width)),
        shift_(node.requantization.front().shift),
        multiplier_(node.requantization.front().multiplier[0]) {}

  std::int64_t pieces() const override { return to_.layout.quads(); }

  void run(const Frame& frame, std::int64_t first,
           std::int64_t last) const noexcept override {
    const auto at = [&](const Storage& value, std::int64_t quad,
                        std::int64_t y) {
      return reinterpret_cast<std::uint8_t*>(
          frame.memory + value.offset + value.layout.element(quad * 4, y, 0));
    };
    const std::int64_t count = to_.layout.width * 4;
    for (std::int64_t quad = first; quad < last; ++quad)
      for (std::int64_t y = 0; y < to_.layout.height; ++y)
        if (is_gate_)
          scale(at(a_, quad, y), at(b_, quad, 0), at(to_, quad, y), count);
        else
          multiply(at(a_, quad, y), at(b_, quad, y), at(to_, quad, y), count);
  }

 private:
  // In 32 bits throughout: integer_rules.h proves that the rounded product
  // fits.
  void multiply(const std::uint8_t* a, const std::uint8_t* b, std::uint8_t* to,
                std::int64_t count) const noexcept {
    const std::int32_t round = shift_ > 0 ? 1 << (shift_ - 1) : 0;
    const std::int32_t zeros[] = {a_.zero(), b_.zero(), to_.zero()};
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int32_t product = (a[i] - zeros[0]) * (b[i] - zeros[1]);
      const std::int32_t term =
          std::clamp((product + round) >> shift_, INT16_MIN, INT16_MAX);
      const std::int32_t q =
          ((term * multiplier_ + (1 << 14)) >> 15) + zeros[2];
      to[i] = std::uint8_t(std::clamp(q, 0, 255));
    }
  }

  void scale(const std::uint8_t* a, const std::uint8_t* factors,
             std::uint8_t* to, std::int64_t count) const noexcept {
    constexpr std::int64_t kChunk = 64;
    std::uint8_t repeated[kChunk];
    for (std::int64_t i = 0; i < kChunk; ++i) repeated[i] = factors[i % 4];
    for (std::int64_t i = 0; i < count; i += kChunk)
      multiply(a + i, repeated, to + i, std::min(kChunk, count - i));
  }

  const Storage &a_, &b_, &to_;
  const bool is_gate_;
  const int shift_;
  const std::int32_t multiplier_;
};

// One output element at a time from one element of each input, of any types.
class EachElement : public Operation {
 public:
  EachElement(const graph::Node& node, std::vector<const Storage*> from,
              const Storage& to)
      : integers_(node.requantization.front()),
        from_(std::move(from)),
        to_(to) {}

  std::int64_t pieces() const override { return to_.layout.quads(); }

  void run(const Frame& frame, std::int64_t first,
           std::int64_t last) const noexcept override {
    write_each(frame.memory, to_, first, last, [&](auto c, auto y, auto x) {
      return compute(frame.memory, c, y, x);
    });
  }

 private:
  // A factor of a channel serves all its pixels.
  std::int32_t read(const std::byte* memory, std::size_t i, std::int64_t c,
                    std::int64_t y, std::int64_t x) const noexcept {
    const Layout& in = from_[i]->layout;
    const bool serves_all = in.height * in.width == 1;
    const std::int64_t place =
        serves_all ? in.element(c, 0, 0) : in.element(c, y, x);
    return read_stored(memory + from_[i]->offset + place, in.element_bytes) -
           from_[i]->bias();
  }

  std::int32_t compute(const std::byte* memory, std::int64_t c, std::int64_t y,
                       std::int64_t x) const noexcept {
    const std::int32_t q = read(memory, 0, c, y, x);
    if (from_.size() == 1)
      return encoding::look_up(q, from_[0]->quantization,
                               integers_.table.data());
    return encoding::requantise(
        encoding::product(q, from_[0]->quantization, read(memory, 1, c, y, x),
                          from_[1]->quantization),
        integers_.shift, integers_.multiplier[0], to_.quantization);
  }

  const graph::Requantization integers_;
  const std::vector<const Storage*> from_;
  const Storage& to_;
};

}  // namespace

std::unique_ptr<Operation> make_elementwise(
    const graph::Node& node, const std::vector<const Storage*>& from,
    const Storage& to, const Kernels& kernels) {
  if (graph::has_table(node.op) && is_byte(*from[0]) && is_byte(to))
    return std::make_unique<LookUpBytes>(node, *from[0], to);
  if (std::holds_alternative<graph::Mul>(node.op) && is_byte(*from[0]) &&
      is_byte(*from[1]) && is_byte(to)) {
    const auto pixels = [&](std::size_t i) {
      return from[i]->layout.height * from[i]->layout.width;
    };
    const std::size_t picture = pixels(0) >= pixels(1) ? 0 : 1;
    return std::make_unique<MultiplyBytes>(node, *from[picture],
                                           *from[1 - picture], to);
  }
  if (graph::has_table(node.op) || std::holds_alternative<graph::Mul>(node.op))
    return std::make_unique<EachElement>(node, from, to);
  const bool alike = std::ranges::all_of(from, [&](const Storage* input) {
    return is_byte(*input) && input->layout == to.layout;
  });
  if (std::holds_alternative<graph::Add>(node.op) && from.size() == 2 &&
      alike && is_byte(to))
    return std::make_unique<AddBytes>(node, from, to, kernels);
  return std::make_unique<Elementwise>(node, from, to);
}

}  // namespace triad::runtime
