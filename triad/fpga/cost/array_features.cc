#include "triad/fpga/cost/array_features.h"

#include "triad/fpga/emit/bits.h"

namespace triad::fpga {
namespace {

constexpr int kTermBits = 9;  // of a centred byte

std::int64_t filter_bits(const Numbers& p) {
  return 1 + p.whole("PIXEL_WORD") +
         p.whole("REQUANTISERS") * (p.whole("LANE") + 49);
}

}  // namespace

Features array_features(const Numbers& p) {
  const double requantisers = p("REQUANTISERS"), lane_bits = p("LANES") * 8;
  const Tree tree =
      tree_of(p.whole("LANES"), kTermBits, levels_of(p.whole("LANES")));
  const bool has_rows = p.whole("MULTIPLIER") != 0;
  const bool has_adds = p.whole("HAS_ADD") != 0;
  const double adders = has_adds ? p("VALUES") : 0;
  Features f;
  f["one"] = 1;
  f["tree_bits"] = p("PES") * tree.others;
  f["sum_bits"] = p("PES") * p("SUM");
  f["lane_bits"] = lane_bits;
  f["lane_writes"] = (requantisers - 1) * lane_bits;
  f["add_bits"] = has_adds ? lane_bits : 0;
  f["adders"] = has_rows ? adders : 0;
  f["adders_dsp"] = has_rows ? 0 : adders;
  f["requantisers"] = has_rows ? requantisers : 0;
  f["requantisers_dsp"] = has_rows ? 0 : requantisers;
  return f;
}

// The steps are not among them: nothing writes them, so they become logic.
std::vector<MemoryShape> array_memories(const Numbers& p) {
  const std::int64_t place =
      1 + 2 * p.whole("TAP") + p.whole("OFFSET") + p.whole("TERM");
  return {{p.whole("DEPTH"), p.whole("LANES") * 8},
          {p.whole("WORDS"), p.whole("PES") * p.whole("LANES") * 2},
          {p.whole("WORDS"), place},
          {p.whole("FILTER_DEPTH"), filter_bits(p)},
          {p.whole("TABLES") * 256, 8},
          {std::int64_t(1) << index_width(p.whole("LOGITS")), p.whole("SUM")}};
}

}  // namespace triad::fpga
