#include "triad/fpga/emit/memory_files.h"

#include <fmt/format.h>

#include <algorithm>

#include "triad/base/divide.h"
#include "triad/encoding/integer.h"

namespace triad::fpga {
namespace {

constexpr int kByte = 8, kMultiplier = 16, kLogit = 32;

std::string numbered(const std::string& name, std::size_t number) {
  return fmt::format("{}{:02}.mem", name, number);
}

// Where filter f leaves: {valid, beat, lane}, and its integers.
class ParameterEntry {
 public:
  ParameterEntry(const Convolution& layer, const StagePlan& plan)
      : layer_(layer), plan_(plan) {}

  int width() const {
    return 1 + beat_width() + lane_width() + kMultiplier + plan_.sum_bits;
  }

  void append(Bits& word, std::int64_t filter) const {
    if (filter < 0) {
      word.append(0, plan_.sum_bits);
      word.append(0, width() - plan_.sum_bits);
      return;
    }
    const auto& integers = layer_.requantization;
    word.append(integers.bias[std::size_t(filter)], plan_.sum_bits);
    word.append(layer_.logits ? 0 : integers.multiplier[std::size_t(filter)],
                kMultiplier);
    word.append(filter % plan_.out_lanes, lane_width());
    word.append(filter / plan_.out_lanes, beat_width());
    word.append(1, 1);
  }

 private:
  int beat_width() const {
    return index_width(divide_up(layer_.filters, plan_.out_lanes));
  }
  int lane_width() const { return index_width(plan_.out_lanes); }

  const Convolution& layer_;
  const StagePlan& plan_;
};

// What a filter without weights gives at every position.
std::int64_t constant(const Convolution& layer, std::int64_t filter,
                      const encoding::Quantization& output) {
  const graph::Requantization& integers = layer.requantization;
  const auto k = std::size_t(filter);
  if (layer.logits) return integers.bias[k];
  return encoding::requantise(integers.bias[k], integers.shift,
                              integers.multiplier[k], output);
}

std::int64_t steps_per_tile(const Folding& folding) {
  return folding.pes / folding.requantisers;
}

MemoryFile bytes(std::string name, std::string comment,
                 const std::vector<std::int64_t>& values) {
  MemoryFile memory{std::move(name), std::move(comment), kByte};
  for (const std::int64_t value : values) {
    memory.words.emplace_back();
    memory.words.back().append(value, kByte);
  }
  return memory;
}

}  // namespace

int bus_parts(const MemoryFile& memory) {
  return int(divide_up(memory.width, 32));
}

MemoryFile weight_memory(const std::string& name, const Stage& stage,
                         const StagePlan& plan, const Stream& input) {
  const auto& layer = std::get<Convolution>(stage.work);
  const auto& kernel = layer.window.kernel;
  const bool has_terms = plan.schedule.has_terms();
  MemoryFile memory{
      name, fmt::format("for each of {} units, the last highest: last, {}row, "
                        "column, group, codes [{}][{}]",
                        plan.folding.units, has_terms ? "doubles, " : "",
                        plan.folding.pes, plan.folding.lanes)};
  for (std::size_t i = 0; i < std::size_t(plan.schedule.words()); ++i) {
    Bits word;
    for (const UnitSchedule& unit : plan.schedule.units) {
      const Word& step = unit.words[i];
      for (const std::int8_t code : step.codes)
        word.append(code, layer.weight_bits);
      word.append(step.group,
                  index_width(divide_up(input.channels, plan.folding.lanes)));
      word.append(step.column, index_width(kernel[1]));
      word.append(step.row, index_width(kernel[0]));
      if (has_terms) word.append(step.doubles, 1);
      word.append(step.last, 1);
    }
    memory.width = word.width();
    memory.words.push_back(std::move(word));
  }
  return memory;
}

std::vector<MemoryFile> parameter_memories(const std::string& name,
                                           const Stage& stage,
                                           const StagePlan& plan) {
  const auto& layer = std::get<Convolution>(stage.work);
  const ParameterEntry entry(layer, plan);
  const auto requantisers = std::size_t(plan.folding.requantisers);
  std::vector<MemoryFile> memories;
  for (const UnitSchedule& unit : plan.schedule.units) {
    MemoryFile memory{numbered(name, memories.size()),
                      fmt::format("for each of {} requantisers, the last "
                                  "highest: valid, beat, lane, multiplier, "
                                  "bias",
                                  requantisers),
                      entry.width() * int(requantisers)};
    for (std::int64_t step = 0; step < steps(plan); ++step) {
      const auto tile = std::size_t(step / steps_per_tile(plan.folding));
      const auto first =
          std::size_t(step % steps_per_tile(plan.folding)) * requantisers;
      Bits word;
      for (std::size_t r = 0; r < requantisers; ++r)
        entry.append(word, tile < unit.tiles.size()
                               ? unit.tiles[tile].filters[first + r]
                               : -1);
      memory.words.push_back(std::move(word));
    }
    memories.push_back(std::move(memory));
  }
  return memories;
}

MemoryFile constant_memory(const std::string& name, const Stage& stage,
                           const StagePlan& plan) {
  const auto& layer = std::get<Convolution>(stage.work);
  const int width = layer.logits ? kLogit : kByte;
  const std::int64_t beats = divide_up(layer.filters, plan.out_lanes);
  std::vector<std::int64_t> pixel(std::size_t(beats * plan.out_lanes));
  for (const std::int64_t filter : plan.schedule.dead_filters)
    pixel[std::size_t(filter)] =
        constant(layer, filter, stage.output.quantization);
  MemoryFile memory{
      name,
      fmt::format("a pixel of the {} filters without weights: "
                  "{} channels a word",
                  plan.schedule.dead_filters.size(), plan.out_lanes),
      width * plan.out_lanes};
  for (std::size_t i = 0; i < pixel.size(); ++i) {
    if (i % std::size_t(plan.out_lanes) == 0) memory.words.emplace_back();
    memory.words.back().append(pixel[i], width);
  }
  return memory;
}

std::int64_t steps(const StagePlan& plan) {
  std::size_t tiles = 0;
  for (const UnitSchedule& unit : plan.schedule.units)
    tiles = std::max(tiles, unit.tiles.size());
  return std::int64_t(tiles) * steps_per_tile(plan.folding);
}

std::vector<MemoryFile> input_memories(const std::string& name,
                                       const InputTable& work) {
  std::vector<MemoryFile> memories;
  for (std::size_t c = 0; c < work.table.size() / 256; ++c) {
    const auto first = work.table.begin() + std::ptrdiff_t(c * 256);
    memories.push_back(bytes(numbered(name, c),
                             "the input for picture byte 0, 1, ...",
                             {first, first + 256}));
  }
  return memories;
}

MemoryFile table_memory(const std::string& name, const Table& work,
                        const Stream& input) {
  std::vector<std::int64_t> values(256);
  for (int q = 0; q < 256; ++q) {
    const int raw = (q + input.quantization.lowest()) & 255;
    values[std::size_t(raw)] = work.table[std::size_t(q)];
  }
  return bytes(numbered(name, 0), "the output for raw input byte 0, 1, ...",
               values);
}

}  // namespace triad::fpga
