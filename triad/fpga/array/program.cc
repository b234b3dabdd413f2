#include "triad/fpga/array/program.h"

#include <algorithm>
#include <bit>
#include <iterator>
#include <numeric>

#include "triad/base/divide.h"
#include "triad/base/error.h"
#include "triad/fpga/array/layers.h"
#include "triad/fpga/array/places.h"

namespace triad::fpga {
namespace {

using Kind = ArrayStep::Kind;

std::int64_t ceil_log2(std::int64_t value) {
  return std::int64_t(std::bit_width(std::uint64_t(value - 1)));
}

void check(const ArraySettings& settings) {
  require(settings.pes >= 1 && settings.pes <= 1024,
          "fpga: array: expected 1..1024 PEs, got {}", settings.pes);
  require(settings.lanes >= 2 && settings.lanes <= 1024,
          "fpga: array: expected 2..1024 lanes, got {}", settings.lanes);
  require(settings.values >= 0 &&
              settings.lanes % std::max(settings.values, 1) == 0,
          "fpga: array: expected values of an add that divide its {} lanes, "
          "got {}",
          settings.lanes, settings.values);
  require(
      settings.requantisers >= 1 && settings.pes % settings.requantisers == 0,
      "fpga: array: expected requantisers that divide its {} PEs, got {}",
      settings.pes, settings.requantisers);
  require(settings.requantisers == 1 || settings.pes <= settings.lanes ||
              (settings.pes % settings.lanes == 0 &&
               settings.lanes % settings.requantisers == 0),
          "fpga: array: expected, for {} requantisers, PEs that are at most "
          "the {} lanes or a multiple of them, got {}",
          settings.requantisers, settings.lanes, settings.pes);
}

// Beyond the widest layer PEs and lanes never work. The default array is always
// allowed, so that small networks need no settings.
void check_widest(const Workload& workload, const ArraySettings& settings) {
  const ArraySettings smallest;
  std::int64_t filters = smallest.pes, channels = smallest.lanes;
  for (const Stage& stage : workload.stages) {
    const auto* layer = std::get_if<Convolution>(&stage.work);
    if (layer == nullptr) continue;
    filters = std::max(filters, layer->filters);
    channels = std::max(channels, workload.input(stage).channels);
  }
  require(settings.pes <= filters,
          "array: expected at most {} PEs, the filters of the widest layer, "
          "got {}",
          filters, settings.pes);
  require(settings.lanes <= channels,
          "array: expected at most {} lanes, the channels of the widest layer, "
          "got {}",
          channels, settings.lanes);
}

// An adder of one value a cycle is as large as a few PEs.
int choose_values(const ArraySettings& settings) {
  int values = std::clamp(settings.pes / 4, 1, settings.lanes);
  while (settings.lanes % values != 0) --values;
  return values;
}

// Bits of an accumulator that holds every sum of `layer` with its bias and the
// rounding of its shift.
int sum_bits(const ArrayLayer& layer, const Stream& input) {
  const Convolution& convolution = layer.convolution;
  const auto& integers = convolution.requantization;
  const auto filters = std::size_t(convolution.filters);
  const std::size_t size = convolution.codes.size() / filters;
  const std::int64_t swept =
      layer.sweeps ? layer.window.kernel[0] * layer.window.kernel[1] : 1;
  std::int64_t largest = 0;
  for (std::size_t k = 0; k < filters; ++k) {
    const std::int64_t codes = std::transform_reduce(
        convolution.codes.begin() + std::ptrdiff_t(k * size),
        convolution.codes.begin() + std::ptrdiff_t((k + 1) * size),
        std::int64_t(0), std::plus{},
        [](std::int8_t code) { return std::int64_t(std::abs(int(code))); });
    largest = std::max(largest, codes * swept * input.quantization.reach() +
                                    std::abs(std::int64_t(integers.bias[k])));
  }
  if (integers.shift > 0) largest += std::int64_t(1) << (integers.shift - 1);
  return 1 + std::bit_width(std::uint64_t(largest));
}

class Maker {
 public:
  Maker(Workload workload, const ArraySettings& settings)
      : workload_(std::move(workload)) {
    result_.picture = pack_picture(workload_, settings.pes, settings.lanes);
    places_ = plan_places(workload_, settings.lanes);
    result_.settings = settings;
    if (settings.values == 0) result_.settings.values = choose_values(settings);
    result_.name = workload_.name;
    result_.depth = places_.depth;
    // The PEs' trees set a lower bound, the requantisers another.
    result_.sum_bits = std::max<int>(17, 10 + int(ceil_log2(settings.lanes)));
  }

