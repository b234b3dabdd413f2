#include "triad/fpga/array/tiles.h"

#include <algorithm>
#include <numeric>

namespace triad::fpga {
namespace {

// Filters first .. first + count - 1 alone, their codes whole: layers.cc makes
// terms of them, word by word.
Convolution part_of(const Convolution& layer, std::int64_t first,
                    std::int64_t count) {
  Convolution part;
  part.window = layer.window;
  part.filters = count;
  part.weight_bits = 8;
  const auto size = std::ptrdiff_t(layer.codes.size()) / layer.filters;
  part.codes.assign(layer.codes.begin() + first * size,
                    layer.codes.begin() + (first + count) * size);
  return part;
}

class Placer {
 public:
  Placer(const ArrayLayer& layer, const Stream& input,
         const ArraySettings& settings)
      : layer_(layer.convolution),
        input_(input),
        settings_(settings),
        several_(settings.requantisers > 1),
        apart_(several_ && (layer_.logits || layer.has_table)) {}

  UnitSchedule run(const std::string& name) {
    const std::int64_t filters = layer_.filters;
    const std::int64_t size =
        several_ && !apart_
            ? std::max<std::int64_t>(settings_.pes, settings_.lanes)
            : filters;
    for (std::int64_t first = 0; first < filters; first += size)
      add(first, std::min(size, filters - first), name);
    return std::move(result_);
  }

 private:
  void add(std::int64_t first, std::int64_t count, const std::string& name) {
    Folding folding;
    const int spread = apart_ ? settings_.requantisers : 1;
    folding.pes = int(std::min<std::int64_t>(settings_.pes / spread, count));
    folding.lanes =
        int(std::min<std::int64_t>(settings_.lanes, input_.channels));
    folding.requantisers = folding.pes;
    const UnitSchedule unit = schedule(part_of(layer_, first, count), input_,
                                       folding, name, Scheduled::all)
                                  .units[0];
    auto tile = unit.tiles.begin();
    auto places = places_of(*tile, spread);
    for (const Word& word : unit.words) {
      result_.words.push_back(spread_out(word, folding, places));
      if (!word.last) continue;
      add_tile(*tile, first, places);
      if (++tile != unit.tiles.end()) places = places_of(*tile, spread);
    }
  }

  // The PE of the array for each of a tile's: by filter where a tile spans
  // several words of the output.
  std::vector<std::size_t> places_of(const Tile& tile, int spread) const {
    std::vector<std::size_t> order(tile.filters.size());
    std::iota(order.begin(), order.end(), 0);
    if (several_)
      std::ranges::stable_sort(order, {}, [&](std::size_t pe) {
        const std::int64_t filter = tile.filters[pe];
        return filter >= 0 ? filter : INT64_MAX;
      });
    std::vector<std::size_t> places(order.size());
    for (std::size_t i = 0; i < order.size(); ++i)
      places[order[i]] = i * std::size_t(spread);
    return places;
  }

  Word spread_out(const Word& word, const Folding& folding,
                  const std::vector<std::size_t>& places) const {
    Word result = word;
    const auto lanes = std::size_t(settings_.lanes);
    result.codes.assign(std::size_t(settings_.pes) * lanes, 0);
    for (std::size_t pe = 0; pe < places.size(); ++pe)
      std::copy_n(word.codes.begin() + std::ptrdiff_t(pe) * folding.lanes,
                  folding.lanes,
                  result.codes.begin() + std::ptrdiff_t(places[pe] * lanes));
    return result;
  }

  void add_tile(const Tile& tile, std::int64_t first,
                const std::vector<std::size_t>& places) {
    Tile placed{std::vector<std::int64_t>(std::size_t(settings_.pes), -1),
                tile.living};
    for (std::size_t pe = 0; pe < places.size(); ++pe)
      if (tile.filters[pe] >= 0)
        placed.filters[places[pe]] = first + tile.filters[pe];
    result_.tiles.push_back(std::move(placed));
  }

  const Convolution& layer_;
  const Stream& input_;
  const ArraySettings& settings_;
  bool several_, apart_;
  UnitSchedule result_;
};

}  // namespace

UnitSchedule schedule_tiles(const ArrayLayer& layer, const Stream& input,
                            const ArraySettings& settings,
                            const std::string& name) {
  return Placer(layer, input, settings).run(name);
}

}  // namespace triad::fpga
