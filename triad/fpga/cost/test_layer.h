#pragma once
// Layers of known sparsity, for the tests of the cost model.

#include "triad/base/divide.h"
#include "triad/base/random.h"
#include "triad/fpga/workload.h"

namespace triad::fpga {

// Ternary, no living code 0, of which about `dead` of the groups of 1 filter x
// `lanes` channels x 1 tap are zero.
inline Convolution pruned_layer(std::int64_t filters, std::int64_t channels,
                                std::int64_t kernel, double dead,
                                std::int64_t lanes) {
  Convolution layer;
  layer.filters = filters;
  layer.window.kernel = {kernel, kernel};
  layer.window.top = layer.window.left = kernel / 2;
  layer.requantization.multiplier.resize(std::size_t(filters), 1);
  layer.requantization.bias.resize(std::size_t(filters));
  const std::int64_t taps = kernel * kernel;
  Random random(3);
  std::vector<char> alive(
      std::size_t(filters * divide_up(channels, lanes) * taps));
  for (char& group : alive) group = random.uniform() >= dead;
  for (std::int64_t k = 0; k < filters; ++k)
    for (std::int64_t c = 0; c < channels; ++c)
      for (std::int64_t tap = 0; tap < taps; ++tap) {
        const std::int64_t group =
            (k * divide_up(channels, lanes) + c / lanes) * taps + tap;
        layer.codes.push_back(alive[std::size_t(group)]
                                  ? std::int8_t(random.below(2) * 2) - 1
                                  : 0);
      }
  return layer;
}

}  // namespace triad::fpga
