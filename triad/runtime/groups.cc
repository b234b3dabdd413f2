#include "triad/runtime/groups.h"

#include <algorithm>
#include <cstring>

#include "triad/base/divide.h"
#include "triad/base/transpose.h"

namespace triad::runtime {
namespace {

constexpr std::int64_t kQuad = 4;
constexpr std::int64_t kBlock = 8;  // outputs
constexpr std::int64_t kPackedInputs = 16;

// Codes of one block of outputs and one quad of inputs, all taps.
class Column {
 public:
  explicit Column(const LayerCodes& layer)
      : layer_(layer),
        group_outputs_(layer.outputs / layer.convolution_groups),
        group_inputs_(layer.inputs / layer.convolution_groups),
        codes_(std::size_t(layer.taps * kBlock * kQuad)) {}

  // Collects the codes, [taps][block][4]; false if none are stored.
  bool gather(std::int64_t output_block, std::int64_t quad) {
    if (layer_.convolution_groups == 1 &&
        (output_block + 1) * kBlock <= layer_.outputs &&
        (quad + 1) * kQuad <= layer_.inputs) {
      copy_block(layer_.codes.data() +
                 (output_block * kBlock * layer_.inputs + quad * kQuad) *
                     layer_.taps);
      return true;
    }
    std::fill(codes_.begin(), codes_.end(), std::int8_t(0));
    bool any = false;
    for (std::int64_t k = 0; k < kBlock; ++k) {
      const std::int64_t output = output_block * kBlock + k;
      const std::int8_t* taps[kQuad];
      int stored = 0;
      for (std::int64_t i = 0; i < kQuad; ++i) {
        taps[i] = find(output, quad * kQuad + i);
        stored += taps[i] != nullptr;
      }
      std::int8_t* codes = codes_.data() + k * kQuad;
      if (stored > 0) copy_some(taps, codes);
      any = any || stored > 0;
    }
    return any;
  }

  // The codes of one tap, [block][4]; empty if all are zero.
  std::span<const std::int8_t> tap(std::int64_t tap) const {
    const std::size_t size = std::size_t(kBlock * kQuad);
    const auto codes = std::span(codes_).subspan(std::size_t(tap) * size, size);
    std::int8_t any = 0;
    for (const std::int8_t code : codes) any |= code;
    return any != 0 ? codes : std::span<const std::int8_t>();
  }

 private:
  // All outputs and inputs, eight taps at a time: this is most of packing. A
  // row of the transposed bytes is an input of one of two outputs.
  void copy_block(const std::int8_t* from) {
    const std::int64_t row = layer_.inputs * layer_.taps;  // of an output
    for (std::int64_t k = 0; k < kBlock; k += 2, from += 2 * row) {
      std::int8_t* codes = codes_.data() + k * kQuad;
      const auto input = [&](std::int64_t i) {
        return from + i / kQuad * row + i % kQuad * layer_.taps;
      };
      std::int64_t tap = 0;
      for (; tap + 8 <= layer_.taps; tap += 8)
        transpose_8x8(
            [&](int i) { return input(i) + tap; },
            [&](int t) { return codes + (tap + t) * kBlock * kQuad; });
      for (; tap < layer_.taps; ++tap)
        for (std::int64_t i = 0; i < 2 * kQuad; ++i)
          codes[tap * kBlock * kQuad + i] = input(i)[tap];
    }
  }

  // One output, all taps, of the inputs that are stored.
  void copy_some(const std::int8_t* const (&taps)[kQuad], std::int8_t* codes) {
    for (std::size_t i = 0; i < kQuad; ++i)
      for (std::int64_t tap = 0; taps[i] && tap < layer_.taps; ++tap)
        codes[tap * kBlock * kQuad + std::int64_t(i)] = taps[i][tap];
  }

  // The taps of an output and an input, or null where none are stored.
  const std::int8_t* find(std::int64_t output, std::int64_t input) const {
    if (output >= layer_.outputs || input >= layer_.inputs) return nullptr;
    std::int64_t local = input;
    if (layer_.convolution_groups > 1) {
      local -= output / group_outputs_ * group_inputs_;
      if (local < 0 || local >= group_inputs_) return nullptr;
    }
    return &layer_.codes[std::size_t((output * group_inputs_ + local) *
                                     layer_.taps)];
  }

