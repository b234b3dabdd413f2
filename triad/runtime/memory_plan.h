#pragma once
// Where values lie in the memory of one run. A place is used again by a value
// of the same layout and the same real zero, so that the halo filled once stays
// right for both.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace triad::runtime {

class MemoryPlan {
 public:
  // What must be equal for a place to be used again.
  using Kind = std::vector<std::int64_t>;

  // A place of `size_bytes`, filled with the integer `zero` of `element_bytes`;
  // returns its offset. Throws Error if the memory would exceed 2^40 bytes.
  std::int64_t take(const Kind& kind, std::int64_t size_bytes,
                    std::int64_t element_bytes, std::int32_t zero);
  // Gives a place back for values planned later.
  void release(std::int64_t offset);

  // With the room that kernels may read beyond the last value.
  std::int64_t size_bytes() const;
  // Fills the memory before its first run. [size_bytes]
  void prepare(std::byte* memory) const;

 private:
  struct Place {
    Kind kind;
    std::int64_t offset, size_bytes, element_bytes;
    std::int32_t zero;
    bool is_free;
  };
  std::vector<Place> places_;
  std::int64_t end_ = 0;
};

}  // namespace triad::runtime
