#pragma once
// A data set whose pictures all have one size and lie in memory.

#include <mutex>

#include "triad/data/dataset.h"

namespace triad::data {

class MemoryDataset final : public Dataset {
 public:
  // `pixels` [N, C, H, W] for picture_shape [C, H, W], `labels` [N].
  // Throws Error if sizes do not fit or a label has no class.
  MemoryDataset(Shape picture_shape, std::vector<std::uint8_t> pixels,
                std::vector<std::int32_t> labels,
                std::vector<std::string> classes);

  std::int64_t count() const override;
  Picture picture(std::int64_t index) const override;
  std::int32_t label(std::int64_t index) const override;
  const std::vector<std::string>& classes() const override;
  Shape picture_shape() const override;
  std::span<const std::uint8_t> pixels() const override;
  std::string hash() const override;  // computed at the first call

 private:
  Shape shape_;
  std::int64_t picture_size_;
  std::vector<std::uint8_t> pixels_;
  std::vector<std::int32_t> labels_;
  std::vector<std::string> classes_;
  mutable std::once_flag hashed_;
  mutable std::string hash_;
};

// The decimal names "0".."count - 1".
std::vector<std::string> numbered_classes(int count);

}  // namespace triad::data