  ArrayProgram run() {
    for (std::size_t i = 0; i < workload_.stages.size(); ++i) {
      ArrayStep step = start(i);
      const Stage& stage = workload_.stages[i];
      for (const ArrayLayer& layer :
           make_layers(workload_, stage, result_.settings)) {
        ArrayStep part = step;
        finish(part, layer, stage);
        result_.steps.push_back(std::move(part));
      }
      if (const auto* table = std::get_if<InputTable>(&stage.work))
        finish(step, *table, stage);
      else if (const auto* pool = std::get_if<MaxPool>(&stage.work))
        finish(step, *pool, stage);
      else if (const auto* add = std::get_if<Add>(&stage.work))
        finish(step, *add, stage);
      else
        continue;
      result_.steps.push_back(std::move(step));
    }
    return std::move(result_);
  }

 private:
  std::int64_t groups(const Stream& stream) const {
    return divide_up(stream.channels, result_.settings.lanes);
  }

  ArrayStep start(std::size_t i) const {
    const Stage& stage = workload_.stages[i];
    ArrayStep step;
    step.name = stage.name;
    step.out = places_.address[i];
    step.out_step = groups(stage.output);
    step.to = stage.output.quantization;
    step.lowest = step.to.lowest();
    if (!stage.inputs.empty()) {
      step.a = step.b = workload_.input(stage).quantization;
      step.in_a = step.in_b = address(stage, 0);
    }
    return step;
  }

  std::int64_t address(const Stage& stage, std::size_t input) const {
    return places_.address[std::size_t(stage.inputs[input])];
  }

  void finish(ArrayStep& step, const InputTable& work, const Stage& stage) {
    step.kind = Kind::picture;
    step.count = stage.output.height;
    result_.channels = std::int64_t(work.table.size()) / 256;
    for (const std::int16_t value : work.table)
      result_.tables.push_back(std::uint8_t(value));
    const PackedPicture& picture = result_.picture;
    step.cycles = step.count * (picture.left + picture.width + picture.right) *
                      picture.copies * result_.channels +
                  1;
  }

  void finish(ArrayStep& step, const Add& work, const Stage& stage) {
    step.kind = Kind::add;
    step.count = words_of(stage.output, result_.settings.lanes);
    step.lowest = work.lowest;
    // A sum of 16 bits is 0 after any shift from 16 on.
    step.shift = std::min(work.requantization.shift, 16);
    step.multiplier_a = work.requantization.multiplier[0];
    if (stage.inputs.size() > 1) {
      step.b = workload_.input(stage, 1).quantization;
      step.in_b = address(stage, 1);
      step.multiplier_b = work.requantization.multiplier[1];
    }
    step.cycles = step.count *
                  std::max(2, result_.settings.lanes / result_.settings.values);
  }

  void finish(ArrayStep& step, const MaxPool& work, const Stage& stage) {
    step.kind = Kind::max_pool;
    step.window = window(work.window, stage, 0, true);
    step.window.words = groups(stage.output);
    for (std::int64_t group = 0; group < step.window.words; ++group) {
      ArrayWord word;
      word.last = true;
      word.offset = group;
      word.codes.resize(
          std::size_t(result_.settings.pes * result_.settings.lanes));
      result_.words.push_back(std::move(word));
    }
    count_cycles(step);
  }

  void finish(ArrayStep& step, const ArrayLayer& layer, const Stage& stage) {
    const Stream& input = workload_.input(stage, layer.input);
    step.kind = Kind::convolution;
    step.logits = layer.convolution.logits;
    step.to = layer.to;
    step.lowest = step.to.lowest();
    step.shift = layer.convolution.requantization.shift;
    if (const auto* table = std::get_if<Table>(&stage.work))
      step.table = add_table(*table, input.quantization);
    if (step.logits) result_.logits = layer.convolution.filters;
    step.window = window(layer.window, stage, layer.input, layer.sweeps);
    confine(step, layer.part, stage.output.width);
    step.first_filter =
        std::int64_t(result_.filters.size()) / result_.settings.requantisers;
    LayerProgram program =
        program_layer(layer, input, result_.settings, stage.name);
    step.window.words = std::int64_t(program.words.size());
    if (!reaches_outside(step.window, layer.window))
      for (ArrayWord& word : program.words) word.row = word.column = 0;
    std::ranges::move(program.words, std::back_inserter(result_.words));
    std::ranges::move(program.filters, std::back_inserter(result_.filters));
    result_.sum_bits = std::max(result_.sum_bits, sum_bits(layer, input));
    count_cycles(step);
    if (std::holds_alternative<Convolution>(stage.work))
      warn(stage.name, input.channels, layer.convolution.filters);
  }

