#pragma once
// A copy of a value with the halo and the phases a convolution wants.

#include <memory>

#include "triad/graph/op.h"
#include "triad/runtime/convolution.h"
#include "triad/runtime/layout.h"
#include "triad/runtime/operation.h"

namespace triad::runtime {

// The copy of a value for one convolution: for each quad, a picture [height,
// width] per phase of the stride, rows `pitch` pixels apart. Phase (py, px)
// holds the padded pixels (stride * y + py, stride * x + px).
struct PhaseLayout {
  graph::Pair stride{1, 1};
  graph::Pair phases{1, 1};  // those that taps read: at most the stride
  std::int64_t height = 0, width = 0, pitch = 0;
  std::int64_t quads = 0, pixel_bytes = 4;

  std::int64_t phase_bytes() const;
  std::int64_t quad_bytes() const;
  std::int64_t bytes() const { return quads * quad_bytes(); }
};

// `output_pitch`: of the convolution's output; taken for the copy too where it
// is wide enough, so that rows can be computed without a break.
PhaseLayout make_phases(const graph::Conv2d& op, const Layout& input,
                        const Shape& output, std::int64_t output_pitch);

TapLayout phase_taps(const graph::Conv2d& op, const PhaseLayout& phases);

// Copies the pixels of `from` into `phases`, `offset` bytes into the memory,
// which holds real zeros elsewhere.
std::unique_ptr<Operation> make_gather(const graph::Conv2d& op,
                                       const Storage& from,
                                       const PhaseLayout& phases,
                                       std::int64_t offset);

}  // namespace triad::runtime
