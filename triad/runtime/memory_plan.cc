#include "triad/runtime/memory_plan.h"

#include <algorithm>

#include "triad/base/error.h"
#include "triad/runtime/aligned.h"
#include "triad/runtime/elements.h"
#include "triad/runtime/kernels/kernel.h"

namespace triad::runtime {

std::int64_t MemoryPlan::take(const Kind& kind, std::int64_t size_bytes,
                              std::int64_t element_bytes, std::int32_t zero) {
  for (Place& place : places_)
    if (place.is_free && place.kind == kind && place.size_bytes == size_bytes &&
        place.zero == zero) {
      place.is_free = false;
      return place.offset;
    }
  const auto line = std::int64_t(kAlignmentBytes);
  const std::int64_t offset = end_;
  end_ += (size_bytes + line - 1) / line * line;
  require(end_ <= std::int64_t(1) << 40,
          "runtime: expected a network of less memory");
  places_.push_back({kind, offset, size_bytes, element_bytes, zero, false});
  return offset;
}

void MemoryPlan::release(std::int64_t offset) {
  for (Place& place : places_)
    if (place.offset == offset) place.is_free = true;
}

std::int64_t MemoryPlan::size_bytes() const { return end_ + kReadSlackBytes; }

void MemoryPlan::prepare(std::byte* memory) const {
  std::fill_n(memory, size_bytes(), std::byte(0));
  for (const Place& place : places_)
    if (place.zero != 0)
      for (std::int64_t i = 0; i < place.size_bytes; i += place.element_bytes)
        write_stored(memory + place.offset + i, place.element_bytes,
                     place.zero);
}

}  // namespace triad::runtime
