#include "triad/fpga/fold.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "triad/base/divide.h"
#include "triad/base/error.h"
#include "triad/fpga/plan.h"

namespace triad::fpga {
namespace {

constexpr std::int64_t kDefaultLanes = 512;
constexpr int kMostUnits = 100;  // that memory names can count
constexpr int kWidestTile = 8;   // PEs; more rarely skip anything together

std::int64_t beats(const Stream& stream, int lanes) {
  return stream.pixels() * divide_up(stream.channels, lanes);
}

// 1, 2, 4, ... below `channels`, and all of them.
std::vector<int> lane_choices(std::int64_t channels) {
  std::vector<int> choices;
  for (int lanes = 1; lanes < channels && lanes <= 64; lanes *= 2)
    choices.push_back(lanes);
  if (channels <= 64) choices.push_back(int(channels));
  return choices;
}

// Those that the stage can have.
std::vector<int> lane_choices(const Workload& workload, const Stage& stage) {
  auto choices = lane_choices(workload.input(stage).channels);
  std::erase_if(choices,
                [&](int lanes) { return !fits_lanes(workload, stage, lanes); });
  return choices;
}

// The most that a search tries.
Folding widest(const Workload& workload, const Stage& stage) {
  if (stage.inputs.empty()) return {.lanes = int(stage.output.channels)};
  Folding folding{.lanes = lane_choices(workload, stage).back()};
  const auto* layer = std::get_if<Convolution>(&stage.work);
  if (!layer) return folding;
  while (folding.pes < kWidestTile && 2 * folding.pes <= layer->filters)
    folding.pes *= 2;
  folding.requantisers = folding.pes;
  folding.units =
      int(std::min<std::int64_t>(kMostUnits, layer->filters / folding.pes));
  return folding;
}

// Rough look-up tables of a convolution (fpga/rtl as Yosys maps it): a lane, a
// PE's accumulator, a requantiser, a unit's control; 64 bits of a ring each.
double size(const Convolution& layer, const Stage& stage, const Stream& input,
            const Folding& folding) {
  const double lane = layer.weight_bits == 2 ? 18 : 120;
  const double ring = double(layer.window.kernel[0] + layer.window.stride[0]) *
                      double(input.width * input.channels) / 8;
  const double unit = folding.pes * (lane * folding.lanes + 64) +
                      400.0 * folding.requantisers + 250 + ring;
  return unit * folding.units + double(stage.output.channels);
}

class Search {
 public:
  Search(const Workload& workload, std::int64_t interval)
      : workload_(workload),
        interval_(interval),
        foldings_(workload.stages.size()) {}

  // Nothing, or the stage that is too slow at its widest.
  std::optional<std::size_t> run() {
    for (std::size_t i = workload_.stages.size(); i-- > 1;) {
      const std::optional<Folding> chosen = choose(i);
      if (!chosen) return i;
      foldings_[i] = *chosen;
    }
    foldings_[0].lanes = int(workload_.stages[0].output.channels);
    return {};
  }

  const std::vector<Folding>& foldings() const { return foldings_; }

 private:
  std::optional<Folding> choose(std::size_t i) const {
    const Stage& stage = workload_.stages[i];
    if (const auto* layer = std::get_if<Convolution>(&stage.work))
      return choose(i, *layer);
    // What multiplies is narrow; the others are as their readers have it, which
    // saves a lanes_stage.
    const auto choices = lane_choices(workload_, stage);
    const auto wished =
        int(std::min<std::int64_t>(reader_lanes(i), choices.back()));
    const bool multiplies = std::holds_alternative<Add>(stage.work) ||
                            std::holds_alternative<AveragePool>(stage.work);
    if (!multiplies && std::ranges::find(choices, wished) != choices.end() &&
        cycles(i, {.lanes = wished}) <= interval_)
      return Folding{.lanes = wished};
    for (const int lanes : choices)
      if (cycles(i, {.lanes = lanes}) <= interval_)
        return Folding{.lanes = lanes};
    return {};
  }

  std::optional<Folding> choose(std::size_t i, const Convolution& layer) const {
    const Stage& stage = workload_.stages[i];
    const Stream& input = workload_.input(stage);
    std::optional<Folding> best;
    double smallest = std::numeric_limits<double>::max();
    for (const int lanes : lane_choices(input.channels))
      for (int pes = 1; pes <= kWidestTile && pes <= layer.filters; pes *= 2) {
        const auto folding =
            fewest_units(i, layer, {.pes = pes, .lanes = lanes});
        if (!folding) continue;
        const double candidate = size(layer, stage, input, *folding);
        if (candidate < smallest) smallest = candidate, best = folding;
      }
    return best;
  }

