#include "triad/fpga/emit/stage_parameters.h"

#include <algorithm>

#include "triad/fpga/emit/memory_files.h"

namespace triad::fpga {
namespace {

using encoding::Quantization;
using List = std::vector<Parameter>;

constexpr int kToolsMultiplier = 0, kAdders = 1;

void append(List& list, const List& more) {
  list.insert(list.end(), more.begin(), more.end());
}

// Limits as the signed values of q.
List output_range(const Quantization& output, std::int32_t lowest) {
  return {{"OUT_ZERO", output.zero_point},
          {"OUT_LOW", lowest},
          {"OUT_HIGH", output.highest()}};
}

List input_range(const Quantization& input, const std::string& side) {
  return {{side + "_SIGNED", input.is_signed},
          {side + "_ZERO", input.zero_point}};
}

List picture(const PlannedStage& planned) {
  const Stream& input = planned.input();
  return {{"HEIGHT", input.height},
          {"WIDTH", input.width},
          {"CHANNELS", input.channels},
          {"LANES", planned.plan.folding.lanes}};
}

List geometry(const PlannedStage& planned, const Window& window) {
  List list = picture(planned);
  append(list, {{"KERNEL_HEIGHT", window.kernel[0]},
                {"KERNEL_WIDTH", window.kernel[1]},
                {"STRIDE_Y", window.stride[0]},
                {"STRIDE_X", window.stride[1]},
                {"TOP", window.top},
                {"LEFT", window.left},
                {"OUT_HEIGHT", planned.stage.output.height},
                {"OUT_WIDTH", planned.stage.output.width},
                {"LINES", planned.plan.lines}});
  return list;
}

struct Parameters {
  const PlannedStage& planned;

  const StagePlan& plan() const { return planned.plan; }
  const Quantization& to() const { return planned.stage.output.quantization; }
  const Quantization& from(std::size_t i = 0) const {
    return planned.input(i).quantization;
  }

  List operator()(const InputTable&) const {
    return {{"LANES", planned.stage.output.channels},
            {"OWN", 1},
            {"STAGE", planned.number},
            {"CONTENTS", planned.path + "_"}};
  }

  List operator()(const Convolution& layer) const {
    const Folding& folding = plan().folding;
    const auto dead = std::int64_t(plan().schedule.dead_filters.size());
    List list = geometry(planned, layer.window);
    append(list,
           {{"FILTERS", layer.filters},
            {"OUT_LANES", plan().out_lanes},
            {"UNITS", folding.units},
            {"PES", folding.pes},
            {"REQUANTISERS", folding.requantisers},
            {"WEIGHT_BITS", layer.weight_bits},
            {"TERMS", plan().schedule.has_terms()},
            {"MULTIPLIER", layer.weight_bits == 2 ? kAdders : kToolsMultiplier},
            {"SUM", plan().sum_bits},
            {"SHIFT", layer.requantization.shift}});
    append(list, input_range(from(), "IN"));
    append(list, output_range(to(), to().lowest()));
    append(list, {{"LOGITS", layer.logits},
                  {"WORDS", plan().schedule.words()},
                  {"STEPS", steps(plan())},
                  {"DEAD", dead},
                  {"STAGE", planned.number},
                  {"CONTENTS", planned.path + "_weights.mem"},
                  {"PARAMETERS", planned.path + "_parameters_"}});
    if (dead > 0)
      list.push_back({"CONSTANTS", planned.path + "_constants.mem"});
    return list;
  }

  List operator()(const MaxPool& pool) const {
    List list = geometry(planned, pool.window);
    append(list, {{"IN_SIGNED", from().is_signed}});
    return list;
  }

  List operator()(const AveragePool& pool) const {
    List list = geometry(planned, pool.window);
    append(list, {{"MULTIPLIER", kAdders},
                  {"SUM", plan().sum_bits},
                  {"SHIFT", pool.requantization.shift},
                  {"FACTOR", pool.requantization.multiplier[0]},
                  {"COMMON", pool.common},
                  {"FEWEST", fewest_inside(pool)}});
    append(list, input_range(from(), "IN"));
    append(list, output_range(to(), to().lowest()));
    return list;
  }

  std::int64_t fewest_inside(const AveragePool& pool) const {
    const Stream& output = planned.stage.output;
    std::int64_t fewest = pool.window.kernel[0] * pool.window.kernel[1];
    for (std::int64_t y = 0; y < output.height; ++y)
      for (std::int64_t x = 0; x < output.width; ++x) {
        const auto [rows, columns] = inside(pool.window, planned.input(), y, x);
        fewest = std::min(fewest, rows * columns);
      }
    return fewest;
  }

  List operator()(const Add& add) const {
    const auto& multiplier = add.requantization.multiplier;
    const std::size_t inputs = planned.stage.inputs.size();
    List list = {{"LANES", plan().folding.lanes},
                 {"INPUTS", std::int64_t(inputs)},
                 {"MULTIPLIER", kAdders},
                 {"SHIFT", add.requantization.shift}};
    for (std::size_t i = 0; i < inputs; ++i) {
      const std::string side = i == 0 ? "A" : "B";
      append(list, input_range(from(i), side));
      append(list, {{side + "_FACTOR", multiplier[i]}});
    }
    append(list, output_range(to(), add.lowest));
    return list;
  }

  List operator()(const Concat&) const {
    return {{"LANES", plan().folding.lanes},
            {"A_CHANNELS", planned.input(0).channels},
            {"B_CHANNELS", planned.input(1).channels}};
  }

  List operator()(const Subsample& work) const {
    List list = picture(planned);
    append(list, {{"FIRST_Y", work.first[0]},
                  {"FIRST_X", work.first[1]},
                  {"STRIDE_Y", work.stride[0]},
                  {"STRIDE_X", work.stride[1]},
                  {"CHANNELS_BEFORE", work.channels_before},
                  {"CHANNELS_AFTER", work.channels_after},
                  {"OUT_LANES", plan().out_lanes},
                  {"ZERO", to().zero_point}});
    return list;
  }

  List operator()(const Table&) const {
    return {{"LANES", plan().folding.lanes},
            {"OWN", 0},
            {"STAGE", planned.number},
            {"CONTENTS", planned.path + "_"}};
  }
};

struct Names {
  const char* operator()(const InputTable&) const { return "table_stage"; }
  const char* operator()(const Convolution&) const {
    return "convolution_stage";
  }
  const char* operator()(const MaxPool&) const { return "max_pool_stage"; }
  const char* operator()(const AveragePool&) const {
    return "average_pool_stage";
  }
  const char* operator()(const Add&) const { return "add_stage"; }
  const char* operator()(const Subsample&) const { return "subsample_stage"; }
  const char* operator()(const Table&) const { return "table_stage"; }
  const char* operator()(const Concat&) const { return "concat_stage"; }
};

}  // namespace

std::string module_name(const Work& work) { return std::visit(Names{}, work); }

bool has_memories(const Work& work) {
  return std::holds_alternative<InputTable>(work) ||
         std::holds_alternative<Convolution>(work) ||
         std::holds_alternative<Table>(work);
}

std::vector<Parameter> stage_parameters(const PlannedStage& planned) {
  return std::visit(Parameters{planned}, planned.stage.work);
}

}  // namespace triad::fpga
