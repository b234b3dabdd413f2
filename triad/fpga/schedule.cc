#include "triad/fpga/schedule.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <numeric>

#include "triad/base/divide.h"
#include "triad/base/error.h"
#include "triad/encoding/power_terms.h"

namespace triad::fpga {
namespace {

using Bits = std::vector<std::uint64_t>;  // which groups of a filter live

std::int64_t count(const Bits& bits) {
  std::int64_t sum = 0;
  for (const std::uint64_t word : bits) sum += std::popcount(word);
  return sum;
}

void unite(Bits& into, const Bits& other) {
  for (std::size_t i = 0; i < into.size(); ++i) into[i] |= other[i];
}

// The ternary terms of a layer's codes, highest power first; none where the PEs
// take codes as they are.
std::vector<encoding::PowerTerm> terms_of(const Convolution& layer) {
  const auto is_digit = [](std::int8_t code) { return std::abs(code) <= 1; };
  if (layer.weight_bits != 2 || std::ranges::all_of(layer.codes, is_digit))
    return {};
  auto terms = encoding::power_terms(layer.codes);
  std::ranges::reverse(terms);
  return terms;
}

// The groups of a layer, as one folding reads them: term by term, of each tap
// by tap, the blocks of channels of each together.
class Groups {
 public:
  Groups(const Convolution& layer, std::int64_t channels, int lanes)
      : layer_(layer),
        terms_(terms_of(layer)),
        channels_(channels),
        lanes_(lanes),
        taps_(layer.window.kernel[0] * layer.window.kernel[1]),
        blocks_(divide_up(channels, lanes)) {}

  std::int64_t count() const { return term_count() * taps_ * blocks_; }
  std::size_t size_of_bits() const {
    return std::size_t(divide_up(count(), 64));
  }

  Bits living(std::int64_t filter) const {
    Bits bits(size_of_bits());
    for (std::int64_t term = 0; term < term_count(); ++term) {
      const std::int8_t* code = codes(term, filter);
      for (std::int64_t c = 0; c < channels_; ++c)
        for (std::int64_t tap = 0; tap < taps_; ++tap) {
          if (*code++ == 0) continue;
          const std::int64_t group =
              (term * taps_ + tap) * blocks_ + c / lanes_;
          bits[std::size_t(group / 64)] |= std::uint64_t(1) << (group % 64);
        }
    }
    return bits;
  }

  // The cycle in which the PEs of a tile work on `group`.
  Word word(const Tile& tile, std::int64_t group) const {
    Word result = idle(tile);
    const std::int64_t tap = group / blocks_ % taps_;
    result.row = int(tap / layer_.window.kernel[1]);
    result.column = int(tap % layer_.window.kernel[1]);
    result.group = int(group % blocks_);
    const std::int64_t first = result.group * lanes_;
    const std::int64_t size = std::min<std::int64_t>(lanes_, channels_ - first);
    for (std::size_t pe = 0; pe < tile.filters.size(); ++pe) {
      if (tile.filters[pe] < 0) continue;
      const std::int8_t* code =
          codes(term_of(group), tile.filters[pe]) + first * taps_ + tap;
      for (std::int64_t lane = 0; lane < size; ++lane)
        result.codes[pe * std::size_t(lanes_) + std::size_t(lane)] =
            code[lane * taps_];
    }
    return result;
  }

  Word idle(const Tile& tile) const {
    Word result;
    result.codes.resize(tile.filters.size() * std::size_t(lanes_));
    return result;
  }

  std::int64_t term_count() const {
    return std::max<std::int64_t>(1, std::ssize(terms_));
  }
  std::int64_t term_of(std::int64_t group) const {
    return group / (taps_ * blocks_);
  }
  // The power of two that its sum is to be multiplied by.
  int shift(std::int64_t group) const {
    return terms_.empty() ? 0 : terms_[std::size_t(term_of(group))].shift;
  }

  // Calls visit(group) for each living one, in order.
  template <typename Visit>
  void for_each(const Bits& living, Visit&& visit) const {
    for (std::int64_t group = 0; group < count(); ++group)
      if (living[std::size_t(group / 64)] >> (group % 64) & 1) visit(group);
  }

  // Cycles in which a tile doubles and adds nothing: from its highest power
  // down to 1 there is a doubling for each, which the first group of a term
  // brings along.
  std::int64_t idle_doublings(const Bits& living) const {
    if (terms_.empty()) return 0;
    std::int64_t doublings = 0, last = -1;
    for_each(living, [&](std::int64_t group) {
      const std::int64_t term = term_of(group);
      if (last < 0) doublings = shift(group);
      if (last >= 0 && term != last) --doublings;
      last = term;
    });
    return doublings;
  }

 private:
  const std::int8_t* codes(std::int64_t term, std::int64_t filter) const {
    const auto& all =
        terms_.empty() ? layer_.codes : terms_[std::size_t(term)].codes;
    return all.data() + filter * channels_ * taps_;
  }

