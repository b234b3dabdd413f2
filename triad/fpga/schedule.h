#pragma once
// Which PE does what in which cycle: the words that the weight memories of a
// convolution hold. Emitter, cycle model and resource model all read these, so
// that what is printed is what is priced.
//
// A layer has `units` that work side by side, each on filters of its own; a
// unit has `pes` PEs in lock step, each on one filter at a time, that add up
// `lanes` input channels a cycle. Living groups alone are stored:
//   units = 1           all PEs in lock step: a group costs its cycle unless it
//                       is dead for all filters of a tile (PES x LANES x 1 tap)
//   pes = 1             each PE skips by itself (1 x LANES x 1 tap)
// Weights wider than the 2 bits that PEs add are ternary terms of powers of
// two, the fewest that the layer's codes allow: each term has groups of its
// own, and costs a cycle where it lives. A tile begins with the highest power
// and works its way down; sums are doubled from one power to the next. A filter
// without weights gives a constant and takes no cycle. Units start an output
// position together; the slowest sets its cycles.

#include <cstdint>
#include <string_view>
#include <vector>

#include "triad/fpga/workload.h"

namespace triad::fpga {

// How much hardware a stage gets.
//   units, pes, lanes   convolutions, as above; `lanes` is also the number of
//                       channels in a beat of the stage's input
//   requantisers        of each unit, 1 .. pes, divides pes: a tile lasts at
//                       least pes / requantisers cycles
// Pools, sums, tables and subsampling read `lanes` channels a cycle.
struct Folding {
  int units = 1, pes = 1, lanes = 1, requantisers = 1;
  bool operator==(const Folding&) const = default;
};

// One cycle of one unit.
struct Word {
  int row = 0, column = 0, group = 0;  // the tap, and the block of channels
  bool last = false;                   // of its tile
  bool doubles = false;            // the sums so far, before it adds to them
  std::vector<std::int8_t> codes;  // [pes][lanes]; all 0 in an idle cycle
};

// A tile: the filters that the PEs of a unit work on side by side, -1 where
// there is none.
struct Tile {
  std::vector<std::int64_t> filters;  // [pes]
  std::int64_t living = 0;            // groups; its other cycles are idle
};

struct UnitSchedule {
  std::vector<Tile> tiles;
  std::vector<Word> words;  // tile after tile; equally many in every unit
};

struct LayerSchedule {
  Folding folding;
  std::vector<UnitSchedule> units;
  std::int64_t tile_groups = 0;  // of one tile and all terms, living and dead
  std::int64_t idle_doublings = 0;         // of a tile of living groups alone
  std::int64_t tiles = 0;                  // of all filters, living and dead
  std::vector<std::int64_t> dead_filters;  // that no tile has, ascending

  // Cycles of one output position.
  std::int64_t words() const { return std::int64_t(units[0].words.size()); }
  // Groups that live, and all that there are, counted as this folding reads
  // them; `words` of an ideal array that loses nothing to imbalance is
  // living / units.
  std::int64_t living() const;
  std::int64_t groups() const;
  // Words of an array that knows no zeros.
  std::int64_t dense_words() const;
  // Whether any word doubles.
  bool has_terms() const;
};

// Which filters get a tile: those with a weight that is not 0, or all.
enum class Scheduled { living, all };

// Assigns filters to units and tiles so that units last equally long and
// filters of a tile share their living groups, exactly the layer's product
// whatever the assignment. Deterministic; a unit that gets no filter is idle in
// a tile of its own. Throws Error naming `layer` for a folding that is wider
// than it: lanes over channels, units * pes over filters, requantisers that do
// not divide pes.
LayerSchedule schedule(const Convolution& layer, const Stream& input,
                       const Folding& folding, std::string_view name,
                       Scheduled filters = Scheduled::living);

// Groups of 1 filter x `lanes` channels x 1 tap, and of each term, with a code
// that is not 0.
std::int64_t living_groups(const Convolution& layer, const Stream& input,
                           int lanes);

// The words of that schedule, counted without making them: for a search.
std::int64_t count_words(const Convolution& layer, const Stream& input,
                         const Folding& folding, std::string_view name);

}  // namespace triad::fpga
