#include "triad/runtime/groups.h"

#include <algorithm>
#include <cstring>

namespace triad::runtime {
namespace {

constexpr std::int64_t kQuad = 4;
constexpr std::int64_t kPackedInputs = 16;

std::int64_t divide_up(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

// Codes of one block of outputs and one quad of inputs, all taps.
class Column {
 public:
  Column(const LayerCodes& layer, std::int64_t block)
      : layer_(layer),
        block_(block),
        group_outputs_(layer.outputs / layer.convolution_groups),
        group_inputs_(layer.inputs / layer.convolution_groups),
        codes_(std::size_t(layer.taps * block * kQuad)) {}

  // Collects the codes, [taps][block][4]; false if all are zero.
  bool gather(std::int64_t output_block, std::int64_t quad) {
    bool any = false;
    for (std::int64_t k = 0; k < block_; ++k)
      for (std::int64_t i = 0; i < kQuad; ++i) {
        const std::int8_t* taps =
            find(output_block * block_ + k, quad * kQuad + i);
        rows_[std::size_t(k * kQuad + i)] = taps;
        any = any || (taps && !is_zero(taps));
      }
    if (!any) return false;
    std::int8_t* code = codes_.data();
    for (std::int64_t tap = 0; tap < layer_.taps; ++tap)
      for (std::int64_t i = 0; i < block_ * kQuad; ++i) {
        const std::int8_t* taps = rows_[std::size_t(i)];
        *code++ = taps ? taps[tap] : std::int8_t(0);
      }
    return true;
  }

  // The codes of one tap, [block][4]; empty if all are zero.
  std::span<const std::int8_t> tap(std::int64_t tap) const {
    const std::size_t size = std::size_t(block_ * kQuad);
    const auto codes = std::span(codes_).subspan(std::size_t(tap) * size, size);
    const bool any =
        std::ranges::any_of(codes, [](std::int8_t code) { return code != 0; });
    return any ? codes : std::span<const std::int8_t>();
  }

 private:
  // The taps of an output and an input, or null where none are stored.
  const std::int8_t* find(std::int64_t output, std::int64_t input) const {
    if (output >= layer_.outputs || input >= layer_.inputs) return nullptr;
    const std::int64_t group = output / group_outputs_;
    const std::int64_t local = input - group * group_inputs_;
    if (local < 0 || local >= group_inputs_) return nullptr;
    return &layer_.codes[std::size_t((output * group_inputs_ + local) *
                                     layer_.taps)];
  }

  bool is_zero(const std::int8_t* taps) const {
    return std::all_of(taps, taps + layer_.taps,
                       [](std::int8_t code) { return code == 0; });
  }

  const LayerCodes& layer_;
  std::int64_t block_, group_outputs_, group_inputs_;
  std::vector<std::int8_t> codes_;
  const std::int8_t* rows_[64] = {};  // block_ * kQuad at most
};

// Calls visit(output block, quad, tap, codes) for each living group, and
// end(output block) after each block.
template <typename Visit, typename End>
void for_each_group(const LayerCodes& layer, std::int64_t block, Visit visit,
                    End end) {
  Column column(layer, block);
  for (std::int64_t b = 0; b < divide_up(layer.outputs, block); ++b) {
    for (std::int64_t quad = 0; quad < divide_up(layer.inputs, kQuad); ++quad) {
      if (!column.gather(b, quad)) continue;
      for (std::int64_t tap = 0; tap < layer.taps; ++tap)
        if (const auto codes = column.tap(tap); !codes.empty())
          visit(quad, tap, codes);
    }
    end();
  }
}

// Growing storage of groups, then the aligned one of a Groups.
void store(Groups& groups, const std::vector<std::int8_t>& weights) {
  groups.weights = allocate_aligned(
      std::max<std::int64_t>(std::int64_t(weights.size()), kQuad));
  if (!weights.empty())
    std::memcpy(groups.weights.get(), weights.data(), weights.size());
}

}  // namespace

Groups pack_groups(const LayerCodes& layer, std::int64_t block,
                   std::span<const std::int32_t> offsets) {
  Groups groups{.blocks = divide_up(layer.outputs, block),
                .group_bytes = block * kQuad,
                .begin = {0}};
  std::vector<std::int8_t> weights;
  weights.reserve(layer.codes.size() / 4);
  for_each_group(
      layer, block,
      [&](std::int64_t quad, std::int64_t tap, auto codes) {
        groups.offsets.push_back(offsets[std::size_t(quad * layer.taps + tap)]);
        weights.insert(weights.end(), codes.begin(), codes.end());
      },
      [&] { groups.begin.push_back(std::int32_t(groups.offsets.size())); });
  store(groups, weights);
  return groups;
}

Groups pack_ternary_groups(const LayerCodes& layer) {
  constexpr std::int64_t kOutputs = 16;
  Groups groups{.blocks = divide_up(layer.outputs, kOutputs),
                .group_bytes = kOutputs * kQuad,
                .begin = {0}};
  std::vector<std::int8_t> weights;
  weights.reserve(layer.codes.size() / 4);
  for (std::int64_t block = 0; block < groups.blocks; ++block) {
    const std::int64_t rows =
        std::min(kOutputs, layer.outputs - block * kOutputs);
    for (std::int64_t c = 0; c < layer.inputs; c += kPackedInputs) {
      const std::int64_t inputs = std::min(kPackedInputs, layer.inputs - c);
      std::uint8_t packed[kOutputs * kQuad] = {};
      std::uint8_t any = 0;
      for (std::int64_t k = 0; k < rows; ++k) {
        const std::int8_t* row =
            &layer
                 .codes[std::size_t((block * kOutputs + k) * layer.inputs + c)];
        for (std::int64_t i = 0; i < inputs; ++i) {
          const auto bits = std::uint8_t((row[i] & 3) << (i / kQuad * 2));
          packed[k * kQuad + i % kQuad] |= bits;
          any |= bits;
        }
      }
      if (any == 0) continue;
      groups.offsets.push_back(std::int32_t(c));
      weights.insert(weights.end(), packed, packed + sizeof packed);
    }
    groups.begin.push_back(std::int32_t(groups.offsets.size()));
  }
  store(groups, weights);
  return groups;
}

double group_density(const LayerCodes& layer, std::int64_t block) {
  std::int64_t living = 0;
  for_each_group(
      layer, block, [&](auto, auto, auto) { ++living; }, [] {});
  const std::int64_t all = divide_up(layer.outputs, block) *
                           divide_up(layer.inputs, kQuad) * layer.taps;
  return double(living) / double(all);
}

}  // namespace triad::runtime
