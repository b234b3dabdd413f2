#include "triad/runtime/convolution.h"

#include <algorithm>
#include <bit>

#include "triad/base/divide.h"
#include "triad/base/error.h"
#include "triad/runtime/groups.h"
#include "triad/runtime/kernels/portable.h"
#include "triad/runtime/kernels/relative_speed.h"

namespace triad::runtime {
namespace {

// Bytes of packed weights one piece of work reads: they stay in the second
// level cache while it goes over its pixels.
constexpr std::int64_t kPieceWeightBytes = 256 * 1024;
constexpr std::int64_t kPieceVectors = 3;
// Enough pieces for a few threads to share evenly: with 9 of them, one of two
// threads works a tenth longer than half the time.
constexpr std::int64_t kWantedPieces = 16;

std::int32_t to_offset(std::int64_t bytes) {
  require(bytes >= 0 && bytes <= INT32_MAX,
          "runtime: expected values of at most 2 GiB");
  return std::int32_t(bytes);
}

Element element_of(const Storage& storage) {
  if (storage.is_real) return Element::real;
  return storage.quantization.bits == 8 ? Element::byte : Element::word;
}

// The numbers that requantise, padded to whole blocks.
struct Numbers {
  std::vector<std::int32_t> start;
  std::vector<std::int16_t> multiplier;
  std::vector<float> logit_scale;
  Requantise requantise;

  Numbers(const Layer& layer, const Storage& from, const Storage& to,
          std::int64_t padded_outputs) {
    const graph::Requantization& integers = layer.node.requantization.front();
    const std::size_t outputs = integers.bias.size();
    const std::size_t size = layer.codes.size() / outputs;
    const bool rounds = integers.shift > 0 && !to.is_real;
    const std::uint32_t rounding = rounds ? 1u << (integers.shift - 1) : 0;
    start.resize(std::size_t(padded_outputs));
    for (std::size_t k = 0; k < outputs; ++k) {
      std::int32_t sum = 0;  // fits: it is less than what a layer may sum up
      for (const std::int8_t code : layer.codes.subspan(k * size, size))
        sum += code;
      // Parts may wrap, the whole fits (graph/integer_rules.h).
      start[k] = std::int32_t(std::uint32_t(integers.bias[k]) -
                              std::uint32_t(std::int64_t(sum) * from.zero()) +
                              rounding);
    }
    multiplier = integers.multiplier;
    multiplier.resize(std::size_t(padded_outputs));
    logit_scale = integers.logit_scale;
    logit_scale.resize(std::size_t(padded_outputs));
    requantise = {.shift = integers.shift,
                  .multiplier = multiplier.data(),
                  .zero = to.zero(),
                  .lowest = to.quantization.lowest() + to.bias(),
                  .highest = to.quantization.highest() + to.bias(),
                  .logit_scale = to.is_real ? logit_scale.data() : nullptr};
  }
};

// Output pixels in vectors: through rows where input and output have the same
// pitch, else row by row.
std::vector<PixelVector> make_vectors(const TapLayout& taps, const Layout& to) {
  const bool through_rows = taps.pitch == to.pitch;
  const std::int64_t row_length =
      through_rows ? (to.height - 1) * to.pitch + to.width : to.width;
  const std::int64_t rows = through_rows ? 1 : to.height;
  std::vector<PixelVector> vectors;
  for (std::int64_t row = 0; row < rows; ++row)
    for (std::int64_t x = 0; x < row_length; x += kVectorPixels) {
      PixelVector vector{
          .input = to_offset(taps.corner +
                             (row * taps.pitch + x) * taps.pixel_bytes),
          .output = to_offset(to.pixel(row, x))};
      for (std::int64_t i = 0;
           i < std::min<std::int64_t>(kVectorPixels, row_length - x); ++i)
        if ((x + i) % to.pitch < to.width) vector.mask |= 1u << i;
      if (vector.mask != 0) vectors.push_back(vector);
    }
  return vectors;
}

std::vector<std::int32_t> group_offsets(const Layer& layer,
                                        const TapLayout& taps) {
  std::vector<std::int32_t> offsets;
  for (std::int64_t quad = 0; quad < divide_up(layer.inputs, 4); ++quad)
    for (const std::int32_t tap : taps.taps)
      offsets.push_back(to_offset(quad * taps.quad_bytes + tap));
  return offsets;
}

// Of groups of 16 inputs.
std::vector<std::int32_t> packed_offsets(const Layer& layer) {
  std::vector<std::int32_t> offsets;
  for (std::int64_t input = 0; input < layer.inputs; input += 16)
    offsets.push_back(to_offset(input));
  return offsets;
}

// Places become bytes from a pixel's input.
Groups locate(Groups groups, const std::vector<std::int32_t>& offsets) {
  for (std::int32_t& place : groups.places) place = offsets[std::size_t(place)];
  return groups;
}

LayerCodes codes_of(const Layer& layer) {
  return {.codes = layer.codes,
          .outputs = std::int64_t(layer.node.requantization[0].bias.size()),
          .inputs = layer.inputs,
          .taps = layer.taps,
          .convolution_groups = layer.convolution_groups};
}

// Cuts [0, count) into `pieces` nearly equal parts; the border before part i.
std::int64_t border(std::int64_t count, std::int64_t pieces, std::int64_t i) {
  return count * i / pieces;
}

// The numbers of a fused sum, the convolution's first.
struct Fused {
  Addition numbers;
  Residual residual;

