#include "triad/fpga/cost/resources.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "triad/base/divide.h"
#include "triad/base/error.h"
#include "triad/fpga/cost/constants.h"

namespace triad::fpga {
namespace {

constexpr std::array kQuantities{"lut", "ff", "carry4", "dsp"};

double evaluate(const ResourceModel& model, const std::string& module,
                const char* quantity, const Features& features) {
  const auto found = model.coefficients.find(module);
  require(found != model.coefficients.end(),
          "fpga: no coefficients for module {}", module);
  const auto terms = found->second.find(quantity);
  if (terms == found->second.end()) return 0;
  double sum = 0;
  for (const auto& [name, coefficient] : terms->second) {
    const auto feature = features.find(name);
    require(feature != features.end(), "fpga: module {} has no feature {}",
            module, name);
    sum += coefficient * feature->second;
  }
  return std::max(0.0, sum);
}

// RAMB18 of a memory of so many words, in columns of half blocks.
std::int64_t half_blocks(std::int64_t depth, std::int64_t width) {
  return block_rams({"RAMB18E1", 18432, 0}, depth, width);
}

}  // namespace

Resources operator+(const Resources& a, const Resources& b) {
  return {a.lut + b.lut, a.lut_memory + b.lut_memory,
          a.ff + b.ff,   a.carry4 + b.carry4,
          a.dsp + b.dsp, a.ramb18 + b.ramb18};
}

MemoryCost memory_cost(const MemoryShape& memory) {
  const auto& [depth, width, read] = memory;
  // RAM32M holds 32 words of 6 bits, RAM64M 64 of 3, in four LUTs either.
  const std::int64_t rows = divide_up(depth, 64);
  const std::int64_t cells =
      depth <= 32 ? divide_up(width, 6) : rows * divide_up(width, 3);
  // Yosys' costs: 1 of a flip-flop, 8 of a cell of distributed RAM, 129 of half
  // a block RAM.
  if (depth * width <= 8 * cells) {
    const double read_register = read == Read::synchronous ? double(width) : 0;
    return {0, std::ceil(double(depth - 1) / 3) * double(width),
            double(depth * width) + read_register, 0};
  }
  const std::int64_t blocks = half_blocks(depth, width);
  if (read != Read::asynchronous && 129 * blocks < 8 * cells) {
    const double around = read == Read::queue ? double(width) : 0;
    return {0, around, around, double(blocks)};
  }
  // Joining r rows takes a multiplexer a bit: one LUT up to 2, two from 5 on.
  const double inputs = rows < 2 ? 0 : std::ceil(double(rows - 1) / 3);
  return {4.0 * double(cells), inputs * double(width),
          read == Read::synchronous ? double(width) : 0, 0};
}

ResourceModel parse_resource_model(std::string_view text,
                                   const std::string& origin) {
  ConstantTable table(text, origin);
  ResourceModel model{table.text("tool"), table.date("date"), {}, {}};
  ConstantTable ratios = table.table("small_luts");
  for (const std::string& family : ratios.keys())
    model.small_luts[family] = ratios.number(family);
  ratios.finish();
  for (const std::string& module : table.keys()) {
    if (module == "tool" || module == "date" || module == "small_luts")
      continue;
    ConstantTable quantities = table.table(module);
    for (const char* quantity : kQuantities) {
      if (!quantities.has(quantity)) continue;
      ConstantTable terms = quantities.table(quantity);
      for (const std::string& feature : terms.keys())
        model.coefficients[module][quantity][feature] = terms.number(feature);
      terms.finish();
    }
    quantities.finish();
  }
  table.finish();
  return model;
}

ResourceModel read_resource_model() {
  return parse_resource_model(constant_file("resources"),
                              "fpga/resources.toml");
}

Resources resources_of(const Instance& instance, const ResourceModel& model) {
  const Features features = features_of(instance);
  Resources result = pes_of(instance);
  result.lut += evaluate(model, instance.module, "lut", features);
  result.ff += evaluate(model, instance.module, "ff", features);
  result.carry4 += evaluate(model, instance.module, "carry4", features);
  result.dsp = evaluate(model, instance.module, "dsp", features);
  for (const MemoryShape& memory : memories_of(instance)) {
    const MemoryCost cost = memory_cost(memory);
    result.lut += cost.mux;
    result.lut_memory += cost.lut_memory;
    result.ff += cost.ff;
    result.ramb18 += cost.ramb18;
  }
  return result;
}

Resources shared_resources_of(const Netlist& netlist) {
  Resources shared;
  for (const Instance& instance : netlist.instances)
    shared.ff = std::max(shared.ff, double(configuration_bits_of(instance)));
  return shared;
}

Resources resources_of(const Netlist& netlist, const ResourceModel& model) {
  Resources sum = shared_resources_of(netlist);
  for (const Instance& instance : netlist.instances)
    sum = sum + resources_of(instance, model);
  return sum;
}

}  // namespace triad::fpga
