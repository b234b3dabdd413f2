#include "triad/fpga/cost/systolic.h"

#include "triad/base/divide.h"

namespace triad::fpga {

SystolicCost systolic_cost(const MatrixProduct& layer,
                           const SystolicArray& array) {
  const std::int64_t row_folds = divide_up(layer.window, array.rows);
  const std::int64_t column_folds = divide_up(layer.filters, array.columns);
  const std::int64_t folds = row_folds * column_folds;
  // Weights come in from the top, inputs from the left, sums leave below; the
  // last fold ends a cycle early because cycles count from 0.
  const std::int64_t fold = 2 * array.rows + array.columns + layer.pixels - 2;
  SystolicCost cost;
  cost.cycles = folds * fold - 1;
  const double cells = double(array.rows * array.columns);
  const double weights = double(layer.window * layer.filters);
  cost.mapping_percent = 100 * weights / (double(folds) * cells);
  cost.overall_percent =
      100 * weights * double(layer.pixels) / (double(cost.cycles) * cells);
  cost.input_reads = layer.pixels * layer.window * column_folds;
  cost.weight_reads = layer.window * layer.filters;
  cost.output_writes = layer.pixels * layer.filters * row_folds;
  return cost;
}

MatrixProduct to_product(const Convolution& layer, const Stream& input,
                         const Stream& output) {
  const auto& [height, width] = layer.window.kernel;
  return {output.pixels(), input.channels * height * width, layer.filters};
}

}  // namespace triad::fpga
