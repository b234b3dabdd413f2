#include "triad/fpga/cost/break_even.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "triad/base/divide.h"
#include "triad/base/error.h"
#include "triad/encoding/power_terms.h"
#include "triad/fpga/schedule.h"

namespace triad::fpga {
namespace {

double index_bits(std::int64_t count) {
  return std::max(1.0, std::ceil(std::log2(double(count))));
}

// Bits stored for each living weight; word format of convolution_stage.
double stored_bits(const PeStyle& style, std::int64_t groups, int pes) {
  const double weight = style.weight_bits;
  switch (style.style) {
    case Style::dense:
      return weight;
    case Style::group:
      return weight + (index_bits(groups) + 1) / (style.lanes * pes);
    case Style::apart:
      return weight + (index_bits(groups) + 1) / style.lanes;
    case Style::irregular:
      return weight + index_bits(style.window);
  }
  return weight;
}

PeStyle dense_twin(PeStyle style) {
  style.style = Style::dense;
  style.window = 0;
  return style;
}

double device_share(const PeArea& area, const Part& part) {
  double share =
      std::max(area.lut / double(part.lut), area.ff / double(part.ff));
  if (area.dsp > 0)
    share =
        std::max(share, part.dsp > 0 ? area.dsp / double(part.dsp) : INFINITY);
  return share;
}

// Cycles of a filter on an irregular PE: each block of `window` activations
// takes as many as its living weights fill.
std::int64_t irregular_cycles(const std::int8_t* codes, std::int64_t terms,
                              const PeStyle& style) {
  std::int64_t cycles = 0;
  for (std::int64_t first = 0; first < terms; first += style.window) {
    const std::int64_t end =
        std::min<std::int64_t>(terms, first + style.window);
    const std::int64_t living = std::count_if(
        codes + first, codes + end, [](std::int8_t code) { return code != 0; });
    cycles += std::max<std::int64_t>(1, divide_up(living, style.lanes));
  }
  return cycles;
}

// Longest first to the least loaded: the time of the last PE to end.
std::int64_t makespan(std::vector<std::int64_t> jobs, int pes) {
  std::ranges::sort(jobs, std::greater{});
  std::vector<std::int64_t> load(static_cast<std::size_t>(pes));
  for (const std::int64_t job : jobs) *std::ranges::min_element(load) += job;
  return *std::ranges::max_element(load);
}

// What PEs work through: the codes, or each ternary term of wider ones.
std::vector<std::vector<std::int8_t>> parts_of(const Convolution& layer) {
  std::vector<std::vector<std::int8_t>> parts;
  if (layer.weight_bits == 2)
    for (encoding::PowerTerm& term : encoding::power_terms(layer.codes))
      parts.push_back(std::move(term.codes));
  if (parts.empty()) parts.push_back(layer.codes);
  return parts;
}

StyleLoad irregular_load(const Convolution& layer, const Stream& input,
                         const PeStyle& style, int pes) {
  const std::int64_t terms =
      input.channels * layer.window.kernel[0] * layer.window.kernel[1];
  const auto parts = parts_of(layer);
  std::vector<std::int64_t> jobs(std::size_t(layer.filters), 0);
  std::int64_t living = 0;
  for (const std::vector<std::int8_t>& codes : parts) {
    for (std::size_t k = 0; k < jobs.size(); ++k)
      jobs[k] += irregular_cycles(codes.data() + std::int64_t(k) * terms, terms,
                                  style);
    living += std::ssize(codes) - std::ranges::count(codes, std::int8_t(0));
  }
  const double even = double(living) / (double(style.lanes) * pes);
  return {1 - double(living) / double(layer.codes.size() * parts.size()),
          living ? double(makespan(jobs, pes)) / even : 1};
}

// Of groups of 1 x lanes x 1 tap, whether PEs share words or not.
StyleLoad group_load(const Convolution& layer, const Stream& input,
                     const PeStyle& style, int pes) {
  const Folding apart{pes, 1, style.lanes, 1};
  const LayerSchedule alone = schedule(layer, input, apart, "break-even");
  const double even = double(alone.living()) / pes;
  const std::int64_t words =
      style.style == Style::apart
          ? alone.words()
          : schedule(layer, input, {1, pes, style.lanes, pes}, "break-even")
                .words();
  return {1 - double(alone.living()) / double(alone.groups()),
          alone.living() ? double(words) / even : 1};
}

std::int64_t group_count(const Convolution& layer, const Stream& input,
                         const PeStyle& style) {
  const std::int64_t taps = layer.window.kernel[0] * layer.window.kernel[1];
  return style.style == Style::irregular
             ? input.channels * taps
             : taps * divide_up(input.channels, style.lanes);
}

}  // namespace

AreaRatio area_ratio(const AreaTable& areas, const PeStyle& style,
                     const Part& part, std::int64_t groups, int pes) {
  const PeArea &sparse = areas.find(style),
               &dense = areas.find(dense_twin(style));
  AreaRatio ratio;
  ratio.logic = sparse.lut / dense.lut;
  ratio.device = device_share(sparse, part) / device_share(dense, part);
  if (!std::isfinite(ratio.device)) ratio.device = ratio.logic;
  ratio.storage =
      stored_bits(style, groups, pes) / double(dense_twin(style).weight_bits);
  return ratio;
}

StyleLoad measure_load(const Convolution& layer, const Stream& input,
                       const PeStyle& style, int pes) {
  const int busy = int(std::min<std::int64_t>(pes, layer.filters));
  return style.style == Style::irregular
             ? irregular_load(layer, input, style, busy)
             : group_load(layer, input, style, busy);
}

double expected_imbalance(double dead, std::int64_t groups, int pes) {
  const double living = 1 - dead;
  if (dead <= 0 || living <= 0 || pes < 2) return 1;
  return 1 + std::sqrt(2 * dead * std::log(double(pes)) /
                       (double(groups) * living));
}

BreakEven break_even(double area_ratio, double imbalance) {
  BreakEven result;
  result.ratio = area_ratio * imbalance;
  result.portion = std::max(0.0, 1 - 1 / result.ratio);
  return result;
}

double speedup(double area_ratio, double imbalance, double dead) {
  return 1 / (area_ratio * (1 - dead) * imbalance);
}

BreakEven plan_break_even(double area_ratio, std::int64_t groups, int pes) {
  const auto gain = [&](double dead) {
    return speedup(area_ratio, expected_imbalance(dead, groups, pes), dead);
  };
  double low = 0, high = 1 - 1 / double(std::max<std::int64_t>(2, groups));
  if (gain(high) < 1) return {INFINITY, 1};
  // The expected imbalance may make few zeros worse than none, so the largest
  // portion that does not pay is looked for from above.
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (gain(middle) >= 1 ? high : low) = middle;
  }
  return {1 / (1 - high), high};
}

