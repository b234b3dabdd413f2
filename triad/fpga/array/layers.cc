#include "triad/fpga/array/layers.h"

#include <algorithm>
#include <bit>
#include <cstdint>

#include "triad/base/divide.h"
#include "triad/base/error.h"
#include "triad/encoding/power_terms.h"
#include "triad/fpga/array/tiles.h"

namespace triad::fpga {
namespace {

// (t * 32767 + 2^14) >> 15 is t for every t of 9 bits.
constexpr std::int16_t kOne = 32767;

// Filter k adds up channel k - before over all taps, `weight` times; filters
// without a channel are dead.
Convolution ones(const Window& window, std::int64_t channels,
                 std::int64_t filters, std::int64_t before,
                 std::int8_t weight = 1) {
  Convolution layer;
  layer.window = window;
  layer.filters = filters;
  const std::int64_t taps = window.kernel[0] * window.kernel[1];
  layer.codes.resize(std::size_t(filters * channels * taps));
  for (std::int64_t c = 0; c < channels; ++c)
    std::fill_n(layer.codes.begin() + ((c + before) * channels + c) * taps,
                taps, weight);
  layer.requantization.bias.resize(std::size_t(filters));
  layer.requantization.multiplier.resize(std::size_t(filters), kOne);
  return layer;
}

// A step can sweep if each tile is one word of one term, and lasts long enough.
bool can_sweep(const ArrayLayer& one_tap, const Window& window,
               std::int8_t weight, const Stream& input,
               const ArraySettings& settings) {
  if (window.kernel[0] * window.kernel[1] <
          settings.pes / settings.requantisers ||
      !std::has_single_bit(unsigned(weight)))
    return false;
  const UnitSchedule unit = schedule_tiles(one_tap, input, settings, "pool");
  return std::ranges::all_of(unit.words,
                             [](const Word& word) { return word.last; });
}

class Layers {
 public:
  Layers(const Workload& workload, const Stage& stage,
         const ArraySettings& settings)
      : workload_(workload), stage_(stage), settings_(settings) {}

  using Result = std::vector<ArrayLayer>;

  Result operator()(const Convolution& layer) const {
    return {make(layer, layer.window)};
  }

  Result operator()(const AveragePool& pool) const {
    Result layers;
    for (const PoolPart& part : pool_parts(pool, input(), stage_.output))
      layers.push_back(make_pool(pool, part));
    return layers;
  }

  Result operator()(const Subsample& work) const {
    const Window window{{1, 1}, work.stride, -work.first[0], -work.first[1]};
    return {make(ones(window, input().channels, stage_.output.channels,
                      work.channels_before),
                 window)};
  }

  Result operator()(const Concat&) const {
    Result layers;
    std::int64_t before = 0;
    for (std::size_t i = 0; i < stage_.inputs.size(); ++i) {
      const std::int64_t channels = workload_.input(stage_, i).channels;
      layers.push_back(make(
          ones(Window{}, channels, stage_.output.channels, before), Window{}));
      layers.back().input = i;
      layers.back().first_filter = before;
      layers.back().end_filter = before += channels;
    }
    return layers;
  }

  Result operator()(const Table&) const {
    const std::int64_t channels = input().channels;
    ArrayLayer layer = make(ones(Window{}, channels, channels, 0), Window{});
    layer.has_table = true;
    layer.to = input().quantization;
    return {layer};
  }

  template <typename Work>
  Result operator()(const Work&) const {
    return {};
  }

 private:
  const Stream& input() const { return workload_.input(stage_); }

  ArrayLayer make(Convolution convolution, const Window& window) const {
    ArrayLayer layer;
    layer.convolution = std::move(convolution);
    layer.part.size = {stage_.output.height, stage_.output.width};
    layer.window = window;
    layer.to = stage_.output.quantization;
    return layer;
  }

