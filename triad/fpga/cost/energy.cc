#include "triad/fpga/cost/energy.h"

#include <algorithm>
#include <array>

#include "triad/base/divide.h"
#include "triad/base/error.h"
#include "triad/base/file.h"
#include "triad/fpga/cost/constants.h"
#include "triad/fpga/emit/bits.h"

namespace triad::fpga {
namespace {

constexpr std::array kConstants{
    "int8_add",        "int32_add",      "int8_multiply", "sram_8kb_64bit",
    "sram_32kb_64bit", "sram_1mb_64bit", "dram_32bit"};
constexpr std::int64_t kByte = 8;
constexpr int kTermBits = 16, kSumBits = 32;

std::int64_t word_bits(const Convolution& layer, const LayerSchedule& schedule,
                       std::int64_t channels) {
  const Folding& folding = schedule.folding;
  const std::int64_t place = 1 + schedule.has_terms() +
                             index_width(layer.window.kernel[0]) +
                             index_width(layer.window.kernel[1]) +
                             index_width(divide_up(channels, folding.lanes));
  return folding.units * (place + std::int64_t(folding.pes) * folding.lanes *
                                      layer.weight_bits);
}

OpCounts count_convolution(const Convolution& layer, const Stream& input,
                           const Stream& output, const LayerSchedule& schedule,
                           bool skips) {
  const Folding& folding = schedule.folding;
  const std::int64_t words = skips ? schedule.words() : schedule.dense_words();
  const std::int64_t pes = std::int64_t(folding.units) * folding.pes;
  const std::int64_t word = word_bits(layer, schedule, input.channels);
  OpCounts counts;
  counts.cycles = output.pixels() * words;
  counts.lane_additions = counts.cycles * pes * (folding.lanes - 1);
  counts.accumulations = counts.cycles * pes;
  if (layer.weight_bits != 2)
    counts.multiplications = counts.cycles * pes * folding.lanes;
  if (!layer.logits) counts.requantisations = output.pixels() * layer.filters;
  counts.weight_bits = counts.cycles * word;
  counts.stored_bits = words * word;
  // Each unit has a ring of its own.
  counts.activation_bits =
      folding.units * kByte *
      (counts.cycles * folding.lanes + input.pixels() * input.channels);
  return counts;
}

std::int64_t window_reads(const Window& window, const Stream& output) {
  return output.pixels() * output.channels * window.kernel[0] *
         window.kernel[1];
}

// Of a bit from a memory of so many bits.
double memory_pj(std::int64_t bits, const Technology& technology) {
  constexpr std::int64_t kKilobyte = 8 * 1024;
  const char* size = bits <= 8 * kKilobyte    ? "sram_8kb_64bit"
                     : bits <= 32 * kKilobyte ? "sram_32kb_64bit"
                                              : "sram_1mb_64bit";
  return technology.value(size) / 64;
}

}  // namespace

OpCounts operator+(const OpCounts& a, const OpCounts& b) {
  return {a.cycles + b.cycles,
          a.lane_additions + b.lane_additions,
          a.accumulations + b.accumulations,
          a.multiplications + b.multiplications,
          a.requantisations + b.requantisations,
          a.weight_bits + b.weight_bits,
          a.activation_bits + b.activation_bits,
          a.stored_bits + b.stored_bits,
          a.border_bits + b.border_bits};
}

OpCounts count_operations(const Workload& workload, const Stage& stage,
                          const LayerSchedule* schedule, bool skips) {
  OpCounts counts;
  const std::int64_t values = stage.output.pixels() * stage.output.channels;
  if (const auto* layer = std::get_if<Convolution>(&stage.work)) {
    counts = count_convolution(*layer, workload.input(stage), stage.output,
                               *schedule, skips);
    if (layer->logits) counts.border_bits = kSumBits * layer->filters;
  } else if (std::holds_alternative<InputTable>(stage.work)) {
    counts.border_bits = kByte * values;
  } else if (const auto* pool = std::get_if<AveragePool>(&stage.work)) {
    counts.accumulations = window_reads(pool->window, stage.output);
    counts.requantisations = values;
    counts.activation_bits = kByte * window_reads(pool->window, stage.output);
  } else if (const auto* largest = std::get_if<MaxPool>(&stage.work)) {
    // A comparison is a subtraction.
    counts.lane_additions = window_reads(largest->window, stage.output);
    counts.activation_bits =
        kByte * window_reads(largest->window, stage.output);
  } else if (std::holds_alternative<Add>(stage.work)) {
    counts.accumulations = values;
    counts.requantisations = values * std::int64_t(stage.inputs.size());
  }
  // Into the queue behind the stage and out of it.
  counts.activation_bits += 2 * kByte * values;
  return counts;
}

double Technology::value(std::string_view constant) const {
  const auto found = std::ranges::find(constants, constant, &Constant::name);
  require(found != constants.end(), "fpga: technology {}: no constant {}", name,
          constant);
  return found->value;
}

Technology read_technology(const std::string& name) {
  const bool is_file = name.ends_with(".toml");
  const std::string text =
      is_file ? read_text(name)
              : std::string(constant_file("technology/" + name));
  ConstantTable table(text,
                      is_file ? name : "fpga/technology/" + name + ".toml");
  Technology result{name, {}};
  for (const char* key : kConstants) {
    ConstantTable row = table.table(key);
    result.constants.push_back({key, row.number("value"), row.text("unit"),
                                row.text("node"), row.text("source"),
                                row.text("mark")});
    row.finish();
    require(result.constants.back().unit == "pJ",
            "{}: unit: expected pJ, got {}", row.origin(),
            result.constants.back().unit);
  }
  table.finish();
  return result;
}

Energy operator+(const Energy& a, const Energy& b) {
  return {a.arithmetic_pj + b.arithmetic_pj, a.on_chip_pj + b.on_chip_pj,
          a.off_chip_pj + b.off_chip_pj};
}

Energy energy_of(const OpCounts& counts, const Technology& technology,
                 bool weights_outside) {
  // Terms of 9 bits; the levels of a tree are a bit wider each, and half of
  // all adders are in the first.
  constexpr double kTreeBits = 10;
  const double multiply = technology.value("int8_multiply");
  Energy energy;
  energy.arithmetic_pj =
      double(counts.lane_additions) * technology.value("int8_add") * kTreeBits /
          8 +
      double(counts.accumulations) * technology.value("int32_add") +
      double(counts.multiplications) * multiply +
      double(counts.requantisations) * multiply * kTermBits * kTermBits / 64;
  energy.on_chip_pj =
      double(counts.weight_bits) * memory_pj(counts.stored_bits, technology) +
      double(counts.activation_bits) * memory_pj(0, technology);
  const double border = technology.value("dram_32bit") / 32;
  energy.off_chip_pj = double(counts.border_bits) * border;
  if (weights_outside)
    energy.off_chip_pj += double(counts.stored_bits) * border;
  return energy;
}

double loading_energy_pj(const OpCounts& counts, const Technology& technology) {
  return double(counts.stored_bits) * technology.value("dram_32bit") / 32;
}

}  // namespace triad::fpga
