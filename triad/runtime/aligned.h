#pragma once
// Memory on cache-line borders.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>

namespace triad::runtime {

constexpr std::size_t kAlignmentBytes = 64;

struct FreeAligned {
  void operator()(std::byte* bytes) const noexcept {
    ::operator delete(bytes, std::align_val_t(kAlignmentBytes));
  }
};
using AlignedBytes = std::unique_ptr<std::byte[], FreeAligned>;

// Uninitialised. Throws std::bad_alloc.
inline AlignedBytes allocate_aligned(std::int64_t size_bytes) {
  return AlignedBytes(static_cast<std::byte*>(::operator new(
      std::size_t(size_bytes), std::align_val_t(kAlignmentBytes))));
}

}  // namespace triad::runtime