  const LayerCodes& layer_;
  std::int64_t group_outputs_, group_inputs_;
  std::vector<std::int8_t> codes_;
};

// Calls visit(quad, tap, codes) for each living group, and end() after each
// block of outputs.
template <typename Visit, typename End>
void for_each_group(const LayerCodes& layer, Visit visit, End end) {
  Column column(layer);
  for (std::int64_t b = 0; b < divide_up(layer.outputs, kBlock); ++b) {
    for (std::int64_t quad = 0; quad < divide_up(layer.inputs, kQuad); ++quad) {
      if (!column.gather(b, quad)) continue;
      for (std::int64_t tap = 0; tap < layer.taps; ++tap)
        if (const auto codes = column.tap(tap); !codes.empty())
          visit(quad, tap, codes);
    }
    end();
  }
}

// Room for `most` groups; memory nobody writes to costs nothing.
Groups make_groups(std::int64_t blocks, std::int64_t group_bytes,
                   std::int64_t most) {
  Groups groups{.blocks = blocks, .group_bytes = group_bytes, .begin = {0}};
  groups.places.reserve(std::size_t(most));
  groups.weights =
      allocate_aligned(std::max<std::int64_t>(most, 1) * group_bytes);
  return groups;
}

// Appends a group, all of it to be written.
std::int8_t* append(Groups& groups, std::int32_t place) {
  auto* weights = reinterpret_cast<std::int8_t*>(groups.weights.get()) +
                  groups.count() * groups.group_bytes;
  groups.places.push_back(place);
  return weights;
}

void end_block(Groups& groups) {
  groups.begin.push_back(std::int32_t(groups.places.size()));
}

}  // namespace

Groups pack_groups(const LayerCodes& layer) {
  // No more than there are places, nor than there are codes.
  const std::int64_t blocks = divide_up(layer.outputs, kBlock);
  const std::int64_t most =
      std::min(blocks * divide_up(layer.inputs, kQuad) * layer.taps,
               std::int64_t(layer.codes.size()));
  Groups groups = make_groups(blocks, kBlock * kQuad, most);
  for_each_group(
      layer,
      [&](std::int64_t quad, std::int64_t tap, auto codes) {
        std::memcpy(append(groups, std::int32_t(quad * layer.taps + tap)),
                    codes.data(), kBlock * kQuad);
      },
      [&] { end_block(groups); });
  return groups;
}

Groups join_pairs(const Groups& groups) {
  constexpr std::size_t half = kBlock * kQuad;  // bytes of a group
  Groups pairs =
      make_groups(divide_up(groups.blocks, 2), 2 * half, groups.count());
  for (std::int64_t block = 0; block < groups.blocks; block += 2) {
    std::int32_t i[2], end[2];
    for (std::int64_t side = 0; side < 2; ++side) {
      const auto b = std::size_t(std::min(block + side, groups.blocks));
      i[side] = groups.begin[b];
      end[side] = groups.begin[std::min(b + 1, groups.begin.size() - 1)];
    }
    while (i[0] < end[0] || i[1] < end[1]) {
      std::int32_t place[2];
      for (int side = 0; side < 2; ++side)
        place[side] = i[side] < end[side] ? groups.places[std::size_t(i[side])]
                                          : INT32_MAX;
      const std::int32_t next = std::min(place[0], place[1]);
      std::int8_t* weights = append(pairs, next);
      for (int side = 0; side < 2; ++side, weights += half)
        if (place[side] == next)
          std::memcpy(weights, groups.codes() + i[side]++ * half, half);
        else
          std::memset(weights, 0, half);
    }
    end_block(pairs);
  }
  return pairs;
}

Groups pack_ternary_groups(const LayerCodes& layer) {
  constexpr std::int64_t kOutputs = 16;
  const std::int64_t blocks = divide_up(layer.outputs, kOutputs);
  Groups groups = make_groups(blocks, kOutputs * kQuad,
                              blocks * divide_up(layer.inputs, kPackedInputs));
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
      std::memcpy(append(groups, std::int32_t(c / kPackedInputs)), packed,
                  sizeof packed);
    }
    end_block(groups);
  }
  return groups;
}

}  // namespace triad::runtime
