#include "triad/fpga/full_codes.h"

#include <algorithm>

namespace triad::fpga {
namespace {

// [K][C][R][S] of a grouped convolution's [K][C / groups][R][S]: dead weights
// for the channels of other groups.
std::vector<std::int8_t> ungroup(std::span<const std::int8_t> codes,
                                 const graph::Conv2d& op) {
  const std::size_t block =
      codes.size() / std::size_t(op.outputs);  // of a filter
  const auto groups = std::size_t(op.groups);
  std::vector<std::int8_t> full(codes.size() * groups);
  for (std::size_t k = 0; k < std::size_t(op.outputs); ++k) {
    const std::size_t group = k / (std::size_t(op.outputs) / groups);
    std::copy_n(codes.begin() + std::ptrdiff_t(k * block), block,
                full.begin() + std::ptrdiff_t((k * groups + group) * block));
  }
  return full;
}

// [planes][R'][S'] of [planes][R][S].
std::vector<std::int8_t> spread(const std::vector<std::int8_t>& codes,
                                const graph::Conv2d& op) {
  const auto [rows, columns] = op.kernel;
  const auto [height, width] = full_kernel(op);
  const auto planes = std::int64_t(codes.size()) / (rows * columns);
  std::vector<std::int8_t> result(std::size_t(planes * height * width));
  auto code = codes.begin();
  for (std::int64_t plane = 0; plane < planes; ++plane)
    for (std::int64_t r = 0; r < rows; ++r)
      for (std::int64_t s = 0; s < columns; ++s)
        result[std::size_t((plane * height + r * op.dilation[0]) * width +
                           s * op.dilation[1])] = *code++;
  return result;
}

}  // namespace

graph::Pair full_kernel(const graph::Conv2d& op) {
  return {(op.kernel[0] - 1) * op.dilation[0] + 1,
          (op.kernel[1] - 1) * op.dilation[1] + 1};
}

std::vector<std::int8_t> full_codes(std::span<const std::int8_t> codes,
                                    const graph::Conv2d& op) {
  return spread(ungroup(codes, op), op);
}

}  // namespace triad::fpga
