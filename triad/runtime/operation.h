#pragma once
// One step of a plan: reads and writes values in the plan's memory.

#include <cstddef>
#include <cstdint>
#include <string>

namespace triad::runtime {

// What a run works on. Pictures in flight at the same time have a frame each.
struct Frame {
  const std::uint8_t* picture = nullptr;  // [C, H, W] bytes
  float* result = nullptr;                // [all outputs]
  std::byte* memory = nullptr;            // of the plan
};

class Operation {
 public:
  virtual ~Operation() = default;

  // Pieces that may run at the same time, in any order; at least 1.
  virtual std::int64_t pieces() const { return 1; }
  // Pieces i of equal i % columns() work on the same part of the values.
  // Threads share the columns out, neighbours to the same thread, so that it
  // mostly reads what it wrote itself.
  virtual std::int64_t columns() const { return pieces(); }

  // Does pieces first .. last - 1.
  virtual void run(const Frame& frame, std::int64_t first,
                   std::int64_t last) const noexcept = 0;

  // Multiply-accumulates of the dense layer, zeros included; 0 for what has no
  // weights.
  virtual std::int64_t macs() const { return 0; }
  // Those that are computed, padding of groups and vectors included.
  virtual std::int64_t computed_macs() const { return 0; }
  // Bytes of packed weights.
  virtual std::int64_t weight_bytes() const { return 0; }
  // The kernel chosen: "sparse8x4/avx512vnni".
  virtual std::string kernel() const { return "portable"; }
};

}  // namespace triad::runtime
