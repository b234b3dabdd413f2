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
  Input(std::span<const std::int16_t> table, const Storage& to)
      : to_(to), words_(table.begin(), table.end()) {
    for (std::size_t i = 0; i < table.size(); ++i)
      pixels_.push_back(std::uint32_t(table[i] + to.bias()) << i / 256 % 4 * 8);
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

 private:
  const std::uint8_t* row(const Frame& frame, std::int64_t c,
                          std::int64_t y) const noexcept {
    return frame.picture + (c * to_.layout.height + y) * to_.layout.width;
  }
  std::int64_t channels(std::int64_t first) const noexcept {
    return std::min<std::int64_t>(4, to_.layout.channels - first);
  }

  // Up to four channels of a row: the tables hold each byte where it belongs in
  // a pixel.
  void look_up_bytes(const Frame& frame, std::int64_t c,
                     std::int64_t y) const noexcept {
    const std::uint8_t* rows[4];
    const std::uint32_t* tables[4];
    for (std::int64_t i = 0; i < 4; ++i) {
      const std::int64_t channel = c + std::min(i, channels(c) - 1);
      rows[i] = row(frame, channel, y);
      tables[i] = &pixels_[std::size_t(channel * 256)];
    }
    std::byte* target = frame.memory + to_.offset + to_.layout.element(c, y, 0);
    // A channel looked up twice changes nothing: `or`.
    for (std::int64_t x = 0; x < to_.layout.width; ++x) {
      const std::uint32_t pixel = tables[0][rows[0][x]] |
                                  tables[1][rows[1][x]] |
                                  tables[2][rows[2][x]] | tables[3][rows[3][x]];
      std::memcpy(target + x * 4, &pixel, sizeof pixel);
    }
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
  const std::vector<std::int16_t> words_;  // [C, 256] as they are
  std::vector<std::uint32_t> pixels_;      // [C, 256] shifted to its byte
};

// The real number of the element `place` bytes into the value.
float read_real(const Storage& from, const std::byte* memory,
                std::int64_t place) noexcept {
  const std::byte* element = memory + from.offset + place;
  if (from.is_real) return *reinterpret_cast<const float*>(element);
  return from.quantization.scale *
         float(read_stored(element, from.layout.element_bytes) - from.zero());
}

class Output : public Operation {
 public:
  Output(const Storage& from, std::int64_t first)
      : from_(from), first_(first) {}

  void run(const Frame& frame, std::int64_t,
           std::int64_t) const noexcept override {
    const Layout& in = from_.layout;
    float* result = frame.result + first_;
    for (std::int64_t c = 0; c < in.channels; ++c)
      for (std::int64_t y = 0; y < in.height; ++y)
        for (std::int64_t x = 0; x < in.width; ++x)
          *result++ = read_real(from_, frame.memory, in.element(c, y, x));
  }

 private:
  const Storage& from_;
  const std::int64_t first_;  // float of the picture's results
};

class Softmax : public Operation {
 public:
  Softmax(const Storage& from, const Storage& to, std::int64_t row)
      : from_(from), to_(to), row_(row) {}

  void run(const Frame& frame, std::int64_t,
           std::int64_t) const noexcept override {
    const Layout& in = from_.layout;
    const std::int64_t rows = in.channels * in.width / row_;
    for (std::int64_t row = 0; row < rows; ++row) run_row(frame.memory, row);
  }

 private:
  std::int64_t place(const Layout& layout, std::int64_t row,
                     std::int64_t i) const noexcept {
    const bool in_rows = row_ == layout.width;
    return in_rows ? layout.element(row, 0, i) : layout.element(i, 0, 0);
  }

  void run_row(std::byte* memory, std::int64_t row) const noexcept {
    const auto logit = [&](std::int64_t i) {
      return read_real(from_, memory, place(from_.layout, row, i));
    };
    float highest = logit(0);
    for (std::int64_t i = 1; i < row_; ++i)
      highest = std::max(highest, logit(i));
    double sum = 0;
    for (std::int64_t i = 0; i < row_; ++i)
      sum += std::exp(double(logit(i)) - highest);
    for (std::int64_t i = 0; i < row_; ++i) {
      const auto odds = float(std::exp(double(logit(i)) - highest) / sum);
      std::memcpy(memory + to_.offset + place(to_.layout, row, i), &odds,
                  sizeof odds);
    }
  }

  const Storage &from_, &to_;
  const std::int64_t row_;
};

}  // namespace

std::unique_ptr<Operation> make_input(std::span<const std::int16_t> table,
                                      const Storage& to) {
  return std::make_unique<Input>(table, to);
}

std::unique_ptr<Operation> make_output(const Storage& from,
                                       std::int64_t first) {
  return std::make_unique<Output>(from, first);
}

std::unique_ptr<Operation> make_softmax(const Storage& from, const Storage& to,
                                        std::int64_t row) {
  return std::make_unique<Softmax>(from, to, row);
}

}  // namespace triad::runtime
