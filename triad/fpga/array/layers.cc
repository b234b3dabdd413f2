#include "triad/fpga/array/layers.h"

#include <algorithm>

#include "triad/base/divide.h"
#include "triad/fpga/array/terms.h"
#include "triad/fpga/schedule.h"

namespace triad::fpga {
namespace {

// (t * 32767 + 2^14) >> 15 is t for every t of 9 bits.
constexpr std::int16_t kOne = 32767;

// Filter k adds up channel k - before over all taps; filters without a channel
// are dead.
Convolution ones(const Window& window, std::int64_t channels,
                 std::int64_t filters, std::int64_t before) {
  Convolution layer;
  layer.window = window;
  layer.filters = filters;
  const std::int64_t taps = window.kernel[0] * window.kernel[1];
  layer.codes.resize(std::size_t(filters * channels * taps));
  for (std::int64_t c = 0; c < channels; ++c)
    std::fill_n(layer.codes.begin() + ((c + before) * channels + c) * taps,
                taps, std::int8_t(1));
  layer.requantization.bias.resize(std::size_t(filters));
  layer.requantization.multiplier.resize(std::size_t(filters), kOne);
  return layer;
}

Folding folding(const Convolution& layer, const Stream& input,
                const ArraySettings& settings) {
  Folding result;
  result.pes = int(std::min<std::int64_t>(settings.pes, layer.filters));
  result.lanes = int(std::min<std::int64_t>(settings.lanes, input.channels));
  result.requantisers = result.pes;  // no idle cycles: terms come first
  return result;
}

// A step can sweep if each tile is one word, and lasts long enough.
bool can_sweep(const Convolution& one_tap, const Window& window,
               const Stream& input, const ArraySettings& settings) {
  if (window.kernel[0] * window.kernel[1] < settings.pes) return false;
  const LayerSchedule words =
      schedule(one_tap, input, folding(one_tap, input, settings), "pool");
  return std::ranges::all_of(words.units[0].words,
                             [](const Word& word) { return word.last; });
}

class Layers {
 public:
  Layers(const Workload& workload, const Stage& stage,
         const ArraySettings& settings)
      : workload_(workload), stage_(stage), settings_(settings) {}

  using Result = std::optional<ArrayLayer>;

  Result operator()(const Convolution& layer) const {
    return ArrayLayer{layer, false, layer.window, stage_.output.quantization};
  }

  Result operator()(const AveragePool& pool) const {
    const Stream& in = input();
    Window one = pool.window;
    one.kernel = {1, 1};
    Convolution layer = ones(one, in.channels, in.channels, 0);
    const bool sweeps = can_sweep(layer, pool.window, in, settings_);
    if (!sweeps) layer = ones(pool.window, in.channels, in.channels, 0);
    layer.requantization.shift = pool.requantization.shift;
    std::ranges::fill(layer.requantization.multiplier,
                      pool.requantization.multiplier.front());
    return ArrayLayer{std::move(layer), sweeps, pool.window,
                      stage_.output.quantization};
  }

  Result operator()(const Subsample& work) const {
    const Window window{{1, 1}, work.stride, -work.first[0], -work.first[1]};
    return ArrayLayer{ones(window, input().channels, stage_.output.channels,
                           work.channels_before),
                      false, window, stage_.output.quantization};
  }

  Result operator()(const Table&) const {
    return ArrayLayer{ones(Window{}, input().channels, input().channels, 0),
                      false, Window{}, input().quantization};
  }

  template <typename Work>
  Result operator()(const Work&) const {
    return std::nullopt;
  }

 private:
  const Stream& input() const { return workload_.input(stage_); }

  const Workload& workload_;
  const Stage& stage_;
  const ArraySettings& settings_;
};

// The words of one tile.
class TileWords {
 public:
  TileWords(const ArrayLayer& layer, const Stream& input,
            const ArraySettings& settings)
      : settings_(settings),
        used_(folding(layer.convolution, input, settings)),
        width_(input.width),
        groups_(divide_up(input.channels, settings.lanes)),
        shortest_(layer.sweeps ? 1 : settings.pes) {}

  void add(const Word& word) {
    for (const TernaryTerm& term : ternary_terms(word.codes)) {
      ArrayWord result = place(word);
      result.shift = term.shift;
      for (int pe = 0; pe < used_.pes; ++pe)
        std::copy_n(term.codes.begin() + pe * used_.lanes, used_.lanes,
                    result.codes.begin() + pe * settings_.lanes);
      words_.push_back(std::move(result));
    }
  }

  std::vector<ArrayWord> finish() {
    while (words_.size() < std::size_t(shortest_)) words_.push_back(place({}));
    words_.back().last = true;
    return std::exchange(words_, {});
  }

 private:
  ArrayWord place(const Word& word) const {
    ArrayWord result;
    result.row = word.row;
    result.column = word.column;
    result.offset = (word.row * width_ + word.column) * groups_ + word.group;
    result.codes.resize(std::size_t(settings_.pes * settings_.lanes));
    return result;
  }

  const ArraySettings& settings_;
  Folding used_;
  std::int64_t width_, groups_;
  int shortest_;
  std::vector<ArrayWord> words_;
};

void append_filters(const Tile& tile, const Convolution& layer, int pes,
                    std::vector<ArrayFilter>& to) {
  for (std::size_t pe = 0; pe < std::size_t(pes); ++pe) {
    ArrayFilter entry;
    entry.logits = layer.logits;
    if (pe < tile.filters.size()) entry.filter = tile.filters[pe];
    if (entry.filter >= 0) {
      const auto k = std::size_t(entry.filter);
      entry.bias = layer.requantization.bias[k];
      if (!layer.logits) entry.multiplier = layer.requantization.multiplier[k];
    }
    to.push_back(entry);
  }
}

}  // namespace

std::optional<ArrayLayer> make_layer(const Workload& workload,
                                     const Stage& stage,
                                     const ArraySettings& settings) {
  return std::visit(Layers(workload, stage, settings), stage.work);
}

LayerProgram program_layer(const ArrayLayer& layer, const Stream& input,
                           const ArraySettings& settings,
                           const std::string& name) {
  const Convolution& convolution = layer.convolution;
  const UnitSchedule unit =
      schedule(convolution, input, folding(convolution, input, settings), name)
          .units[0];
  LayerProgram result;
  TileWords words(layer, input, settings);
  auto tile = unit.tiles.begin();
  for (const Word& word : unit.words) {
    words.add(word);
    if (!word.last) continue;
    std::ranges::move(words.finish(), std::back_inserter(result.words));
    append_filters(*tile++, convolution, settings.pes, result.filters);
  }
  result.filters.back().last = true;
  return result;
}

}  // namespace triad::fpga
