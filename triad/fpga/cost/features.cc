// The terms of each module's closed form, read off its Verilog: what grows with
// the bits of adders, registers and multiplexers. Coefficients are fitted.

#include <algorithm>
#include <cmath>
#include <numeric>

#include "triad/base/divide.h"
#include "triad/base/error.h"
#include "triad/fpga/cost/array_features.h"
#include "triad/fpga/cost/resources.h"
#include "triad/fpga/emit/bits.h"

namespace triad::fpga {
namespace {

// An array of ternary PEs, read off fpga/rtl/ternary_pe.v: of two gated lanes
// an adder takes a LUT for the one and another for both a bit, any other adder
// one LUT. Without the highest of the 9 bits of a value no gate is needed for
// it.
Resources ternary_pes(double pes, const Numbers& p, bool is_wide) {
  const std::int64_t lanes = p.whole("LANES");
  const double sum = p("SUM");
  const Tree tree = tree_of(lanes, 9, levels_of(lanes));
  const double gates = (tree.first + tree.alone) * (is_wide ? 9 : 8) / 9;
  Resources result;
  result.lut = pes * (gates + tree.first + tree.others + sum);
  result.ff = pes * (tree.registers + sum);
  result.carry4 = pes * (tree.carries + std::ceil((sum + 1) / 4));
  return result;
}

struct Convolution {
  explicit Convolution(const Numbers& p)
      : units(p("UNITS")),
        pes(p("PES")),
        lanes(p("LANES")),
        requantisers(p("REQUANTISERS")),
        sum(p("SUM")),
        out_lanes(p("OUT_LANES")) {
    is_ternary = p.whole("WEIGHT_BITS") == 2;
    is_logits = p.whole("LOGITS") != 0;
    has_rows = p.whole("MULTIPLIER") != 0;
    groups = divide_up(p.whole("CHANNELS"), p.whole("LANES"));
    beats = divide_up(p.whole("FILTERS"), p.whole("OUT_LANES"));
    const std::int64_t words = p.whole("WORDS");
    const std::int64_t stay = words + levels_of(p.whole("LANES")) +
                              p.whole("PES") / p.whole("REQUANTISERS") + beats +
                              (is_logits  ? 4
                               : has_rows ? 10
                                          : 7);
    pixel = index_width(divide_up(stay, std::max(words, beats)));
    place = 1 + index_width(beats) + index_width(p.whole("OUT_LANES"));
  }
  double units, pes, lanes, requantisers, sum, out_lanes;
  bool is_ternary, is_logits, has_rows;
  std::int64_t groups, beats;
  int pixel, place;
  int address() const { return pixel + index_width(beats); }
  double bits() const { return is_logits ? 32 : 8; }
};

Features convolution_features(const Numbers& p) {
  const Convolution c(p);
  const double weight_bits = p("WEIGHT_BITS");
  const double pes = c.units * c.pes;
  const bool is_wide = p.whole("IN_SIGNED") != 0 || p.whole("IN_ZERO") != 0;
  const double sources = c.units * c.requantisers;
  const double bytes = c.is_logits ? 0 : sources;
  const double taps = p("KERNEL_HEIGHT") + p("KERNEL_WIDTH");
  Features f;
  f["one"] = 1;
  f["units"] = c.units;
  f["code_bits"] = pes * c.lanes * weight_bits;
  f["dense_sum_bits"] = c.is_ternary ? 0 : pes * c.sum;
  f["shift_bits"] = c.units * (c.pes - c.requantisers) * c.sum;
  f["beat_bits"] = c.units * c.lanes * (is_wide ? 9 : 8);
  f["requantisers"] = c.has_rows ? bytes : 0;
  f["requantisers_dsp"] = c.has_rows ? 0 : bytes;
  f["requantise_sum_bits"] = sources * c.sum;
  f["collector"] = sources * c.out_lanes;
  f["source_bits"] = sources * (c.bits() + c.address());
  f["merge_bits"] = c.out_lanes * c.bits() * std::ceil((sources - 1) / 5);
  f["out_bits"] = c.out_lanes * c.bits();
  f["taps"] = c.units * taps;
  f["place_bits"] = c.units * index_width(p.whole("WIDTH") * c.groups);
  f["products"] = c.is_ternary ? 0 : pes * c.lanes;
  return f;
}

// Bits of a word of weights, of all units, and of one of parameters.
std::int64_t weight_bits_of(const Numbers& p, const Convolution& c) {
  return p.whole("UNITS") *
         (1 + p.whole("TERMS") + index_width(p.whole("KERNEL_HEIGHT")) +
          index_width(p.whole("KERNEL_WIDTH")) + index_width(c.groups) +
          p.whole("PES") * p.whole("LANES") * p.whole("WEIGHT_BITS"));
}

std::int64_t parameter_bits_of(const Numbers& p, const Convolution& c) {
  return p.whole("REQUANTISERS") * (c.place + 16 + p.whole("SUM"));
}

std::vector<MemoryShape> convolution_memories(const Numbers& p) {
  const Convolution c(p);
  const int place = index_width(p.whole("WIDTH") * c.groups);
  std::vector<MemoryShape> memories = {
      {p.whole("WORDS"), weight_bits_of(p, c)}};
  for (std::int64_t unit = 0; unit < p.whole("UNITS"); ++unit) {
    memories.push_back({p.whole("LINES") << place, p.whole("LANES") * 8});
    memories.push_back({p.whole("STEPS"), parameter_bits_of(p, c)});
    for (std::int64_t i = 0; i < p.whole("REQUANTISERS") * p.whole("OUT_LANES");
         ++i)
      memories.push_back({std::int64_t(1) << c.address(),
                          std::int64_t(c.bits()), Read::asynchronous});
  }
  if (p.whole("DEAD") > 0)
    memories.push_back(
        {c.beats, std::int64_t(c.out_lanes * c.bits()), Read::asynchronous});
  return memories;
}

Resources convolution_pes(const Numbers& p) {
  if (p.whole("WEIGHT_BITS") != 2) return {};
  const bool is_wide = p.whole("IN_SIGNED") != 0 || p.whole("IN_ZERO") != 0;
  return ternary_pes(p("UNITS") * p("PES"), p, is_wide);
}

Resources array_pes(const Numbers& p) { return ternary_pes(p("PES"), p, true); }

std::int64_t convolution_configuration(const Numbers& p) {
  const Convolution c(p);
  const auto constants = std::int64_t(c.out_lanes * c.bits());
  return std::max({weight_bits_of(p, c), parameter_bits_of(p, c),
                   p.whole("DEAD") > 0 ? constants : 0});
}

std::vector<MemoryShape> ring_memories(const Numbers& p) {
  const std::int64_t groups = divide_up(p.whole("CHANNELS"), p.whole("LANES"));
  return {{p.whole("LINES") << index_width(p.whole("WIDTH") * groups),
           p.whole("LANES") * 8}};
}

bool is_whole_picture(const Numbers& p) {
  return p.whole("KERNEL_HEIGHT") == p.whole("HEIGHT") &&
         p.whole("KERNEL_WIDTH") == p.whole("WIDTH") &&
         p.whole("OUT_HEIGHT") == 1 && p.whole("OUT_WIDTH") == 1 &&
         p.whole("TOP") == 0 && p.whole("LEFT") == 0;
}

// Sums of whole pictures need no ring: one register of sums a group.
std::vector<MemoryShape> average_memories(const Numbers& p) {
  if (!is_whole_picture(p)) return ring_memories(p);
  return {{divide_up(p.whole("CHANNELS"), p.whole("LANES")),
           p.whole("LANES") * p.whole("SUM"), Read::asynchronous}};
}

std::vector<MemoryShape> tables(std::int64_t count) {
  return std::vector<MemoryShape>(std::size_t(count), {256, 8});
}

Features pool_features(const Numbers& p) {
  const std::int64_t groups = divide_up(p.whole("CHANNELS"), p.whole("LANES"));
  return {{"one", 1},
          {"lanes", p("LANES")},
          {"taps", p("KERNEL_HEIGHT") + p("KERNEL_WIDTH")},
          {"place_bits", index_width(p.whole("WIDTH") * groups)}};
}

Features average_features(const Numbers& p) {
  Features f{{"one", 1},  {"lanes", p("LANES")}, {"windows", 0},
             {"taps", 0}, {"place_bits", 0},     {"product_bits", 0}};
  if (is_whole_picture(p)) return f;
  const Features ring = pool_features(p);
  f["windows"] = 1;
  f["taps"] = ring.at("taps");
  f["place_bits"] = ring.at("place_bits");
  // Rows of multiply_rows, where sums count several times.
  const std::int64_t common = p.whole("COMMON");
  const int weight = std::bit_width(std::uint64_t(common / p.whole("FEWEST")));
  f["product_bits"] = common == 0 ? 0 : p("SUM") * (weight / 2 + 1);
  return f;
}

// What an array of ternary PEs by itself has beside the PEs.
Features pes_features(const Numbers& p) {
  return {
      {"one", 1}, {"pes", p("PES")}, {"levels", levels_of(p.whole("LANES"))}};
}

Features add_features(const Numbers& p) {
  return {
      {"one", 1}, {"lanes", p("LANES")}, {"terms", p("LANES") * p("INPUTS")}};
}

Features concat_features(const Numbers& p) {
  return {{"one", 1}, {"lanes", p("LANES")}};
}

Features subsample_features(const Numbers& p) {
  return {{"one", 1}, {"lanes", p("LANES")}, {"out_lanes", p("OUT_LANES")}};
}

// Sizes as in lanes_stage.v: a split has a multiplexer for each bit that it
// moves on, a join an enable for each part.
Features lanes_features(const Numbers& p) {
  const std::int64_t channels = p.whole("CHANNELS"), in = p.whole("IN_LANES"),
                     out = p.whole("OUT_LANES");
  const std::int64_t divisor = std::gcd(in, out);
  const bool splits = channels <= in || divisor == out;
  const bool joins = channels <= out || divisor == in;
  const std::int64_t middle = splits ? out : joins ? in : divisor;
  Features f = {{"one", 1},        {"split", 0},     {"split_bits", 0},
                {"moved_bits", 0}, {"join_bits", 0}, {"join_parts", 0}};
  if (splits || !joins) {
    const std::int64_t parts = divide_up(std::min(in, channels), middle);
    f["split"] = 1;
    f["split_bits"] = 8.0 * double(std::max(parts * middle, in));
    f["moved_bits"] = 8.0 * double(std::max(parts * middle, in) - middle);
  }
  if (!splits) {
    const std::int64_t parts = divide_up(std::min(out, channels), middle);
    f["join_bits"] = 8.0 * double(parts * middle);
    f["join_parts"] = double(parts);
  }
  return f;
}

std::vector<MemoryShape> fifo_memories(const Numbers& p) {
  return {
      {std::int64_t(1) << p.whole("ADDRESS"), p.whole("WIDTH"), Read::queue}};
}

Features fifo_features(const Numbers& p) {
  const double address = p("ADDRESS");
  const bool is_block = memory_cost(fifo_memories(p).front()).ramb18 > 0;
  return {{"one", 1},
          {"address_bits", address},
          {"copied_bits", is_block ? 0 : address},  // of the read address
          {"deep", address >= 8 ? 1 : 0}};
}

std::vector<MemoryShape> no_memories(const Numbers&) { return {}; }

std::int64_t byte_configuration(const Numbers&) { return 8; }

struct Form {
  const char* module;
  Features (*features)(const Numbers&);
  std::vector<MemoryShape> (*memories)(const Numbers&);
  std::int64_t (*configuration)(const Numbers&) = nullptr;  // largest word
  Resources (*pes)(const Numbers&) = nullptr;
};

const Form kForms[] = {
    {"convolution_stage", convolution_features, convolution_memories,
     convolution_configuration, convolution_pes},
    {"lock_step_pes", pes_features, no_memories, nullptr, array_pes},
    {"max_pool_stage", pool_features, ring_memories},
    {"average_pool_stage", average_features, average_memories},
    {"add_stage", add_features, no_memories},
    {"concat_stage", concat_features, no_memories},
    {"subsample_stage", subsample_features, no_memories},
    {"lanes_stage", lanes_features, no_memories},
    {"fifo", fifo_features, fifo_memories},
    {"table_stage",
     [](const Numbers& p) -> Features {
       return {{"one", 1}, {"lanes", p("LANES")}};
     },
     [](const Numbers& p) { return tables(p.whole("LANES")); },
     byte_configuration},
    {"fork_stream",
     [](const Numbers& p) -> Features {
       return {{"one", 1}, {"width", p("WIDTH")}};
     },
     no_memories},
    {"array", array_features, array_memories},
    {"control",
     [](const Numbers&) -> Features {
       return {{"one", 1}};
     },
     no_memories},
};

const Form& form_of(const Instance& instance) {
  const auto* found = std::ranges::find(
      kForms, instance.module,
      [](const Form& form) { return std::string_view(form.module); });
  require(found != std::end(kForms), "fpga: no resource model for module {}",
          instance.module);
  return *found;
}

}  // namespace

Features features_of(const Instance& instance) {
  return form_of(instance).features(Numbers(instance));
}

std::int64_t configuration_bits_of(const Instance& instance) {
  const Form& form = form_of(instance);
  if (form.configuration == nullptr) return 0;
  return divide_up(form.configuration(Numbers(instance)), 32) * 32 + 8;
}

Resources pes_of(const Instance& instance) {
  const Form& form = form_of(instance);
  return form.pes == nullptr ? Resources{} : form.pes(Numbers(instance));
}

std::vector<MemoryShape> memories_of(const Instance& instance) {
  return form_of(instance).memories(Numbers(instance));
}

}  // namespace triad::fpga
