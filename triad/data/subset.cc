#include "triad/base/error.h"
#include "triad/base/sha256.h"
#include "triad/data/dataset.h"
#include "triad/data/memory_dataset.h"

namespace triad::data {
namespace {

// Pictures that stay in the whole set, read when asked for.
class View final : public Dataset {
 public:
  View(DatasetPointer whole, std::vector<std::int64_t> indices)
      : whole_(std::move(whole)), indices_(std::move(indices)) {}

  std::int64_t count() const override { return std::int64_t(indices_.size()); }
  Picture picture(std::int64_t index) const override {
    return whole_->picture(indices_[std::size_t(index)]);
  }
  std::int32_t label(std::int64_t index) const override {
    return whole_->label(indices_[std::size_t(index)]);
  }
  const std::vector<std::string>& classes() const override {
    return whole_->classes();
  }
  Shape picture_shape() const override { return whole_->picture_shape(); }
  std::string hash() const override {
    Sha256 hash;
    hash.update(whole_->hash());
    for (const std::int64_t index : indices_)
      hash.update(std::to_string(index) + ' ');
    return hash.hex();
  }

 private:
  DatasetPointer whole_;
  std::vector<std::int64_t> indices_;
};

// Copies, so that a training set stays one block of memory and the whole set
// can be freed.
DatasetPointer gather(const Dataset& whole,
                      const std::vector<std::int64_t>& indices) {
  const std::span<const std::uint8_t> from = whole.pixels();
  const std::int64_t size = element_count(whole.picture_shape());
  std::vector<std::uint8_t> pixels;
  std::vector<std::int32_t> labels;
  pixels.reserve(indices.size() * std::size_t(size));
  labels.reserve(indices.size());
  for (const std::int64_t index : indices) {
    const auto first = from.begin() + index * size;
    pixels.insert(pixels.end(), first, first + size);
    labels.push_back(whole.label(index));
  }
  return std::make_shared<MemoryDataset>(whole.picture_shape(),
                                         std::move(pixels), std::move(labels),
                                         whole.classes());
}

}  // namespace

DatasetPointer subset(DatasetPointer whole, std::vector<std::int64_t> indices) {
  for (const std::int64_t index : indices)
    require(index >= 0 && index < whole->count(),
            "subset: expected an index below {}, got {}", whole->count(),
            index);
  if (!whole->pixels().empty()) return gather(*whole, indices);
  return std::make_shared<View>(std::move(whole), std::move(indices));
}

}  // namespace triad::data