  explicit Fused(const Connection& values) {
    if (!values.sum) return;
    const FusedSum& sum = *values.sum;
    const graph::Requantization& integers = sum.node.requantization.front();
    const std::size_t mine = sum.input, other = 1 - sum.input;
    numbers = {
        .zero = {values.to.zero(), sum.other.zero()},
        .multiplier = {integers.multiplier[mine], integers.multiplier[other]},
        .shift = integers.shift,
        .output_zero = sum.to.zero()};
    residual = {&numbers, sum.other.offset - sum.to.offset};
  }
  Fused(const Fused&) = delete;
  Fused& operator=(const Fused&) = delete;
};

// Groups of 8 outputs x 4 inputs over vectors of pixels.
class Narrow : public Operation {
 public:
  Narrow(const Layer& layer, const Connection& values, const Kernels& kernels,
         Groups groups)
      : groups_(std::move(groups)),
        numbers_(layer, values.from, values.to, groups_.blocks * kBlockOutputs),
        fused_(values),
        vectors_(make_vectors(values.taps, values.target().layout)),
        input_offset_(values.input_offset),
        to_(values.target()),
        macs_(layer.macs) {
    const Element in = element_of(values.from), out = element_of(values.to);
    const bool bytes = in == Element::byte && out == Element::byte;
    convolve_ = bytes ? kernels.convolve : portable_convolve(in, out);
    name_ = std::string("sparse8x4/") + (bytes ? kernels.name : "portable");
    work_ = {.begin = groups_.begin.data(),
             .offsets = groups_.places.data(),
             .weights = groups_.codes(),
             .is_ternary = layer.is_ternary,
             .start = numbers_.start.data(),
             .requantise = numbers_.requantise,
             .residual = fused_.residual,
             .vectors = vectors_.data(),
             .output_plane = to_.layout.plane_bytes(),
             .output_quads = to_.layout.quads()};
    const auto vectors = std::int64_t(vectors_.size());
    vector_pieces_ = divide_up(vectors, kPieceVectors);
    block_pieces_ = std::max(divide_up(groups_.bytes(), kPieceWeightBytes),
                             divide_up(kWantedPieces, vector_pieces_));
    block_pieces_ = std::min(block_pieces_, groups_.blocks);
  }

  std::int64_t pieces() const override {
    return vector_pieces_ * block_pieces_;
  }
  std::int64_t columns() const override { return vector_pieces_; }

  void run(const Frame& frame, std::int64_t first,
           std::int64_t last) const noexcept override {
    const auto vectors = std::int64_t(vectors_.size());
    for (std::int64_t i = first; i < last; ++i) {
      const std::int64_t b = i / vector_pieces_, v = i % vector_pieces_;
      convolve_(work_, frame.memory + input_offset_, frame.memory + to_.offset,
                {border(groups_.blocks, block_pieces_, b),
                 border(groups_.blocks, block_pieces_, b + 1),
                 border(vectors, vector_pieces_, v),
                 border(vectors, vector_pieces_, v + 1)});
    }
  }

  std::int64_t macs() const override { return macs_; }
  std::int64_t computed_macs() const override {
    return groups_.count() * kBlockOutputs * 4 * std::int64_t(vectors_.size()) *
           kVectorPixels;
  }
  std::int64_t weight_bytes() const override { return groups_.bytes(); }
  std::string kernel() const override { return name_; }

 private:
  const Groups groups_;
  const Numbers numbers_;
  const Fused fused_;
  const std::vector<PixelVector> vectors_;
  const std::int64_t input_offset_;
  const Storage& to_;
  const std::int64_t macs_;
  Convolve convolve_ = nullptr;
  Convolution work_;
  std::int64_t vector_pieces_ = 1, block_pieces_ = 1;
  std::string name_;
};

// Groups of 16 outputs over few pixels.
class Wide : public Operation {
 public:
  Wide(const Layer& layer, const Connection& values, const Kernels& kernels,
       Groups groups, bool is_packed)
      : groups_(std::move(groups)),
        numbers_(layer, values.from, values.to, groups_.blocks * kWideOutputs),
        fused_(values),
        input_offset_(values.input_offset),
        to_(values.target()),
        macs_(layer.macs),
        convolve_(kernels.convolve_wide) {
    const TapLayout& taps = values.taps;
    const Layout& out = to_.layout;
    for (std::int64_t y = 0; y < out.height; ++y)
      for (std::int64_t x = 0; x < out.width; ++x) {
        inputs_.push_back(
            to_offset(taps.corner + (y * taps.pitch + x) * taps.pixel_bytes));
        outputs_.push_back(to_offset(out.pixel(y, x)));
      }
    work_ = {.begin = groups_.begin.data(),
             .offsets = groups_.places.data(),
             .weights = groups_.codes(),
             .is_packed = is_packed,
             .is_ternary = layer.is_ternary,
             .start = numbers_.start.data(),
             .requantise = numbers_.requantise,
             .residual = fused_.residual,
             .inputs = inputs_.data(),
             .outputs = outputs_.data(),
             .row_pixels = out.width,
             .output_plane = out.plane_bytes(),
             .output_quads = out.quads()};
    pieces_ = std::min(
        groups_.blocks,
        std::max(kWantedPieces, divide_up(groups_.bytes(), kPieceWeightBytes)));
    name_ = std::string(is_packed             ? "gemv2/"
                        : inputs_.size() == 1 ? "gemv8/"
                                              : "sparse16x4/") +
            kernels.name;
  }