  int add_table(const Table& work, const encoding::Quantization& input) {
    const int block = int(result_.tables.size() / 256);
    for (int byte = 0; byte < 256; ++byte) {
      const int q = input.is_signed ? std::int8_t(byte) : byte;
      result_.tables.push_back(
          std::uint8_t(work.table[std::size_t(q - input.lowest())]));
    }
    return block;
  }

  // All but the number of words.
  ArrayWindow window(const Window& of, const Stage& stage, std::size_t from,
                     bool sweeps) const {
    const Stream& input = workload_.input(stage, from);
    const std::int64_t pixel = groups(input);
    ArrayWindow result;
    result.corner =
        address(stage, from) - (of.top * input.width + of.left) * pixel;
    result.column_step = of.stride[1] * pixel;
    result.row_step = of.stride[0] * input.width * pixel;
    result.first_row = -of.top;
    result.first_column = -of.left;
    result.stride = of.stride;
    result.out = {stage.output.height, stage.output.width};
    result.height = input.height;
    result.width = input.width;
    result.first_word = std::int64_t(result_.words.size());
    result.sweeps = sweeps;
    if (sweeps) result.taps = of.kernel;
    result.tap_step = pixel;
    result.tap_row_step = (input.width - result.taps[1] + 1) * pixel;
    return result;
  }

  // Of the step's positions, those of a part: all, a row, a column or a pixel.
  static void confine(ArrayStep& step, const OutputPart& part,
                      std::int64_t output_width) {
    const auto [row, column] = part.first;
    ArrayWindow& window = step.window;
    window.corner += row * window.row_step + column * window.column_step;
    window.first_row += row * window.stride[0];
    window.first_column += column * window.stride[1];
    window.out = part.size;
    step.out += (row * output_width + column) * step.out_step;
    if (part.size[1] == 1) step.out_step *= output_width;
  }

  // Whether a window of the layer meets padding.
  static bool reaches_outside(const ArrayWindow& window, const Window& of) {
    const auto end = [&](std::size_t axis, std::int64_t first) {
      return first + (window.out[axis] - 1) * of.stride[axis] + of.kernel[axis];
    };
    return of.top > 0 || of.left > 0 ||
           end(0, window.first_row) > window.height ||
           end(1, window.first_column) > window.width;
  }

  static void count_cycles(ArrayStep& step) {
    const ArrayWindow& window = step.window;
    step.cycles = window.out[0] * window.out[1] * window.words *
                  window.taps[0] * window.taps[1];
  }

  void warn(const std::string& name, std::int64_t channels,
            std::int64_t filters) {
    const auto idle = [&](std::int64_t parts, int width, const char* what) {
      const std::int64_t spare = divide_up(parts, width) * width - parts;
      if (spare > 0)
        result_.warnings.push_back(
            fmt::format("{}: {} of {} {} idle in the last of {} rounds", name,
                        spare, width, what, divide_up(parts, width)));
    };
    idle(channels, result_.settings.lanes, "lanes");
    idle(filters, result_.settings.pes, "PEs");
  }

  Workload workload_;
  ArrayPlaces places_;
  ArrayProgram result_;
};

}  // namespace

std::string kind_of(const ArrayStep& step) {
  switch (step.kind) {
    case ArrayStep::Kind::picture:
      return "picture";
    case ArrayStep::Kind::convolution:
      return step.logits ? "logits" : "convolution";
    case ArrayStep::Kind::max_pool:
      return "max pool";
    case ArrayStep::Kind::add:
      return "add";
  }
  return "";
}

bool ArrayProgram::has(ArrayStep::Kind kind) const {
  return std::ranges::any_of(
      steps, [&](const ArrayStep& step) { return step.kind == kind; });
}

bool ArrayProgram::has_terms() const {
  return std::ranges::any_of(
      words, [](const ArrayWord& word) { return word.shift > 0; });
}

std::int64_t ArrayProgram::cycles_between_steps() const {
  return settings.pes / settings.requantisers + ceil_log2(settings.lanes) +
         has_terms() + (settings.dsp ? 12 : 15);
}

std::int64_t ArrayProgram::cycles() const {
  std::int64_t sum = 0;
  for (const ArrayStep& step : steps)
    sum += step.cycles + cycles_between_steps();
  return sum;
}

ArrayProgram make_array_program(const Workload& workload,
                                const ArraySettings& settings) {
  check(settings);
  check_widest(workload, settings);
  return Maker(workload, settings).run();
}

}  // namespace triad::fpga