std::vector<LayerBreakEven> layer_break_even(const Convolution& layer,
                                             const Stream& input,
                                             const AreaTable& areas,
                                             const Part& part, int pes) {
  std::vector<LayerBreakEven> result;
  const int bits = layer.weight_bits == 2 ? 2 : 8;
  int lanes = 0;  // the widest that fit
  for (const PeArea& area : areas.areas)
    if (area.style.lanes <= std::min<std::int64_t>(16, input.channels))
      lanes = std::max(lanes, area.style.lanes);
  for (const PeArea& area : areas.areas) {
    const PeStyle& style = area.style;
    if (style.style == Style::dense || style.weight_bits != bits ||
        style.lanes != lanes || style.multiplier == "dsp")
      continue;
    LayerBreakEven row;
    row.style = style;
    const std::int64_t groups = group_count(layer, input, style);
    row.area = area_ratio(areas, style, part, groups, pes);
    row.load = measure_load(layer, input, style, pes);
    row.logic = break_even(row.area.logic, row.load.imbalance);
    row.storage = break_even(row.area.storage, 1);
    row.planned = plan_break_even(row.area.logic, groups, pes);
    row.speedup = speedup(row.area.logic, row.load.imbalance, row.load.dead);
    result.push_back(row);
  }
  return result;
}

}  // namespace triad::fpga
