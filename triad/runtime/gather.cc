#include "triad/runtime/gather.h"

#include <algorithm>
#include <cstring>

#include "triad/base/divide.h"

namespace triad::runtime {
namespace {

// A vector of pixels more in a row packing costs about as much as this many dot
// products: to copy it, and to read it from the second level cache instead of
// the first.
constexpr std::int64_t kPackingCost = 40;

struct Range {
  std::int64_t first, last;  // [first, last)
};

// Steps i with 0 <= i * stride + shift < size, i < count.
Range steps_inside(std::int64_t stride, std::int64_t shift, std::int64_t size,
                   std::int64_t count) {
  const std::int64_t first =
      std::max<std::int64_t>(0, divide_up(-shift, stride));
  const std::int64_t last = std::min(count, divide_up(size - shift, stride));
  return {first, std::max(first, last)};
}

template <typename Pixel>
void copy_strided(const std::byte* from, std::int64_t stride, std::byte* to,
                  std::int64_t count) {
  Pixel pixel;
  for (std::int64_t i = 0; i < count; ++i) {
    std::memcpy(&pixel, from + i * stride * std::int64_t(sizeof pixel),
                sizeof pixel);
    std::memcpy(to + i * std::int64_t(sizeof pixel), &pixel, sizeof pixel);
  }
}

class Gather : public Operation {
 public:
  Gather(const graph::Conv2d& op, const Storage& from,
         const PhaseLayout& phases, std::int64_t offset, const Kernels& kernels)
      : from_(from), phases_(phases), offset_(offset), kernels_(kernels) {
    top_ = op.padding[0];
    left_ = op.padding[1];
  }

  std::int64_t pieces() const override { return phases_.quads; }
  std::string kernel() const override {
    const bool is_plain = phases_.stride[1] == 2 && phases_.pixel_bytes == 4;
    return is_plain ? kernels_.name : "portable";
  }

  void run(const Frame& frame, std::int64_t first,
           std::int64_t last) const noexcept override {
    for (std::int64_t quad = first; quad < last; ++quad)
      for (std::int64_t py = 0; py < phases_.phases[0]; ++py)
        for (std::int64_t px = 0; px < phases_.phases[1]; ++px)
          copy_phase(frame, quad, py, px);
  }

 private:
  void copy_phase(const Frame& frame, std::int64_t quad, std::int64_t py,
                  std::int64_t px) const noexcept {
    const Layout& in = from_.layout;
    const std::byte* source =
        frame.memory + from_.offset + quad * in.plane_bytes();
    std::byte* target = frame.memory + offset_ + quad * phases_.quad_bytes() +
                        (py * phases_.phases[1] + px) * phases_.phase_bytes();
    const auto [sy, sx] = phases_.stride;
    const Range rows = steps_inside(sy, py - top_, in.height, phases_.height);
    const Range columns = steps_inside(sx, px - left_, in.width, phases_.width);
    for (std::int64_t y = rows.first; y < rows.last; ++y) {
      const std::byte* row = source + in.pixel(y * sy + py - top_,
                                               columns.first * sx + px - left_);
      std::byte* to =
          target + (y * phases_.pitch + columns.first) * phases_.pixel_bytes;
      const std::int64_t count = columns.last - columns.first;
      if (phases_.pixel_bytes == 8)
        copy_strided<std::uint64_t>(row, sx, to, count);
      else if (sx == 1)
        std::memcpy(to, row, std::size_t(count * phases_.pixel_bytes));
      else if (sx == 2)
        kernels_.copy_even(row, to, count);
      else
        copy_strided<std::uint32_t>(row, sx, to, count);
    }
  }

  const Storage& from_;
  const PhaseLayout phases_;
  const std::int64_t offset_;
  const Kernels& kernels_;
  std::int64_t top_ = 0, left_ = 0;
};

class PackRows : public Operation {
 public:
  PackRows(const graph::Conv2d& op, std::int64_t channels,
           const TapLayout& taps, std::int64_t input_offset,
           const RowPacking& packing, std::int64_t offset,
           const Kernels& kernels)
      : layout_(packing.layout),
        input_offset_(input_offset + taps.corner),
        input_pitch_(taps.pitch * taps.pixel_bytes),
        offset_(offset),
        kernels_(kernels) {
    const auto [rows, columns] = op.kernel;
    const std::int64_t elements =
        std::min(packing.rows, rows) * columns * channels;
    for (std::int64_t first = 0; first < packing.inputs; first += 4) {
      PackSources sources;
      for (std::int64_t i = 0; i < std::min<std::int64_t>(4, elements - first);
           ++i) {
        const std::int64_t tap = (first + i) / channels;
        const std::int64_t c = (first + i) % channels;
        if (i == 0 || c == 0)
          sources.of[sources.count++] = {taps.taps[std::size_t(tap)],
                                         int(c * 8), int(i * 8), 0};
        PackSource& source = sources.of[sources.count - 1];
        source.mask = source.mask << 8 | 0xFF;
      }
      sources_.push_back(sources);
    }
  }

  std::int64_t pieces() const override { return layout_.height; }

  std::string kernel() const override { return kernels_.name; }

  // Rows first .. last - 1 of every quad.
  void run(const Frame& frame, std::int64_t first,
           std::int64_t last) const noexcept override {
    for (std::size_t quad = 0; quad < sources_.size(); ++quad) {
      const std::byte* from = frame.memory + input_offset_;
      std::byte* to =
          frame.memory + offset_ + std::int64_t(quad) * layout_.quad_bytes();
      for (std::int64_t y = first; y < last; ++y)
        kernels_.pack_row(sources_[quad], from + y * input_pitch_,
                          to + y * layout_.pitch * layout_.pixel_bytes,
                          layout_.width);
    }
  }

