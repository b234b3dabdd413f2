#include "triad/train/batches.h"

#include <algorithm>
#include <cmath>

#include "triad/base/error.h"
#include "triad/base/parallel.h"
#include "triad/base/random.h"
#include "triad/data/transform.h"

namespace triad::train {
namespace {

constexpr std::uint64_t kAugmentStream = std::uint64_t(1)
                                         << 40;  // apart from the order's
constexpr std::int64_t kCropMargin = 4, kShiftReach = 2;

// Which pixel of the picture each output pixel shows.
struct View {
  std::int64_t top = 0,
               left = 0;  // of the output within the picture; may be negative
  bool mirrored = false;
};

View random_view(Augmentation augmentation, Random& random) {
  const std::int64_t reach = augmentation == Augmentation::crop_flip
                                 ? kCropMargin
                             : augmentation == Augmentation::shift ? kShiftReach
                                                                   : 0;
  View view;
  if (reach > 0) {
    view.top = std::int64_t(random.below(std::uint32_t(2 * reach + 1))) - reach;
    view.left =
        std::int64_t(random.below(std::uint32_t(2 * reach + 1))) - reach;
  }
  if (augmentation == Augmentation::crop_flip ||
      augmentation == Augmentation::random_resized_crop)
    view.mirrored = random.below(2) == 1;
  return view;
}

// Szegedy et al., CVPR 2015: ten tries, then the whole picture.
data::Picture random_crop(const data::Picture& picture, Random& random) {
  const std::int64_t rows = picture.shape[1], columns = picture.shape[2];
  for (int attempt = 0; attempt < 10; ++attempt) {
    const double area = double(rows * columns) * random.uniform(0.08, 1.0);
    const double ratio =
        std::exp(random.uniform(std::log(3.0 / 4.0), std::log(4.0 / 3.0)));
    const std::int64_t height = std::llround(std::sqrt(area / ratio));
    const std::int64_t width = std::llround(std::sqrt(area * ratio));
    if (height < 1 || width < 1 || height > rows || width > columns) continue;
    const std::int64_t top = random.below(std::uint32_t(rows - height + 1));
    const std::int64_t left = random.below(std::uint32_t(columns - width + 1));
    data::Picture crop{{picture.shape[0], height, width}, {}};
    for (std::int64_t c = 0; c < picture.shape[0]; ++c)
      for (std::int64_t y = top; y < top + height; ++y) {
        const std::uint8_t* line =
            picture.pixels.data() + (c * rows + y) * columns + left;
        crop.pixels.insert(crop.pixels.end(), line, line + width);
      }
    return crop;
  }
  return picture;
}

// Writes the view of planes [C, H, W] as [H, W, C] floats.
void write_view(const std::uint8_t* pixels, const View& view,
                const Shape& shape, const std::vector<float>& table,
                float* out) {
  const std::int64_t channels = shape[0], rows = shape[1], columns = shape[2];
  for (std::int64_t c = 0; c < channels; ++c) {
    const float* const values = table.data() + c * 256;
    for (std::int64_t y = 0; y < rows; ++y) {
      const std::int64_t row = y + view.top;
      const bool inside = row >= 0 && row < rows;
      const std::uint8_t* const line =
          pixels + (c * rows + (inside ? row : 0)) * columns;
      float* target = out + y * columns * channels + c;
      for (std::int64_t x = 0; x < columns; ++x, target += channels) {
        const std::int64_t column =
            (view.mirrored ? columns - 1 - x : x) + view.left;
        *target =
            values[inside && column >= 0 && column < columns ? line[column]
                                                             : 0];
      }
    }
  }
}

}  // namespace

Augmentation augmentation_from_string(std::string_view name) {
  if (name == "none") return Augmentation::none;
  if (name == "crop_flip") return Augmentation::crop_flip;
  if (name == "shift") return Augmentation::shift;
  if (name == "random_resized_crop") return Augmentation::random_resized_crop;
  fail(
      "training.augmentation: expected none, crop_flip, shift or "
      "random_resized_crop, got \"{}\"",
      name);
}

Batches::Batches(data::DatasetPointer pictures, const graph::Graph& network)
    : pictures_(std::move(pictures)),
      input_(network.value(network.input()).shape) {
  require(pictures_ != nullptr && pictures_->count() > 0,
          "batches: the data set is empty");
  const Shape shape = pictures_->picture_shape();
  require(shape.empty() || shape[0] == input_[0],
          "batches: {} takes pictures of shape {}, the data set has {}",
          network.name, to_string(input_), to_string(shape));
  const auto& [mean, deviation] = network.preprocessing;
  require(
      mean.size() == std::size_t(input_[0]) && deviation.size() == mean.size(),
      "batches: {} does not say how pictures are normalised", network.name);
  for (std::size_t c = 0; c < mean.size(); ++c)
    for (int byte = 0; byte < 256; ++byte)
      table_.push_back((float(byte) / 255.0f - mean[c]) / deviation[c]);
}

void Batches::write(std::int64_t index, const AugmentSettings& settings,
                    float* out) const {
  Random random(settings.seed, kAugmentStream + std::uint64_t(settings.epoch),
                std::uint64_t(index));
  const View view = random_view(settings.augmentation, random);
  const std::span<const std::uint8_t> all = pictures_->pixels();
  const bool resized =
      settings.augmentation == Augmentation::random_resized_crop;
  if (!all.empty() && !resized && pictures_->picture_shape() == input_) {
    write_view(all.data() + index * element_count(input_), view, input_, table_,
               out);
    return;
  }
  data::Picture picture = pictures_->picture(index);
  if (resized)
    picture = data::resize(
        data::with_channels(random_crop(picture, random), input_[0]), input_[1],
        input_[2]);
  else
    picture = data::fit(picture, input_);
  write_view(picture.pixels.data(), view, input_, table_, out);
}

Batch Batches::load(std::span<const std::int64_t> indices,
                    const AugmentSettings& settings) const {
  const auto count = std::int64_t(indices.size());
  Batch batch{at::empty({count, input_[0], input_[1], input_[2]}, at::kFloat,
                        at::MemoryFormat::ChannelsLast),
              at::empty({count}, at::kLong)};
  auto* const pixels = batch.pictures.data_ptr<float>();
  auto* const labels = batch.labels.data_ptr<std::int64_t>();
  const auto load_one = [&](std::int64_t i) {
    const std::int64_t index = indices[std::size_t(i)];
    write(index, settings, pixels + i * element_count(input_));
    labels[i] = pictures_->label(index);
  };
  // Decoding files is worth the pool; copying bytes is not.
  if (pictures_->pixels().empty())
    parallel_for(count, load_one);
  else
    for (std::int64_t i = 0; i < count; ++i) load_one(i);
  return batch;
}

}  // namespace triad::train