  std::int64_t pieces() const override { return pieces_; }

  void run(const Frame& frame, std::int64_t first,
           std::int64_t last) const noexcept override {
    convolve_(work_, frame.memory + input_offset_, frame.memory + to_.offset,
              {border(groups_.blocks, pieces_, first),
               border(groups_.blocks, pieces_, last), 0,
               std::int64_t(inputs_.size())});
  }

  std::int64_t macs() const override { return macs_; }
  std::int64_t computed_macs() const override {
    return groups_.count() * kWideGroupBytes * (work_.is_packed ? 4 : 1) *
           std::int64_t(inputs_.size());
  }
  std::int64_t weight_bytes() const override { return groups_.bytes(); }
  std::string kernel() const override { return name_; }

 private:
  const Groups groups_;
  const Numbers numbers_;
  const Fused fused_;
  std::vector<std::int32_t> inputs_, outputs_;
  const std::int64_t input_offset_;
  const Storage& to_;
  const std::int64_t macs_;
  const ConvolveWide convolve_;
  WideConvolution work_;
  std::int64_t pieces_ = 1;
  std::string name_;
};

// Packed codes are decoded as 64 times their value, so that four times fewer
// instructions unpack them; the sums must leave room for that.
bool can_be_packed(const Layer& layer) {
  constexpr std::int64_t kScaledReach = 64 * 255;
  return layer.taps == 1 && layer.convolution_groups == 1 &&
         layer.inputs <= INT32_MAX / kScaledReach && layer.inputs % 16 == 0 &&
         layer.is_ternary;
}

}  // namespace

TapLayout direct_taps(const graph::Conv2d& op, const Layout& input) {
  TapLayout taps{.corner = input.pixel(-op.padding[0], -op.padding[1]),
                 .pixel_bytes = input.pixel_bytes(),
                 .pitch = input.pitch,
                 .quad_bytes = input.plane_bytes()};
  for (std::int64_t r = 0; r < op.kernel[0]; ++r)
    for (std::int64_t s = 0; s < op.kernel[1]; ++s)
      taps.taps.push_back(
          to_offset((r * op.dilation[0] * input.pitch + s * op.dilation[1]) *
                    input.pixel_bytes()));
  return taps;
}

bool can_fuse_sum(const Storage& from, const Storage& to, const Storage& other,
                  const Storage& sum) {
  for (const Storage* storage : {&from, &to, &other, &sum})
    if (element_of(*storage) != Element::byte) return false;
  return to.layout == sum.layout && other.layout == sum.layout;
}

std::unique_ptr<Operation> make_convolution(const Layer& layer,
                                            const Connection& values,
                                            const Kernels& kernels) {
  const LayerCodes codes = codes_of(layer);
  const TapLayout& taps = values.taps;
  const auto offsets = group_offsets(layer, taps);
  const Layout& out = values.target().layout;
  const bool can_be_wide = element_of(values.from) == Element::byte &&
                           element_of(values.to) != Element::word;
  const bool is_pixel = out.height * out.width == 1;
  if (can_be_wide && is_pixel && can_be_packed(layer) && taps.quad_bytes == 4)
    return std::make_unique<Wide>(
        layer, values, kernels,
        locate(pack_ternary_groups(codes), packed_offsets(layer)), true);
  Groups narrow = pack_groups(codes);
  if (can_be_wide && (is_pixel || codes.outputs >= kWideOutputs)) {
    const auto vectors = std::int64_t(make_vectors(taps, out).size());
    const std::int64_t pixels = out.height * out.width;
    const double narrow_cost =
        double(narrow.count() * 32 * vectors * kVectorPixels);
    Groups wide = join_pairs(narrow);
    if (is_pixel || double(wide.count() * 64 * pixels) /
                            wide_speed(kernels, layer.is_ternary) <
                        narrow_cost)
      return std::make_unique<Wide>(layer, values, kernels,
                                    locate(std::move(wide), offsets), false);
  }
  return std::make_unique<Narrow>(layer, values, kernels,
                                  locate(std::move(narrow), offsets));
}

}  // namespace triad::runtime