 private:
  const PhaseLayout layout_;
  const std::int64_t input_offset_, input_pitch_, offset_;
  const Kernels& kernels_;
  std::vector<PackSources> sources_;  // [quads]
};

}  // namespace

std::int64_t PhaseLayout::phase_bytes() const {
  const std::int64_t bytes = ((height - 1) * pitch + width) * pixel_bytes;
  return (bytes + 63) / 64 * 64;
}

std::int64_t PhaseLayout::quad_bytes() const {
  // An odd number of cache lines, as layout.cc has it.
  const std::int64_t lines = phases[0] * phases[1] * phase_bytes() / 64;
  return (lines | 1) * 64;
}

PhaseLayout make_phases(const graph::Conv2d& op, const Layout& input,
                        const Shape& output, std::int64_t output_pitch) {
  PhaseLayout result{.stride = op.stride,
                     .quads = input.quads(),
                     .pixel_bytes = input.pixel_bytes()};
  std::int64_t size[2];
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const std::int64_t reach = op.dilation[axis] * (op.kernel[axis] - 1);
    result.phases[axis] = std::min(op.stride[axis], reach + 1);
    size[axis] = output[axis + 1] + reach / op.stride[axis];
  }
  result.height = size[0];
  result.width = size[1];
  result.pitch = std::max(result.width, output_pitch);
  return result;
}

TapLayout phase_taps(const graph::Conv2d& op, const PhaseLayout& phases) {
  TapLayout taps{.pixel_bytes = phases.pixel_bytes,
                 .pitch = phases.pitch,
                 .quad_bytes = phases.quad_bytes()};
  for (std::int64_t r = 0; r < op.kernel[0]; ++r)
    for (std::int64_t s = 0; s < op.kernel[1]; ++s) {
      const std::int64_t y = r * op.dilation[0], x = s * op.dilation[1];
      const std::int64_t phase =
          y % op.stride[0] * phases.phases[1] + x % op.stride[1];
      taps.taps.push_back(
          std::int32_t(phase * phases.phase_bytes() +
                       (y / op.stride[0] * phases.pitch + x / op.stride[1]) *
                           phases.pixel_bytes));
    }
  return taps;
}

std::unique_ptr<Operation> make_gather(const graph::Conv2d& op,
                                       const Storage& from,
                                       const PhaseLayout& phases,
                                       std::int64_t offset,
                                       const Kernels& kernels) {
  return std::make_unique<Gather>(op, from, phases, offset, kernels);
}

std::optional<RowPacking> choose_row_packing(const graph::Conv2d& op,
                                             const Storage& from,
                                             const Layout& to) {
  const std::int64_t channels = from.layout.channels;
  const auto [rows, columns] = op.kernel;
  if (from.layout.element_bytes != 1 || channels >= 4 || op.groups != 1 ||
      op.dilation[0] != 1)
    return {};
  std::int64_t best = 0, least = rows * columns * op.outputs;
  for (std::int64_t packed = op.stride[0]; packed < rows + op.stride[0];
       packed += op.stride[0]) {
    // The last packed tap must not reach for rows that nobody has.
    if ((divide_up(rows, packed) * packed - 1) / op.stride[0] >
        (rows - 1) / op.stride[0])
      continue;
    std::int64_t groups = 0;
    for (std::int64_t r = 0; r < rows; r += packed)
      groups += divide_up(std::min(packed, rows - r) * columns * channels, 4);
    const std::int64_t cost =
        groups * op.outputs +
        kPackingCost * divide_up(packed * columns * channels, 4);
    if (cost >= least) continue;
    best = packed;
    least = cost;
  }
  if (best == 0) return {};
  RowPacking packing{.rows = best,
                     .op = {.outputs = op.outputs,
                            .kernel = {divide_up(rows, best), 1},
                            .dilation = {best / op.stride[0], 1}},
                     .inputs = divide_up(best * columns * channels, 4) * 4};
  packing.layout = make_phases(packing.op, {.channels = packing.inputs},
                               {to.channels, to.height, to.width}, to.pitch);
  return packing;
}

std::vector<std::int8_t> pack_row_codes(std::span<const std::int8_t> codes,
                                        const graph::Conv2d& op,
                                        const RowPacking& packing) {
  const auto [rows, columns] = op.kernel;
  const std::int64_t taps = rows * columns;
  const std::int64_t channels = std::int64_t(codes.size()) / op.outputs / taps;
  const std::int64_t packed_taps = packing.op.kernel[0];
  std::vector<std::int8_t> packed(
      std::size_t(op.outputs * packing.inputs * packed_taps));
  const std::int8_t* code = codes.data();
  for (std::int64_t k = 0; k < op.outputs; ++k)
    for (std::int64_t c = 0; c < channels; ++c)
      for (std::int64_t r = 0; r < rows; ++r)
        for (std::int64_t s = 0; s < columns; ++s) {
          const std::int64_t input =
              (r % packing.rows * columns + s) * channels + c;
          packed[std::size_t((k * packing.inputs + input) * packed_taps +
                             r / packing.rows)] = *code++;
        }
  return packed;
}

std::unique_ptr<Operation> make_row_packing(
    const graph::Conv2d& op, std::int64_t channels, const TapLayout& taps,
    std::int64_t input_offset, const RowPacking& packing, std::int64_t offset,
    const Kernels& kernels) {
  return std::make_unique<PackRows>(op, channels, taps, input_offset, packing,
                                    offset, kernels);
}

}  // namespace triad::runtime