  const Convolution& layer_;
  const std::vector<encoding::PowerTerm> terms_;
  std::int64_t channels_, lanes_, taps_, blocks_;
};

struct Group {  // of filters that work side by side
  std::vector<std::size_t> filters;
  Bits living;
  std::int64_t cycles = 0;  // of its tile
};

// Those of `filters` that are of one block of as many as there are PEs: what a
// model pruned in such blocks suggests.
std::vector<Group> group_in_order(const std::vector<Bits>& living,
                                  const std::vector<std::size_t>& filters,
                                  std::size_t pes) {
  std::vector<Group> groups;
  for (const std::size_t k : filters) {
    if (groups.empty() || groups.back().filters.back() / pes != k / pes)
      groups.push_back({{}, Bits(living[k].size())});
    groups.back().filters.push_back(k);
    unite(groups.back().living, living[k]);
  }
  return groups;
}

std::int64_t count_united(const Bits& a, const Bits& b) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += std::popcount(a[i] | b[i]);
  return sum;
}

// Each group starts with the fullest filter left and takes those that add the
// fewest groups to it; of such, the fullest, which would cost most elsewhere.
std::vector<Group> group_alike(const std::vector<Bits>& living,
                               const std::vector<std::size_t>& filters,
                               std::size_t pes) {
  std::vector<std::int64_t> size;
  for (const Bits& bits : living) size.push_back(count(bits));
  std::vector<std::size_t> left = filters;
  std::ranges::stable_sort(left, std::greater{},
                           [&](std::size_t k) { return size[k]; });
  std::vector<Group> groups;
  while (!left.empty()) {
    groups.push_back({{}, Bits(living.front().size())});
    Group& group = groups.back();
    while (group.filters.size() < pes && !left.empty()) {
      // Fullest first, so the first of equal unions is the fullest.
      const auto best =
          group.filters.empty()
              ? left.begin()
              : std::ranges::min_element(left, {}, [&](std::size_t k) {
                  return count_united(group.living, living[k]);
                });
      unite(group.living, living[*best]);
      group.filters.push_back(*best);
      left.erase(best);
    }
  }
  return groups;
}

// Longest processing time first: a unit is never left more than a tile behind,
// so the longest lasts no longer than a walk over all groups would.
std::vector<std::vector<Group>> share_out(std::vector<Group> groups,
                                          int units) {
  std::ranges::stable_sort(groups, std::greater{}, &Group::cycles);
  std::vector<std::vector<Group>> result(static_cast<std::size_t>(units));
  std::vector<std::int64_t> load(result.size());
  for (Group& group : groups) {
    const auto unit =
        std::size_t(std::ranges::min_element(load) - load.begin());
    load[unit] += group.cycles;
    result[unit].push_back(std::move(group));
  }
  return result;
}

std::int64_t longest(const std::vector<std::vector<Group>>& units) {
  std::int64_t result = 0;
  for (const std::vector<Group>& unit : units) {
    std::int64_t cycles = 0;
    for (const Group& group : unit) cycles += group.cycles;
    result = std::max(result, cycles);
  }
  return result;
}

std::int64_t shortest_tile(const Folding& folding) {
  return folding.pes / folding.requantisers;
}

std::int64_t tile_cycles(const Bits& living, const Groups& groups,
                         const Folding& folding) {
  return std::max(shortest_tile(folding),
                  count(living) + groups.idle_doublings(living));
}

// The tiles of each unit, by the better of the two groupings.
std::vector<std::vector<Group>> assign(const Groups& groups,
                                       std::int64_t layer_filters,
                                       const Folding& folding,
                                       Scheduled scheduled) {
  std::vector<Bits> living;
  std::vector<std::size_t> filters;
  for (std::int64_t k = 0; k < layer_filters; ++k) {
    living.push_back(groups.living(k));
    if (scheduled == Scheduled::all || count(living.back()) > 0)
      filters.push_back(std::size_t(k));
  }
  const auto share = [&](std::vector<Group> tiles) {
    for (Group& tile : tiles)
      tile.cycles = tile_cycles(tile.living, groups, folding);
    return share_out(std::move(tiles), folding.units);
  };
  const auto pes = std::size_t(folding.pes);
  auto alike = share(group_alike(living, filters, pes));
  auto in_order = share(group_in_order(living, filters, pes));
  auto& best = longest(in_order) < longest(alike) ? in_order : alike;
  for (std::vector<Group>& unit : best)
    if (unit.empty())
      unit.push_back({{}, Bits(groups.size_of_bits()), shortest_tile(folding)});
  return best;
}

std::vector<std::int64_t> left_out(const std::vector<UnitSchedule>& units,
                                   std::int64_t filters) {
  std::vector<char> has_tile(static_cast<std::size_t>(filters));
  for (const UnitSchedule& unit : units)
    for (const Tile& tile : unit.tiles)
      for (const std::int64_t filter : tile.filters)
        if (filter >= 0) has_tile[std::size_t(filter)] = true;
  std::vector<std::int64_t> result;
  for (std::int64_t k = 0; k < filters; ++k)
    if (!has_tile[std::size_t(k)]) result.push_back(k);
  return result;
}

// Appends the words of a tile: from one power of two to the next its sums are
// doubled, by the first word of the next or, for powers without a word, by idle
// ones.
void append_tile(const Group& from, const Tile& tile, const Groups& groups,
                 std::vector<Word>& words) {
  const std::size_t first = words.size();
  int shift = -1;  // of the words so far
  const auto double_down = [&](int to) {
    for (; shift > to; --shift) {
      words.push_back(groups.idle(tile));
      words.back().doubles = true;
    }
  };
  groups.for_each(from.living, [&](std::int64_t group) {
    const int to = groups.shift(group);
    double_down(to + 1);
    words.push_back(groups.word(tile, group));
    words.back().doubles = shift > to;
    shift = to;
  });
  double_down(0);
  const Word idle = groups.idle(tile);
  words.resize(std::max(words.size(), first + std::size_t(from.cycles)), idle);
  words.back().last = true;
}

UnitSchedule make_unit(const std::vector<Group>& tiles, const Groups& groups,
                       const Folding& folding) {
  UnitSchedule unit;
  for (const Group& from : tiles) {
    Tile tile{std::vector<std::int64_t>(std::size_t(folding.pes), -1),
              count(from.living)};
    std::ranges::copy(from.filters, tile.filters.begin());
    append_tile(from, tile, groups, unit.words);
    unit.tiles.push_back(std::move(tile));
  }
  return unit;
}

// The last tile of a unit that is done early lasts on.
void pad(UnitSchedule& unit, std::size_t words, const Groups& groups) {
  if (unit.words.size() == words) return;
  unit.words.back().last = false;
  unit.words.resize(words, groups.idle(unit.tiles.back()));
  unit.words.back().last = true;
}

void check(const Convolution& layer, const Stream& input,
           const Folding& folding, std::string_view name) {
  const auto& [units, pes, lanes, requantisers] = folding;
  require(units >= 1 && pes >= 1 && lanes >= 1 && requantisers >= 1,
          "fpga: {}: expected a folding of at least 1, got {} units, {} PEs, "
          "{} lanes, {} requantisers",
          name, units, pes, lanes, requantisers);
  require(lanes <= input.channels,
          "fpga: {}: expected at most as many lanes as its {} input channels, "
          "got {}",
          name, input.channels, lanes);
  require(std::int64_t(units) * pes <= layer.filters,
          "fpga: {}: expected at most as many PEs as its {} filters, got {} "
          "units of {}",
          name, layer.filters, units, pes);
  require(pes % requantisers == 0,
          "fpga: {}: expected requantisers that divide its {} PEs, got {}",
          name, pes, requantisers);
}

}  // namespace

