#include "triad/runtime/border.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "triad/runtime/elements.h"

namespace triad::runtime {
namespace {

// Rows of pixels a piece of input work covers.
constexpr std::int64_t kPieceRows = 32;

class Input : public Operation {
 public:
  Input(std::span<const std::int16_t> table, const Storage& to,
        const Kernels& kernels)
      : to_(to), kernels_(kernels), words_(table.begin(), table.end()) {
    if (to.layout.element_bytes == 1)
      for (const std::int16_t word : table)
        bytes_.push_back(std::uint8_t(word + to.bias()));
  }

  std::int64_t pieces() const override {
    return (to_.layout.height + kPieceRows - 1) / kPieceRows;
  }

  void run(const Frame& frame, std::int64_t first,
           std::int64_t last) const noexcept override {
    const std::int64_t end = std::min(last * kPieceRows, to_.layout.height);
    for (std::int64_t y = first * kPieceRows; y < end; ++y)
      for (std::int64_t c = 0; c < to_.layout.channels; c += 4)
        if (to_.layout.element_bytes != 1)
          look_up_words(frame, c, y);
        else
          look_up_bytes(frame, c, y);
  }

  std::string kernel() const override { return kernels_.name; }

 private:
  const std::uint8_t* row(const Frame& frame, std::int64_t c,
                          std::int64_t y) const noexcept {
    return frame.picture + (c * to_.layout.height + y) * to_.layout.width;
  }
  std::int64_t channels(std::int64_t first) const noexcept {
    return std::min<std::int64_t>(4, to_.layout.channels - first);
  }

  // Up to four channels of a row.
  void look_up_bytes(const Frame& frame, std::int64_t c,
                     std::int64_t y) const noexcept {
    const std::uint8_t* rows[4] = {};
    const std::uint8_t* tables[4] = {};
    for (std::int64_t i = 0; i < channels(c); ++i) {
      rows[i] = row(frame, c + i, y);
      tables[i] = &bytes_[std::size_t((c + i) * 256)];
    }
    kernels_.look_up(rows, tables, int(channels(c)),
                     frame.memory + to_.offset + to_.layout.element(c, y, 0),
                     to_.layout.width);
  }

  void look_up_words(const Frame& frame, std::int64_t c,
                     std::int64_t y) const noexcept {
    for (std::int64_t i = c; i < c + channels(c); ++i) {
      const std::uint8_t* bytes = row(frame, i, y);
      std::byte* target =
          frame.memory + to_.offset + to_.layout.element(i, y, 0);
      for (std::int64_t x = 0; x < to_.layout.width; ++x)
        std::memcpy(target + x * 8, &words_[std::size_t(i * 256 + bytes[x])],
                    2);
    }
  }

  const Storage& to_;
  const Kernels& kernels_;
  const std::vector<std::int16_t> words_;  // [C, 256] as they are
  std::vector<std::uint8_t> bytes_;        // [C, 256] as stored
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
                                      const Storage& to,
                                      const Kernels& kernels) {
  return std::make_unique<Input>(table, to, kernels);
}

std::unique_ptr<Operation> make_output(const Storage& from) {
  return std::make_unique<Output>(from);
}

std::unique_ptr<Operation> make_softmax(const Storage& from,
                                        const Storage& to) {
  return std::make_unique<Softmax>(from, to);
}

}  // namespace triad::runtime
