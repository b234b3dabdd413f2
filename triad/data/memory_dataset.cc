#include "triad/data/memory_dataset.h"

#include "triad/base/error.h"
#include "triad/base/sha256.h"

namespace triad::data {

MemoryDataset::MemoryDataset(Shape picture_shape,
                             std::vector<std::uint8_t> pixels,
                             std::vector<std::int32_t> labels,
                             std::vector<std::string> classes)
    : shape_(std::move(picture_shape)),
      picture_size_(element_count(shape_)),
      pixels_(std::move(pixels)),
      labels_(std::move(labels)),
      classes_(std::move(classes)) {
  require(shape_.size() == 3 && picture_size_ > 0,
          "data set: expected pictures [C, H, W], got {}", to_string(shape_));
  require(pixels_.size() == labels_.size() * std::size_t(picture_size_),
          "data set: expected {} labels for {} bytes of pictures {}, got {}",
          pixels_.size() / std::size_t(picture_size_), pixels_.size(),
          to_string(shape_), labels_.size());
  for (std::size_t i = 0; i < labels_.size(); ++i)
    require(labels_[i] >= 0 && std::size_t(labels_[i]) < classes_.size(),
            "data set: picture {} has label {}, expected 0 to {}", i,
            labels_[i], std::int64_t(classes_.size()) - 1);
}

std::int64_t MemoryDataset::count() const {
  return std::int64_t(labels_.size());
}

Picture MemoryDataset::picture(std::int64_t index) const {
  const auto first = pixels_.begin() + index * picture_size_;
  return {shape_, {first, first + picture_size_}};
}

std::int32_t MemoryDataset::label(std::int64_t index) const {
  return labels_[std::size_t(index)];
}

const std::vector<std::string>& MemoryDataset::classes() const {
  return classes_;
}

Shape MemoryDataset::picture_shape() const { return shape_; }

std::span<const std::uint8_t> MemoryDataset::pixels() const { return pixels_; }

std::string MemoryDataset::hash() const {
  std::call_once(hashed_, [this] {
    Sha256 hash;
    hash.update(to_string(shape_));
    hash.update(std::as_bytes(std::span(pixels_)));
    // One byte order on every machine: labels go in as decimal text.
    std::string labels;
    for (const std::int32_t label : labels_)
      labels += std::to_string(label) + ' ';
    hash_ = hash.update(labels).hex();
  });
  return hash_;
}

std::vector<std::string> numbered_classes(int count) {
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) names.push_back(std::to_string(i));
  return names;
}

}  // namespace triad::data
