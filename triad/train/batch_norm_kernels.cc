#include "triad/train/batch_norm_kernels.h"

#include <algorithm>

namespace triad::train {

ChannelTile::ChannelTile(std::int64_t channels)
    : channels_(channels), size_(channels * ((255 + channels) / channels)) {}

TileValues ChannelTile::repeat(const float* values) const {
  TileValues repeated(static_cast<std::size_t>(size_));
  for (std::int64_t first = 0; first < size_; first += channels_)
    std::copy_n(values, channels_, repeated.data() + first);
  return repeated;
}

void ChannelTile::fold(const float* sums, double* channel_sums) const {
  for (std::int64_t first = 0; first < size_; first += channels_)
    for (std::int64_t c = 0; c < channels_; ++c)
      channel_sums[c] += double(sums[first + c]);
}

void add_moments(const float* __restrict x, const float* __restrict centre,
                 std::int64_t tile, std::int64_t count, float* __restrict sums,
                 float* __restrict squares) {
  for (std::int64_t done = 0; done < count; done += tile) {
    const std::int64_t length = std::min(tile, count - done);
    const float* __restrict row = x + done;
    for (std::int64_t i = 0; i < length; ++i) {
      const float d = row[i] - centre[i];
      sums[i] += d;
      squares[i] += d * d;
    }
  }
}

namespace {

// A separate function for each case keeps the branches out of the inner loops.
template <bool kRelu, bool kResidual>
inline __attribute__((always_inline)) void apply_rows(
    const ApplyArguments& arguments, std::int64_t tile, std::int64_t first,
    std::int64_t count) {
  const float* __restrict scale = arguments.scale;
  const float* __restrict shift = arguments.shift;
  for (std::int64_t done = 0; done < count; done += tile) {
    const std::int64_t length = std::min(tile, count - done);
    const float* __restrict x = arguments.x + first + done;
    const float* __restrict residual =
        kResidual ? arguments.residual + first + done : nullptr;
    float* __restrict y = arguments.y + first + done;
    for (std::int64_t i = 0; i < length; ++i) {
      float value = x[i] * scale[i] + shift[i];
      if constexpr (kResidual) value += residual[i];
      if constexpr (kRelu) value = value > 0 ? value : 0;
      y[i] = value;
    }
  }
}

enum class Gate { none, from_y, recomputed };

template <Gate kGate>
inline __attribute__((always_inline)) float gated(float gradient, float x,
                                                  float y, float scale,
                                                  float shift) {
  if constexpr (kGate == Gate::none) return gradient;
  const float sign = kGate == Gate::from_y ? y : x * scale + shift;
  return sign > 0 ? gradient : 0.0f;
}

template <Gate kGate, bool kMasked>
inline __attribute__((always_inline)) void gradient_sum_rows(
    const GradientArguments& arguments, std::int64_t tile, std::int64_t first,
    std::int64_t count, float* masked, float* __restrict sums,
    float* __restrict products) {
  const float* __restrict scale = arguments.scale;
  const float* __restrict shift = arguments.shift;
  const float* __restrict centre = arguments.centre;
  for (std::int64_t done = 0; done < count; done += tile) {
    const std::int64_t length = std::min(tile, count - done);
    const std::int64_t at = first + done;
    const float* __restrict x = arguments.x + at;
    const float* __restrict y = kGate == Gate::from_y ? arguments.y + at : x;
    const float* __restrict gradient = arguments.gradient + at;
    float* __restrict out = kMasked ? masked + at : nullptr;
    for (std::int64_t i = 0; i < length; ++i) {
      const float g = gated<kGate>(gradient[i], x[i], y[i], scale[i], shift[i]);
      if constexpr (kMasked) out[i] = g;
      sums[i] += g;
      products[i] += g * (x[i] - centre[i]);
    }
  }
}

template <Gate kGate>
inline __attribute__((always_inline)) void input_gradient_rows(
    const GradientArguments& arguments, const float* __restrict x_factor,
    const float* __restrict offset, std::int64_t tile, std::int64_t first,
    std::int64_t count, float* dx) {
  const float* __restrict scale = arguments.scale;
  const float* __restrict shift = arguments.shift;
  const float* __restrict centre = arguments.centre;
  for (std::int64_t done = 0; done < count; done += tile) {
    const std::int64_t length = std::min(tile, count - done);
    const std::int64_t at = first + done;
    const float* __restrict x = arguments.x + at;
    const float* __restrict y = kGate == Gate::from_y ? arguments.y + at : x;
    const float* __restrict gradient = arguments.gradient + at;
    float* __restrict out = dx + at;
    for (std::int64_t i = 0; i < length; ++i) {
      const float g = gated<kGate>(gradient[i], x[i], y[i], scale[i], shift[i]);
      out[i] = scale[i] * g + x_factor[i] * (x[i] - centre[i]) + offset[i];
    }
  }
}

Gate gate(const GradientArguments& arguments) {
  if (!arguments.relu) return Gate::none;
  return arguments.y != nullptr ? Gate::from_y : Gate::recomputed;
}

}  // namespace

void apply(const ApplyArguments& arguments, std::int64_t tile,
           std::int64_t first, std::int64_t count) {
  const bool residual = arguments.residual != nullptr;
  if (arguments.relu && residual)
    apply_rows<true, true>(arguments, tile, first, count);
  else if (arguments.relu)
    apply_rows<true, false>(arguments, tile, first, count);
  else if (residual)
    apply_rows<false, true>(arguments, tile, first, count);
  else
    apply_rows<false, false>(arguments, tile, first, count);
}

void add_gradient_sums(const GradientArguments& arguments, std::int64_t tile,
                       std::int64_t first, std::int64_t count, float* masked,
                       float* sums, float* products) {
  const Gate kind = gate(arguments);
  if (kind == Gate::none)
    gradient_sum_rows<Gate::none, false>(arguments, tile, first, count, masked,
                                         sums, products);
  else if (kind == Gate::recomputed)
    gradient_sum_rows<Gate::recomputed, false>(arguments, tile, first, count,
                                               masked, sums, products);
  else
    gradient_sum_rows<Gate::from_y, true>(arguments, tile, first, count, masked,
                                          sums, products);
}

void input_gradient(const GradientArguments& arguments, const float* x_factor,
                    const float* offset, std::int64_t tile, std::int64_t first,
                    std::int64_t count, float* dx) {
  const Gate kind = gate(arguments);
  if (kind == Gate::recomputed)
    input_gradient_rows<Gate::recomputed>(arguments, x_factor, offset, tile,
                                          first, count, dx);
  else
    input_gradient_rows<Gate::none>(arguments, x_factor, offset, tile, first,
                                    count, dx);
}

}  // namespace triad::train
