#include "triad/fpga/plan.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <numeric>

#include "triad/base/divide.h"
#include "triad/base/error.h"
#include "triad/fpga/queue_sizes.h"

namespace triad::fpga {
namespace {

constexpr std::int64_t kFewestWords = 2;  // of a queue that cuts a path in two

const Stage* first_reader(const Workload& workload, std::size_t stage,
                          std::size_t& place) {
  for (place = stage + 1; place < workload.stages.size(); ++place)
    for (const int input : workload.stages[place].inputs)
      if (input == int(stage)) return &workload.stages[place];
  return nullptr;
}

int out_lanes(const Workload& workload, const std::vector<Folding>& foldings,
              std::size_t i) {
  const Work& work = workload.stages[i].work;
  const auto* layer = std::get_if<Convolution>(&work);
  if (layer && layer->logits) return 1;
  std::size_t reader = 0;
  if ((layer || std::holds_alternative<Subsample>(work)) &&
      first_reader(workload, i, reader))
    return foldings[reader].lanes;
  return foldings[i].lanes;
}

int lines(const Stage& stage, const Stream& input) {
  const Window* window = window_of(stage.work);
  if (!window) return 0;
  const std::int64_t stride = window->stride[0];
  // Rows from the last window of a picture to the first of the next.
  const std::int64_t next = input.height - (stage.output.height - 1) * stride;
  return int(window->kernel[0] + std::max(stride, next));
}

// Bits of a signed number of at most this magnitude.
int signed_bits(std::int64_t magnitude) {
  return int(std::bit_width(std::uint64_t(magnitude))) + 1;
}

std::int64_t rounding(int shift) {
  return shift > 0 ? std::int64_t(1) << (shift - 1) : 0;
}

std::int64_t largest_sum(const Convolution& layer, const Stream& input) {
  const std::size_t filter = layer.codes.size() / std::size_t(layer.filters);
  std::int64_t largest = 0;
  for (std::size_t k = 0; k < std::size_t(layer.filters); ++k) {
    std::int64_t codes = 0;
    for (std::size_t i = 0; i < filter; ++i)
      codes += std::abs(layer.codes[k * filter + i]);
    largest = std::max(
        largest, codes * input.quantization.reach() +
                     std::abs(std::int64_t(layer.requantization.bias[k])));
  }
  return largest + rounding(layer.requantization.shift);
}

// Of what an adder tree gives: 9 bits a value, those of a weight that is
// multiplied by, and one a level.
int tree_bits(const Convolution& layer, int lanes) {
  return 9 + (layer.weight_bits == 2 ? 0 : layer.weight_bits) +
         int(std::bit_width(std::uint64_t(lanes - 1)));
}

int sum_bits(const Stage& stage, const Stream& input, int lanes) {
  std::int64_t largest = 0;
  int fewest = 17;
  if (const auto* layer = std::get_if<Convolution>(&stage.work)) {
    largest = largest_sum(*layer, input);
    fewest = std::max(fewest, tree_bits(*layer, lanes));
  } else if (const auto* pool = std::get_if<AveragePool>(&stage.work))
    largest = std::max(pool->window.kernel[0] * pool->window.kernel[1],
                       pool->common) *
                  input.quantization.reach() +
              rounding(pool->requantization.shift);
  return std::clamp(signed_bits(largest), fewest, 32);
}

// Words that may come in a row of pixels while a stage adds channels to those
// it keeps and takes none. A convolution has places for two or three positions
// alone: one that cannot get rid of its results in time starts the next one
// late. Rows that are dropped are quick, so a row is all that piles up.
// Of a Concat a pixel piles up while one of the other stream goes by.
std::int64_t paused_words(const Stage& stage, const Stream& input,
                          const StagePlan& plan) {
  if (std::holds_alternative<Concat>(stage.work))
    return 2 * divide_up(input.channels, plan.folding.lanes);
  const auto* work = std::get_if<Subsample>(&stage.work);
  if (!work) return 0;
  const std::int64_t cycles = (work->channels_before + work->channels_after) /
                              pad_lanes(*work, input, plan.out_lanes);
  const std::int64_t beats = divide_up(input.channels, plan.folding.lanes);
  return std::min(stage.output.width * cycles, input.width * beats);
}

std::int64_t queue_words(std::int64_t pixels, const Stream& stream, int lanes) {
  if (pixels == 1) return kFewestWords;
  const std::int64_t row = stream.width;
  const std::int64_t few = 4;  // pixels on their way through the longer path
  return (pixels + row + few) * divide_up(stream.channels, lanes);
}

void check(const Workload& workload, const std::vector<Folding>& foldings) {
  require(foldings.size() == workload.stages.size(),
          "fpga: '{}': expected a folding for each of its {} stages, got {}",
          workload.name, workload.stages.size(), foldings.size());
  for (std::size_t i = 1; i < foldings.size(); ++i) {
    const Stage& stage = workload.stages[i];
    const std::int64_t channels = workload.input(stage).channels;
    require(foldings[i].lanes >= 1 && foldings[i].lanes <= channels,
            "fpga: {}: expected 1 to {} lanes, its input channels, got {}",
            stage.name, channels, foldings[i].lanes);
    require(fits_lanes(workload, stage, foldings[i].lanes),
            "fpga: {}: expected lanes that divide the {} channels of its first "
            "input, at most the {} of its second, got {}",
            stage.name, channels,
            workload.input(stage, stage.inputs.size() - 1).channels,
            foldings[i].lanes);
  }
}

}  // namespace

bool fits_lanes(const Workload& workload, const Stage& stage, int lanes) {
  for (std::size_t j = 0; j < stage.inputs.size(); ++j)
    if (lanes > workload.input(stage, j).channels) return false;
  return !std::holds_alternative<Concat>(stage.work) ||
         workload.input(stage).channels % lanes == 0;
}

std::int64_t pad_lanes(const Subsample& work, const Stream& input,
                       int out_lanes) {
  return std::gcd(std::gcd(input.channels, work.channels_before),
                  std::gcd(work.channels_after, std::int64_t(out_lanes)));
}

Plan make_plan(Workload workload, const std::vector<Folding>& foldings) {
  check(workload, foldings);
  const auto sizes = queue_sizes(workload);
  Plan plan;
  for (std::size_t i = 0; i < foldings.size(); ++i) {
    const Stage& stage = workload.stages[i];
    StagePlan result{.folding = foldings[i]};
    if (stage.inputs.empty()) {
      result.out_lanes = result.folding.lanes = int(stage.output.channels);
      plan.stages.push_back(std::move(result));
      continue;
    }
    const Stream& input = workload.input(stage);
    result.out_lanes = out_lanes(workload, foldings, i);
    result.lines = lines(stage, input);
    result.sum_bits = sum_bits(stage, input, foldings[i].lanes);
    if (const auto* layer = std::get_if<Convolution>(&stage.work))
      result.schedule = schedule(*layer, input, foldings[i], stage.name);
    for (std::size_t j = 0; j < stage.inputs.size(); ++j) {
      const Stream& from = workload.input(stage, j);
      const std::int64_t words =
          std::max(paused_words(stage, from, result),
                   queue_words(sizes[i][j], from, foldings[i].lanes));
      result.queues.push_back(
          std::int64_t(std::bit_ceil(std::uint64_t(words))));
    }
    plan.stages.push_back(std::move(result));
  }
  plan.workload = std::move(workload);
  return plan;
}

}  // namespace triad::fpga
