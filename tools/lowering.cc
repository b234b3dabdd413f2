#include "tools/lowering.h"

#include "tools/evaluation.h"
#include "triad/quantise/lower.h"

namespace triad::tools {
namespace {

constexpr std::int64_t kCalibrationPictures = 256;

}  // namespace

graph::Graph lower(const graph::Graph& trained, const data::Dataset& training,
                   int activation_bits) {
  const std::int64_t count = std::min(kCalibrationPictures, training.count());
  const Shape shape = trained.value(trained.input()).shape;
  const auto bytes = gather(training, 0, count, shape);
  quantise::LowerSettings settings;
  settings.activation_bits = activation_bits;
  return quantise::lower(
      trained, {{count, shape[0], shape[1], shape[2]}, bytes}, settings);
}

}  // namespace triad::tools
