#include "triad/base/shape.h"

#include "triad/base/error.h"

namespace triad {

std::int64_t element_count(const Shape& shape) {
  constexpr std::int64_t kMost = std::int64_t(1) << 40;
  bool empty = false;
  for (const std::int64_t dimension : shape) {
    require(dimension >= 0, "shape {}: expected no negative dimension",
            to_string(shape));
    empty = empty || dimension == 0;
  }
  if (empty) return 0;
  std::int64_t count = 1;
  for (const std::int64_t dimension : shape) {
    require(dimension <= kMost / count, "shape {}: more than 2^40 elements",
            to_string(shape));
    count *= dimension;
  }
  return count;
}

std::string to_string(const Shape& shape) {
  std::string text = "[";
  for (const std::int64_t dimension : shape) {
    if (text.size() > 1) text += ", ";
    text += std::to_string(dimension);
  }
  return text + "]";
}

}  // namespace triad
