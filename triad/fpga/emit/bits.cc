#include "triad/fpga/emit/bits.h"

#include <algorithm>

#include "triad/base/error.h"

namespace triad::fpga {

void Bits::append(std::int64_t value, int width) {
  require(width >= 0 && width <= 64, "bits: expected a field of 0..64 bits");
  auto rest = std::uint64_t(value);
  if (width < 64) rest &= (std::uint64_t(1) << width) - 1;
  while (width > 0) {
    const int used = width_ % 4;
    if (used == 0) digits_.push_back(0);
    const int taken = std::min(4 - used, width);
    const auto part = rest & ((std::uint64_t(1) << taken) - 1);
    digits_.back() = std::uint8_t(digits_.back() | part << used);
    rest >>= taken;
    width -= taken;
    width_ += taken;
  }
}

void Bits::append(const Bits& other) {
  for (int place = 0; place < other.width_; place += 4)
    append(other.digits_[std::size_t(place / 4)],
           std::min(4, other.width_ - place));
}

std::uint32_t Bits::part(int index) const {
  constexpr std::size_t kDigits = 8;
  const std::size_t first = std::size_t(index) * kDigits;
  std::uint32_t part = 0;
  for (std::size_t i = 0; i < kDigits && first + i < digits_.size(); ++i)
    part |= std::uint32_t(digits_[first + i]) << (4 * i);
  return part;
}

std::string Bits::hex() const {
  std::string text;
  for (auto digit = digits_.rbegin(); digit != digits_.rend(); ++digit)
    text.push_back("0123456789abcdef"[*digit]);
  return text;
}

int index_width(std::int64_t count) {
  int width = 1;
  while (std::int64_t(1) << width < count) ++width;
  return width;
}

}  // namespace triad::fpga