std::int64_t LayerSchedule::living() const {
  std::int64_t sum = 0;
  for (const UnitSchedule& unit : units)
    for (const Tile& tile : unit.tiles) sum += tile.living;
  return sum;
}

std::int64_t LayerSchedule::groups() const { return tiles * tile_groups; }

std::int64_t LayerSchedule::dense_words() const {
  return divide_up(tiles, std::int64_t(units.size())) *
         (tile_groups + idle_doublings);
}

bool LayerSchedule::has_terms() const {
  return std::ranges::any_of(units, [](const UnitSchedule& unit) {
    return std::ranges::any_of(unit.words, &Word::doubles);
  });
}

LayerSchedule schedule(const Convolution& layer, const Stream& input,
                       const Folding& folding, std::string_view name,
                       Scheduled filters) {
  check(layer, input, folding, name);
  const Groups groups(layer, input.channels, folding.lanes);
  const auto units = assign(groups, layer.filters, folding, filters);
  LayerSchedule result{.folding = folding,
                       .tile_groups = groups.count(),
                       .idle_doublings = groups.idle_doublings(
                           Bits(groups.size_of_bits(), ~std::uint64_t(0))),
                       .tiles = divide_up(layer.filters, folding.pes)};
  for (const std::vector<Group>& tiles : units)
    result.units.push_back(make_unit(tiles, groups, folding));
  const auto words = std::size_t(longest(units));
  for (UnitSchedule& unit : result.units) pad(unit, words, groups);
  result.dead_filters = left_out(result.units, layer.filters);
  return result;
}

std::int64_t living_groups(const Convolution& layer, const Stream& input,
                           int lanes) {
  const Groups groups(layer, input.channels, lanes);
  std::int64_t living = 0;
  for (std::int64_t k = 0; k < layer.filters; ++k)
    living += count(groups.living(k));
  return living;
}

std::int64_t count_words(const Convolution& layer, const Stream& input,
                         const Folding& folding, std::string_view name) {
  check(layer, input, folding, name);
  const Groups groups(layer, input.channels, folding.lanes);
  return longest(assign(groups, layer.filters, folding, Scheduled::living));
}

}  // namespace triad::fpga
