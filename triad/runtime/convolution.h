#pragma once
// Conv2d and Linear. A convolution whose stride is not 1, or whose padding its
// input's halo does not hold, reads a copy of the input that gather.h makes:
// with one plane for each phase of the stride, so that neighbouring outputs
// read neighbouring pixels.

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "triad/graph/graph.h"
#include "triad/runtime/kernels/kernel.h"
#include "triad/runtime/layout.h"
#include "triad/runtime/operation.h"

namespace triad::runtime {

// Where the pixels and taps of a convolution lie in what it reads.
struct TapLayout {
  // Bytes from the start of the input to what tap (0, 0) of output pixel (0, 0)
  // reads in the first quad.
  std::int64_t corner = 0;
  std::int64_t pixel_bytes = 4;
  std::int64_t pitch = 0;          // pixels from output row to output row
  std::int64_t quad_bytes = 0;     // from one quad of inputs to the next
  std::vector<std::int32_t> taps;  // [R * S] bytes
};

// The taps of a convolution of stride 1 that reads `input` itself.
TapLayout direct_taps(const graph::Conv2d& op, const Layout& input);

// Everything of a layer but where its values lie.
struct Layer {
  const graph::Node& node;
  std::span<const std::int8_t> codes;
  std::int64_t inputs = 0, taps = 1, convolution_groups = 1;
  std::int64_t macs = 0;
  bool is_ternary = false;  // all codes are -1, 0 or 1
};

// A sum of two values that the convolution's results are added into on their
// way to memory.
struct FusedSum {
  const graph::Node& node;  // the Add
  std::size_t input = 0;    // which of its inputs the convolution makes
  const Storage& other;     // the other one
  const Storage& to;        // of the layout of `other`
};

// Where a convolution's values lie; they outlive the operation.
struct Connection {
  TapLayout taps;                 // of what is read
  std::int64_t input_offset = 0;  // bytes from the start of the memory to that
  const Storage& from;
  const Storage& to;  // with a sum: of its numbers only
  std::optional<FusedSum> sum = {};

  const Storage& target() const { return sum ? sum->to : to; }
};

// Whether a sum of `other` and what a convolution from `from` to `to` makes can
// be fused into `sum`.
bool can_fuse_sum(const Storage& from, const Storage& to, const Storage& other,
                  const Storage& sum);

// Chooses the kernel by the layer's shape and group density and packs the
// weights for it.
std::unique_ptr<Operation> make_convolution(const Layer& layer,
                                            const Connection& values,
                                            const Kernels& kernels);

}  // namespace triad::runtime
