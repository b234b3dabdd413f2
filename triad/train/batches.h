#pragma once
// Pictures of bytes into float batches, normalised and augmented on the fly.

#include <cstdint>
#include <span>
#include <string_view>

#include "triad/data/dataset.h"
#include "triad/graph/graph.h"
#include "triad/train/torch.h"

namespace triad::train {

enum class Augmentation {
  none,
  crop_flip,            // 4 black pixels around, random crop, random mirror
  shift,                // up to 2 pixels each way, black comes in
  random_resized_crop,  // 8-100 % of the area, sides 3:4 to 4:3; mirror
};
// Throws Error naming the choices.
Augmentation augmentation_from_string(std::string_view name);

struct Batch {
  at::Tensor pictures;  // [N, C, H, W] float, channels-last
  at::Tensor labels;    // [N] int64
};

// How training changes pictures: a pure function of (seed, epoch, index).
struct AugmentSettings {
  Augmentation augmentation = Augmentation::none;
  std::uint64_t seed = 1;
  std::int64_t epoch = 0;
};

class Batches {
 public:
  // Pictures become inputs by the graph's preprocessing. Black (byte 0) is
  // padded before normalisation, as torchvision does. Pictures of another size
  // than the input go through data::fit.
  // Throws Error if the set is empty or channels do not fit.
  Batches(data::DatasetPointer pictures, const graph::Graph& network);

  std::int64_t count() const { return pictures_->count(); }
  Batch load(std::span<const std::int64_t> indices,
             const AugmentSettings& settings = {}) const;

 private:
  void write(std::int64_t index, const AugmentSettings& settings,
             float* out) const;

  data::DatasetPointer pictures_;
  Shape input_;               // [C, H, W]
  std::vector<float> table_;  // [C, 256] value of each byte
};

}  // namespace triad::train
