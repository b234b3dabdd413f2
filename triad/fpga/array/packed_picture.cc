#include "triad/fpga/array/packed_picture.h"

#include <algorithm>

#include "triad/base/divide.h"

namespace triad::fpga {
namespace {

// The one stage that reads the picture, if it is a convolution.
Stage* only_convolution(Workload& workload) {
  Stage* reader = nullptr;
  for (Stage& stage : workload.stages)
    for (const int input : stage.inputs) {
      if (input != 0) continue;
      if (reader) return nullptr;
      reader = &stage;
    }
  return reader && std::holds_alternative<Convolution>(reader->work) ? reader
                                                                     : nullptr;
}

// codes [K][C][R][S] as [K][S * C][R][1].
std::vector<std::int8_t> pack_codes(const Convolution& layer,
                                    std::int64_t channels) {
  const auto [rows, columns] = layer.window.kernel;
  std::vector<std::int8_t> packed(layer.codes.size());
  auto code = layer.codes.begin();
  for (std::int64_t k = 0; k < layer.filters; ++k)
    for (std::int64_t c = 0; c < channels; ++c)
      for (std::int64_t r = 0; r < rows; ++r)
        for (std::int64_t s = 0; s < columns; ++s)
          packed[std::size_t(((k * columns + s) * channels + c) * rows + r)] =
              *code++;
  return packed;
}

}  // namespace

PackedPicture pack_picture(Workload& workload, int pes, int lanes) {
  Stream& picture = workload.stages[0].output;
  PackedPicture packed{picture.width};
  Stage* stage = only_convolution(workload);
  if (!stage) return packed;
  auto& layer = std::get<Convolution>(stage->work);
  const auto [rows, columns] = layer.window.kernel;
  const Stream& output = stage->output;

  packed.copies = columns;
  packed.left = layer.window.left;
  packed.right =
      std::max<std::int64_t>(0, (output.width - 1) * layer.window.stride[1] +
                                    columns - packed.left - picture.width);
  const std::int64_t saved = output.pixels() * divide_up(layer.filters, pes) *
                             rows *
                             (columns * divide_up(picture.channels, lanes) -
                              divide_up(columns * picture.channels, lanes));
  const std::int64_t paid =
      picture.height * picture.channels *
      ((packed.left + picture.width + packed.right) * columns - picture.width);
  if (saved <= paid) return {picture.width};

  layer.codes = pack_codes(layer, picture.channels);
  layer.window.kernel[1] = 1;
  layer.window.left = 0;
  picture.channels *= columns;
  picture.width = packed.stored_width();
  return packed;
}

}  // namespace triad::fpga