  ArrayLayer make_pool(const AveragePool& pool, const PoolPart& part) const {
    require(part.weight <= INT8_MAX,
            "fpga: array: {}: expected sums of windows that count at most {} "
            "times to have one divisor, got {} times",
            stage_.name, INT8_MAX, part.weight);
    const auto weight = std::int8_t(part.weight);
    const Stream& in = input();
    Window one = pool.window;
    one.kernel = {1, 1};
    ArrayLayer layer =
        make(ones(one, in.channels, in.channels, 0, weight), pool.window);
    layer.sweeps = can_sweep(layer, pool.window, weight, in, settings_);
    if (!layer.sweeps)
      layer.convolution =
          ones(pool.window, in.channels, in.channels, 0, weight);
    layer.part = part.part;
    auto& integers = layer.convolution.requantization;
    integers.shift = pool.requantization.shift;
    std::ranges::fill(integers.multiplier,
                      pool.requantization.multiplier.front());
    return layer;
  }

  const Workload& workload_;
  const Stage& stage_;
  const ArraySettings& settings_;
};

// The words of one tile.
class TileWords {
 public:
  TileWords(const ArrayLayer& layer, const Stream& input,
            const ArraySettings& settings)
      : width_(input.width),
        groups_(divide_up(input.channels, settings.lanes)),
        codes_(std::size_t(settings.pes * settings.lanes)),
        shortest_(layer.sweeps
                      ? 1
                      : std::size_t(settings.pes / settings.requantisers)) {}

  void add(const Word& word) {
    for (encoding::PowerTerm& term : encoding::power_terms(word.codes)) {
      ArrayWord result = place(word);
      result.shift = term.shift;
      result.codes = std::move(term.codes);
      words_.push_back(std::move(result));
    }
  }

  std::vector<ArrayWord> finish() {
    while (words_.size() < shortest_) {
      words_.push_back(place({}));
      words_.back().codes.resize(codes_);
    }
    words_.back().last = true;
    return std::exchange(words_, {});
  }

 private:
  ArrayWord place(const Word& word) const {
    ArrayWord result;
    result.row = word.row;
    result.column = word.column;
    result.offset = (word.row * width_ + word.column) * groups_ + word.group;
    return result;
  }

  std::int64_t width_, groups_;
  std::size_t codes_, shortest_;
  std::vector<ArrayWord> words_;
};

bool writes(const ArrayLayer& layer, std::int64_t filter) {
  return filter >= layer.first_filter && filter < layer.end_filter;
}

void append_filters(const Tile& tile, const ArrayLayer& of,
                    std::vector<ArrayFilter>& to) {
  const Convolution& layer = of.convolution;
  for (const std::int64_t filter : tile.filters) {
    ArrayFilter entry;
    entry.logits = layer.logits;
    if (writes(of, filter)) entry.filter = filter;
    if (entry.filter >= 0) {
      const auto k = std::size_t(entry.filter);
      entry.bias = layer.requantization.bias[k];
      if (!layer.logits) entry.multiplier = layer.requantization.multiplier[k];
    }
    to.push_back(entry);
  }
}

}  // namespace

std::vector<ArrayLayer> make_layers(const Workload& workload,
                                    const Stage& stage,
                                    const ArraySettings& settings) {
  return std::visit(Layers(workload, stage, settings), stage.work);
}

LayerProgram program_layer(const ArrayLayer& layer, const Stream& input,
                           const ArraySettings& settings,
                           const std::string& name) {
  const UnitSchedule unit = schedule_tiles(layer, input, settings, name);
  LayerProgram result;
  TileWords words(layer, input, settings);
  auto tile = unit.tiles.begin();
  for (const Word& word : unit.words) {
    words.add(word);
    if (!word.last) continue;
    auto finished = words.finish();
    const Tile& ended = *tile++;
    if (std::ranges::none_of(ended.filters, [&](std::int64_t filter) {
          return writes(layer, filter);
        }))
      continue;
    std::ranges::move(finished, std::back_inserter(result.words));
    append_filters(ended, layer, result.filters);
  }
  result.filters.back().last = true;
  return result;
}

}  // namespace triad::fpga
