#pragma once
// Copies of a value for one convolution: with the halo and the phases that its
// padding and stride want (gather), or with the taps of a row side by side in
// the quads (row packing).

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "triad/graph/op.h"
#include "triad/runtime/convolution.h"
#include "triad/runtime/kernels/kernel.h"
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
                                       std::int64_t offset,
                                       const Kernels& kernels);

// A convolution of one to three input channels leaves most of each quad empty.
// Row packing fills them: the copy's channels are the triples (p, s, c) of
// `rows` neighbouring kernel rows p, in the order of (p * S + s) * C + c, so
// that a kernel of R x S taps over C channels becomes one of
// ceil(R / rows) x 1 taps over rows * S * C channels.
struct RowPacking {
  std::int64_t rows = 1;    // a multiple of the vertical stride
  graph::Conv2d op;         // the convolution that is left
  std::int64_t inputs = 0;  // rows * S * C, rounded up to a multiple of 4
  PhaseLayout layout;
};

// The packing that costs least; none where not packing does.
std::optional<RowPacking> choose_row_packing(const graph::Conv2d& op,
                                             const Storage& from,
                                             const Layout& to);

// Codes [K, C, R, S] of the layer as [K, inputs, ceil(R / rows)].
std::vector<std::int8_t> pack_row_codes(std::span<const std::int8_t> codes,
                                        const graph::Conv2d& op,
                                        const RowPacking& packing);

// Makes the copy `offset` bytes into the memory from what `taps` describe,
// `input_offset` bytes into it.
std::unique_ptr<Operation> make_row_packing(
    const graph::Conv2d& op, std::int64_t channels, const TapLayout& taps,
    std::int64_t input_offset, const RowPacking& packing, std::int64_t offset,
    const Kernels& kernels);

}  // namespace triad::runtime
