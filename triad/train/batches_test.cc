#include "triad/train/batches.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "triad/base/error.h"
#include "triad/data/memory_dataset.h"
#include "triad/train/autocast.h"
#include "triad/train/checkpoint.h"
#include "triad/zoo/zoo.h"

namespace triad::train {
namespace {

graph::Graph network_for(const Shape& input) {
  graph::Graph graph = zoo::make("resnet20", {.input = input});
  graph.preprocessing.mean.assign(std::size_t(input[0]), 0.5f);
  graph.preprocessing.deviation.assign(std::size_t(input[0]), 0.25f);
  return graph;
}

// Ten pictures [3, 32, 32] of pixels that tell their place.
data::DatasetPointer pictures() {
  std::vector<std::uint8_t> pixels(10 * 3 * 32 * 32);
  for (std::size_t i = 0; i < pixels.size(); ++i)
    pixels[i] = std::uint8_t(1 + (i * 31 + i / 1024 * 7) % 255);
  std::vector<std::int32_t> labels(10);
  std::iota(labels.begin(), labels.end(), 0);
  return std::make_shared<data::MemoryDataset>(
      Shape{3, 32, 32}, std::move(pixels), labels, data::numbered_classes(10));
}

TEST(Batches, NormaliseWithoutChangingAnythingElse) {
  const data::DatasetPointer set = pictures();
  const Batches batches(set, network_for({3, 32, 32}));
  const std::vector<std::int64_t> indices = {7, 2};
  const Batch batch = batches.load(indices);
  EXPECT_TRUE(batch.pictures.is_contiguous(at::MemoryFormat::ChannelsLast));
  EXPECT_TRUE(at::equal(batch.labels, at::tensor({7, 2}, at::kLong)));
  const data::Picture seventh = set->picture(7);
  const at::Tensor expected =
      (at::from_blob(const_cast<std::uint8_t*>(seventh.pixels.data()),
                     {3, 32, 32}, at::kByte)
               .to(at::kFloat) /
           255 -
       0.5) /
      0.25;
  EXPECT_TRUE(at::allclose(batch.pictures[0], expected, 1e-6, 1e-6));
}

TEST(Batches, AugmentByTheSeedTheEpochAndThePictureAlone) {
  const Batches batches(pictures(), network_for({3, 32, 32}));
  const std::vector<std::int64_t> one = {3}, three = {5, 3, 1};
  for (const Augmentation augmentation :
       {Augmentation::crop_flip, Augmentation::shift,
        Augmentation::random_resized_crop}) {
    const AugmentSettings settings{augmentation, 9, 4};
    const at::Tensor alone = batches.load(one, settings).pictures[0];
    EXPECT_TRUE(at::equal(alone, batches.load(three, settings).pictures[1]));
    AugmentSettings next = settings;
    int changed = 0;
    for (next.epoch = 5; next.epoch < 10; ++next.epoch)
      changed += !at::equal(alone, batches.load(one, next).pictures[0]);
    EXPECT_GE(changed, 3);
  }
}

// Each augmented picture is the original behind a black frame, moved at most
// `reach` pixels, and perhaps mirrored.
void expect_moved(Augmentation augmentation, std::int64_t reach, bool mirrors) {
  const Batches batches(pictures(), network_for({3, 32, 32}));
  const std::vector<std::int64_t> one = {3};
  const double black = -0.5 / 0.25;
  const at::Tensor original = batches.load(one).pictures[0];
  const at::Tensor framed =
      at::constant_pad_nd(original, {reach, reach, reach, reach}, black);
  int found = 0, mirrored = 0;
  for (std::int64_t epoch = 0; epoch < 20; ++epoch) {
    const at::Tensor picture =
        batches.load(one, {augmentation, 1, epoch}).pictures[0];
    for (std::int64_t top = 0; top <= 2 * reach; ++top)
      for (std::int64_t left = 0; left <= 2 * reach; ++left) {
        const at::Tensor crop = framed.narrow(1, top, 32).narrow(2, left, 32);
        found += at::equal(crop, picture);
        mirrored += at::equal(crop.flip(2), picture);
      }
  }
  EXPECT_EQ(found + mirrored, 20);
  EXPECT_EQ(mirrored > 0, mirrors);
  EXPECT_GT(found, 0);
}

TEST(Batches, CropAndMirror) { expect_moved(Augmentation::crop_flip, 4, true); }
TEST(Batches, Shift) { expect_moved(Augmentation::shift, 2, false); }

TEST(Batches, FitPicturesOfAnotherSize) {
  const Batches batches(pictures(), network_for({3, 24, 24}));
  const std::vector<std::int64_t> one = {3};
  EXPECT_EQ(batches.load(one).pictures.sizes().vec(), (Shape{1, 3, 24, 24}));
}

TEST(Batches, RefuseOtherChannelsAndUnknownNames) {
  EXPECT_THROW(Batches(pictures(), network_for({1, 32, 32})), Error);
  EXPECT_THROW(augmentation_from_string("mixup"), Error);
}

TEST(Autocast, ComputesInBfloat16AndLeavesNoTrace) {
  const at::Tensor x = at::randn({2, 3, 8, 8}), w = at::randn({4, 3, 3, 3});
  {
    const Autocast autocast("bfloat16", at::kCPU);
    EXPECT_EQ(at::conv2d(x, w).scalar_type(), at::kBFloat16);
  }
  EXPECT_EQ(at::conv2d(x, w).scalar_type(), at::kFloat);
  EXPECT_THROW(Autocast("float8", at::kCPU), Error);
}

TEST(Checkpoint, KeepsEveryTypeBitForBitAndTheLastTwoFiles) {
  const std::filesystem::path folder =
      std::filesystem::path(testing::TempDir()) / "triad_checkpoint_types";
  std::filesystem::remove_all(folder);
  EXPECT_FALSE(read_last_checkpoint(folder).has_value());
  Checkpoint checkpoint;
  checkpoint.tensors = {{"f", at::randn({2, 3})},
                        {"d", at::randn({3}, at::kDouble)},
                        {"l", at::arange(4)},
                        {"b", at::randn({5}) > 0},
                        {"u", at::arange(3).to(at::kByte)},
                        {"t", at::randn({3, 2}).t()},
                        {"s", at::full({}, 0.1, at::kDouble)}};
  checkpoint.metadata = {{"best", "0x1.8p+0"}};
  for (checkpoint.step = 1; checkpoint.step <= 3; ++checkpoint.step)
    write_checkpoint(folder, checkpoint);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 2);
  const auto back = read_last_checkpoint(folder);
  EXPECT_EQ(back->step, 3);
  EXPECT_EQ(back->metadata, checkpoint.metadata);
  ASSERT_EQ(back->tensors.size(), checkpoint.tensors.size());
  for (const auto& [name, tensor] : checkpoint.tensors) {
    EXPECT_EQ(back->tensors.at(name).scalar_type(), tensor.scalar_type())
        << name;
    EXPECT_TRUE(at::equal(back->tensors.at(name), tensor)) << name;
  }
  checkpoint.tensors = {{"h", at::randn({2}).to(at::kHalf)}};
  EXPECT_THROW(write_checkpoint(folder, checkpoint), Error);
  checkpoint.tensors = {{"w", at::full({2}, NAN)}};
  EXPECT_THROW(write_checkpoint(folder, checkpoint), Error);
  EXPECT_EQ(read_last_checkpoint(folder)->step, 3);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace triad::train