  // With as many units as the interval needs.
  std::optional<Folding> fewest_units(std::size_t i, const Convolution& layer,
                                      Folding folding) const {
    const int most =
        int(std::min<std::int64_t>(kMostUnits, layer.filters / folding.pes));
    const std::int64_t alone = cycles(i, folding);
    folding.units =
        int(std::min<std::int64_t>(most, divide_up(alone, interval_)));
    for (; folding.units <= most; ++folding.units) {
      folding.requantisers = 1;
      for (; folding.requantisers <= folding.pes; folding.requantisers *= 2)
        if (cycles(i, folding) <= interval_) return folding;
    }
    return {};
  }

  std::int64_t cycles(std::size_t i, const Folding& folding) const {
    const auto* layer = std::get_if<Convolution>(&workload_.stages[i].work);
    const int out = layer && layer->logits ? 1
                    : reader_lanes(i) > 0  ? reader_lanes(i)
                                           : folding.lanes;
    return stage_cycles(workload_, i, folding, out);
  }

  // Lanes of the first stage that reads stage i: chosen before.
  int reader_lanes(std::size_t i) const {
    for (std::size_t j = i + 1; j < workload_.stages.size(); ++j)
      for (const int input : workload_.stages[j].inputs)
        if (input == int(i)) return foldings_[j].lanes;
    return 0;
  }

  const Workload& workload_;
  std::int64_t interval_;
  std::vector<Folding> foldings_;
};

}  // namespace

std::int64_t stage_cycles(const Workload& workload, std::size_t stage,
                          const Folding& folding, int out_lanes) {
  const Stage& what = workload.stages[stage];
  const std::int64_t writes = beats(what.output, out_lanes);
  if (what.inputs.empty()) return what.output.pixels();
  const Stream& input = workload.input(what);
  const std::int64_t reads = beats(input, folding.lanes);
  std::int64_t position = 0;
  if (const auto* layer = std::get_if<Convolution>(&what.work))
    position = count_words(*layer, input, folding, what.name);
  else if (const Window* window = window_of(what.work))
    position = window->kernel[0] * window->kernel[1] *
               divide_up(input.channels, folding.lanes);
  return std::max({reads, writes, what.output.pixels() * position});
}

std::vector<Folding> fold(const Workload& workload, std::int64_t interval) {
  require(interval >= 1, "fpga: expected an interval of at least 1, got {}",
          interval);
  Search search(workload, interval);
  if (!search.run()) return search.foldings();
  const LeastInterval least = least_interval(workload);
  fail(
      "fpga: {}: expected an interval of at least {} cycles, which is what {} "
      "needs at its widest, got {}",
      workload.name, least.cycles, least.stage, interval);
}

LeastInterval least_interval(const Workload& workload) {
  // The input alone takes a pixel a cycle.
  const Stage& input = workload.stages.front();
  LeastInterval least{longest_interval(workload), input.name};
  std::int64_t low = input.output.pixels() - 1;
  while (least.cycles - low > 1) {
    const std::int64_t middle = low + (least.cycles - low) / 2;
    if (const auto too_slow = Search(workload, middle).run()) {
      low = middle;
      least.stage = workload.stages[*too_slow].name;
    } else {
      least.cycles = middle;
    }
  }
  return least;
}

std::int64_t longest_interval(const Workload& workload) {
  std::int64_t cycles = 1;
  for (std::size_t i = 0; i < workload.stages.size(); ++i)
    cycles = std::max(cycles, stage_cycles(workload, i, {}, 1));
  return cycles;
}

std::int64_t default_interval(const Workload& workload) {
  std::int64_t work = 0, slowest = 1;
  for (std::size_t i = 0; i < workload.stages.size(); ++i) {
    const Stage& stage = workload.stages[i];
    const Folding folding = widest(workload, stage);
    slowest =
        std::max(slowest, stage_cycles(workload, i, folding, folding.lanes));
    if (const auto* layer = std::get_if<Convolution>(&stage.work))
      work += stage.output.pixels() * std::int64_t(layer->codes.size());
  }
  return std::max(slowest, divide_up(work, kDefaultLanes));
}

}  // namespace triad::fpga
