#include "triad/fpga/array/memories.h"

#include <algorithm>
#include <span>
#include <utility>

#include "triad/fpga/emit/memory_files.h"

namespace triad::fpga {
namespace {

struct Field {
  std::int64_t value;
  int width;
};

// Highest first, as the modules document them.
Bits pack(const std::vector<Field>& fields) {
  Bits bits;
  for (auto field = fields.rbegin(); field != fields.rend(); ++field)
    bits.append(field->value, field->width);
  return bits;
}

Bits pack_step(const ArrayStep& step, bool last, const ArrayWidths& w) {
  const ArrayWindow& window = step.window;
  const bool is_window = step.has_words();
  return pack({
      {last, 1},
      {step.logits, 1},
      {std::int64_t(step.kind), 2},
      {step.a.is_signed, 1},
      {step.a.zero_point, 9},
      {step.b.is_signed, 1},
      {step.b.zero_point, 9},
      {step.shift, 5},
      {step.to.zero_point, 9},
      {step.lowest, 9},
      {step.to.highest(), 9},
      {step.table >= 0, 1},
      {std::max(step.table, 0), w.table},
      {step.out, w.address},
      {step.out_step, w.address},
      {step.first_filter, w.filter},
      {step.multiplier_a, 16},
      {step.multiplier_b, 16},
      {is_window ? window.corner : step.in_a, w.address},
      {is_window ? window.column_step : step.in_b, w.address},
      {is_window ? window.row_step : step.count - 1, w.address},
      {window.first_row, w.place},
      {window.first_column, w.place},
      {window.stride[0], w.place},
      {window.stride[1], w.place},
      {window.out[0] - 1, w.place},
      {window.out[1] - 1, w.place},
      {window.height, w.place},
      {window.width, w.place},
      {window.first_word, w.word},
      {window.first_word + window.words - 1, w.word},
      {window.sweeps, 1},
      {window.taps[0] - 1, w.place},
      {window.taps[1] - 1, w.place},
      {window.tap_step, w.address},
      {window.tap_row_step, w.address},
  });
}

Bits pack_place(const ArrayWord& word, const ArrayWidths& w) {
  return pack({{word.last, 1},
               {word.row, w.tap},
               {word.column, w.tap},
               {word.offset, w.offset},
               {word.shift, w.term}});
}

// 00 is 0, 01 is +1, 11 is -1; lane 0 of PE 0 lowest.
Bits pack_codes(const ArrayWord& word) {
  Bits bits;
  for (const std::int8_t code : word.codes)
    bits.append(code == 0 ? 0 : code > 0 ? 1 : 3, 2);
  return bits;
}

// {word, lane} of a byte's pixel; of a logit together its channel.
std::pair<std::int64_t, std::int64_t> place_of(const ArrayFilter& filter,
                                               int lanes, int lane_bits) {
  const std::int64_t k = std::max<std::int64_t>(filter.filter, 0);
  const std::int64_t per_word =
      filter.logits ? std::int64_t(1) << lane_bits : lanes;
  return {k / per_word, k % per_word};
}

// The filters that end in one cycle: all of one word.
Bits pack_entry(std::span<const ArrayFilter> filters, int lanes,
                const ArrayWidths& w) {
  std::int64_t word = 0;
  Bits bits;
  for (const ArrayFilter& filter : filters) {
    const auto place = place_of(filter, lanes, w.lane);
    if (filter.filter >= 0) word = place.first;
    bits.append(pack({{filter.filter >= 0, 1},
                      {place.second, w.lane},
                      {filter.multiplier, 16},
                      {filter.bias, 32}}));
  }
  bits.append(word, w.pixel_word);
  bits.append(filters.back().last, 1);
  return bits;
}

std::vector<Bits> pack_filters(const ArrayProgram& program,
                               const ArrayWidths& w) {
  const auto size = std::size_t(program.settings.requantisers);
  std::vector<Bits> words;
  for (std::size_t i = 0; i < program.filters.size(); i += size)
    words.push_back(pack_entry(std::span(program.filters).subspan(i, size),
                               program.settings.lanes, w));
  return words;
}

// Holds every row and column that a walk meets, and that no window outside the
// picture looks like one inside.
int place_width(const ArrayProgram& program) {
  std::int64_t count = 2;
  const auto hold = [&](std::int64_t first, std::int64_t size,
                        std::int64_t windows, std::int64_t stride) {
    count = std::max(
        {count, size + std::max<std::int64_t>(-first, 0) + 1,
         std::max<std::int64_t>(first, 0) + windows * stride + size + 1});
  };
  for (const ArrayStep& step : program.steps) {
    const ArrayWindow& window = step.window;
    hold(window.first_row, window.height, window.out[0], window.stride[0]);
    hold(window.first_column, window.width, window.out[1], window.stride[1]);
    count = std::max({count, window.taps[0], window.taps[1]});
  }
  return index_width(count);
}

// At least 2 words, as addresses have at least a bit.
MemoryFile memory(const char* name, const char* comment,
                  std::vector<Bits> words) {
  if (words.size() == 1) words.push_back(words.front());
  const int width = words.front().width();
  return {std::string(name) + ".mem", comment, width, std::move(words)};
}

template <typename Items, typename Pack>
std::vector<Bits> pack_all(const Items& items, Pack pack_one) {
  std::vector<Bits> words;
  for (const auto& item : items) words.push_back(pack_one(item));
  return words;
}

}  // namespace

ArrayWidths widths_of(const ArrayProgram& program) {
  std::int64_t taps = 1, offsets = 1, shifts = 1, pixel_words = 1;
  for (const ArrayWord& word : program.words) {
    taps = std::max<std::int64_t>({taps, word.row + 1, word.column + 1});
    offsets = std::max(offsets, word.offset + 1);
    shifts = std::max<std::int64_t>(shifts, word.shift + 1);
  }
  ArrayWidths w;
  w.lane = index_width(program.settings.lanes);
  for (const ArrayFilter& filter : program.filters)
    pixel_words =
        std::max(pixel_words,
                 place_of(filter, program.settings.lanes, w.lane).first + 1);
  w.word = index_width(std::int64_t(program.words.size()));
  w.tap = index_width(taps);
  w.offset = index_width(offsets);
  w.term = index_width(shifts);
  w.filter = index_width(std::int64_t(program.filters.size()) /
                         program.settings.requantisers);
  w.pixel_word = index_width(pixel_words);
  w.table = index_width(std::int64_t(program.tables.size()) / 256);
  w.step = index_width(std::int64_t(program.steps.size()));
  // The modules extend an offset, a pixel's word and a tap by at least a bit.
  w.address =
      std::max({index_width(program.depth), w.offset + 1, w.pixel_word + 1});
  w.place = std::max(place_width(program), w.tap + 1);
  return w;
}

std::vector<MemoryFile> array_memories(const ArrayProgram& program) {
  const ArrayWidths w = widths_of(program);
  std::vector<Bits> steps;
  for (const ArrayStep& step : program.steps)
    steps.push_back(pack_step(step, &step == &program.steps.back(), w));
  std::vector<std::uint8_t> tables = program.tables;
  tables.resize(std::max<std::size_t>(tables.size(), 2 * 256));
  std::vector<MemoryFile> memories = {
      memory("steps", "the network's steps, as in array.v", std::move(steps)),
      memory(
          "places", "{last, row, column, offset, shift} of each word",
          pack_all(program.words,
                   [&](const ArrayWord& word) { return pack_place(word, w); })),
      memory("codes", "ternary codes of each word, [PEs][lanes]",
             pack_all(program.words, pack_codes)),
      memory(
          "filters",
          "{last, word}, {living, lane, multiplier, bias} of each requantiser",
          pack_filters(program, w)),
      memory("tables", "blocks of 256 bytes",
             pack_all(tables, [](std::uint8_t byte) {
               return pack({{byte, 8}});
             }))};
  // The bus reaches all but the steps; all but the codes have the parts of the
  // filters.
  const int parts = bus_parts(memories[3]);
  memories[1].place = {0, 1, parts};
  memories[2].place = {0, 0, bus_parts(memories[2])};
  memories[3].place = {0, 2, parts};
  memories[4].place = {0, 3, parts};
  return memories;
}

}  // namespace triad::fpga
