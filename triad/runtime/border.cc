#include "triad/runtime/border.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "triad/runtime/elements.h"

namespace triad::runtime {
namespace {

// Rows of pixels a piece of input work covers.
constexpr std::int64_t kPieceRows = 32;

class Input : public Operation {
 public:
  Input(std::span<const std::int16_t> table, const Storage& to) : to_(to) {
    for (const std::int16_t q : table)
      table_.push_back(std::int16_t(q + to.bias()));
  }

  std::int64_t pieces() const override {
    return (to_.layout.height + kPieceRows - 1) / kPieceRows;
  }

  void run(const Frame& frame, std::int64_t first,
           std::int64_t last) const noexcept override {
    const std::int64_t end = std::min(last * kPieceRows, to_.layout.height);
    for (std::int64_t y = first * kPieceRows; y < end; ++y)
      for (std::int64_t c = 0; c < to_.layout.channels; ++c)
        to_.layout.element_bytes == 1 ? look_up<std::uint8_t>(frame, c, y)
                                      : look_up<std::int16_t>(frame, c, y);
  }

 private:
  template <typename Element>
  void look_up(const Frame& frame, std::int64_t c,
               std::int64_t y) const noexcept {
    const Layout& out = to_.layout;
    const std::uint8_t* row = frame.picture + (c * out.height + y) * out.width;
    const std::int16_t* table = &table_[std::size_t(c * 256)];
    auto* target = reinterpret_cast<Element*>(frame.memory + to_.offset +
                                              out.element(c, y, 0));
    for (std::int64_t x = 0; x < out.width; ++x)
      target[x * 4] = Element(table[row[x]]);
  }

  const Storage& to_;
  std::vector<std::int16_t> table_;
};

class Output : public Operation {
 public:
  explicit Output(const Storage& from) : from_(from) {}

  void run(const Frame& frame, std::int64_t,
           std::int64_t) const noexcept override {
    const Layout& in = from_.layout;
    float* result = frame.result;
    for (std::int64_t c = 0; c < in.channels; ++c)
      for (std::int64_t y = 0; y < in.height; ++y)
        for (std::int64_t x = 0; x < in.width; ++x)
          *result++ = real(frame.memory + from_.offset + in.element(c, y, x));
  }

 private:
  float real(const std::byte* element) const noexcept {
    if (from_.is_real) return *reinterpret_cast<const float*>(element);
    return from_.quantization.scale *
           float(read_stored(element, from_.layout.element_bytes) -
                 from_.zero());
  }

  const Storage& from_;
};

class Softmax : public Operation {
 public:
  Softmax(const Storage& from, const Storage& to) : from_(from), to_(to) {}

  void run(const Frame& frame, std::int64_t,
           std::int64_t) const noexcept override {
    const auto size = std::size_t(from_.layout.channels);
    const std::span logits(
        reinterpret_cast<const float*>(frame.memory + from_.offset), size);
    auto* result = reinterpret_cast<float*>(frame.memory + to_.offset);
    const float highest = *std::ranges::max_element(logits);
    double sum = 0;
    for (const float x : logits) sum += std::exp(double(x) - highest);
    for (std::size_t i = 0; i < size; ++i)
      result[i] = float(std::exp(double(logits[i]) - highest) / sum);
  }

 private:
  const Storage &from_, &to_;
};

}  // namespace

std::unique_ptr<Operation> make_input(std::span<const std::int16_t> table,
                                      const Storage& to) {
  return std::make_unique<Input>(table, to);
}

std::unique_ptr<Operation> make_output(const Storage& from) {
  return std::make_unique<Output>(from);
}

std::unique_ptr<Operation> make_softmax(const Storage& from,
                                        const Storage& to) {
  return std::make_unique<Softmax>(from, to);
}

}  // namespace triad::runtime
