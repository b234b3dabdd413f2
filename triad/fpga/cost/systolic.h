#pragma once
// The dense baseline: a weight-stationary systolic array as SCALE-Sim v2 models
// it (Samajdar et al., ISPASS 2020, whose golden trace the test reproduces). It
// knows no zeros, stores no group and pays for filling and draining the array
// at every fold.

#include <cstdint>

#include "triad/fpga/workload.h"

namespace triad::fpga {

// A convolution as a product of matrices: [pixels, window] x [window, filters].
struct MatrixProduct {
  std::int64_t pixels = 1;   // output positions
  std::int64_t window = 1;   // terms of a sum: C * R * S
  std::int64_t filters = 1;  // K
};

struct SystolicArray {
  std::int64_t rows = 32, columns = 32;  // terms, filters
};

struct SystolicCost {
  std::int64_t cycles = 0;
  double mapping_percent = 0;  // PEs that hold a weight, mean over folds
  double overall_percent = 0;  // products over cycles * PEs
  std::int64_t input_reads = 0, weight_reads = 0, output_writes = 0;
};

// Sizes are at least 1.
SystolicCost systolic_cost(const MatrixProduct& layer,
                           const SystolicArray& array);

MatrixProduct to_product(const Convolution& layer, const Stream& input,
                         const Stream& output);

}  // namespace triad::fpga
