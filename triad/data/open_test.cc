#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <string>

#include "triad/base/error.h"
#include "triad/base/file.h"
#include "triad/base/sha256.h"
#include "triad/data/dataset.h"
#include "triad/data/memory_dataset.h"

namespace triad::data {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

// A grey PNG of 1 x 1.
constexpr unsigned char kPng[] = {
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d,
    0x49, 0x48, 0x44, 0x52, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01,
    0x08, 0x00, 0x00, 0x00, 0x00, 0x3a, 0x7e, 0x9b, 0x55, 0x00, 0x00, 0x00,
    0x0a, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0x60, 0x00, 0x00, 0x00,
    0x02, 0x00, 0x01, 0x48, 0xaf, 0xa4, 0x71, 0x00, 0x00, 0x00, 0x00, 0x49,
    0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82};

std::string error_of(const std::string& name, const OpenSettings& settings) {
  try {
    open(name, settings);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

DatasetPointer numbers(int count) {
  std::vector<std::uint8_t> pixels;
  std::vector<std::int32_t> labels;
  for (int i = 0; i < count; ++i) {
    pixels.push_back(std::uint8_t(i));
    labels.push_back(i % 2);
  }
  return std::make_shared<MemoryDataset>(Shape{1, 1, 1}, pixels, labels,
                                         numbered_classes(2));
}

TEST(MemoryDataset, RefusesWhatDoesNotFit) {
  EXPECT_THROW(MemoryDataset({1, 2, 2}, {1, 2, 3}, {0}, {"a"}), Error);
  EXPECT_THROW(MemoryDataset({1, 1, 1}, {1}, {1}, {"a"}), Error);
  EXPECT_THROW(MemoryDataset({1, 1, 1}, {1}, {-1}, {"a"}), Error);
  EXPECT_THROW(MemoryDataset({1, 1}, {1}, {0}, {"a"}), Error);
}

TEST(MemoryDataset, HashTellsPixelsLabelsAndShapesApart) {
  std::set<std::string> hashes;
  const std::vector<std::string> names = {"a", "b"};
  hashes.insert(MemoryDataset({1, 1, 2}, {1, 2}, {0}, names).hash());
  hashes.insert(MemoryDataset({1, 1, 2}, {1, 3}, {0}, names).hash());
  hashes.insert(MemoryDataset({1, 1, 2}, {1, 2}, {1}, names).hash());
  hashes.insert(MemoryDataset({1, 2, 1}, {1, 2}, {0}, names).hash());
  EXPECT_EQ(hashes.size(), 4u);
}

TEST(Subset, KeepsTheOrderAskedFor) {
  const DatasetPointer some = subset(numbers(5), {4, 0, 4});
  EXPECT_THAT(some->pixels(), ElementsAre(4, 0, 4));
  EXPECT_EQ(some->label(1), 0);
  EXPECT_THROW(subset(numbers(5), {5}), Error);
  EXPECT_THROW(subset(numbers(5), {-1}), Error);
}

TEST(Open, SplitsDigitsBySeedWithoutOverlap) {
  const Splits one = open("digits", {.validation_share = 0.25, .seed = 3});
  EXPECT_EQ(one.train->count(), 9000);
  EXPECT_EQ(one.validation->count(), 3000);
  EXPECT_EQ(one.test->count(), 2000);
  const Splits same = open("digits", {.validation_share = 0.25, .seed = 3});
  EXPECT_EQ(same.train->hash(), one.train->hash());
  const Splits other = open("digits", {.validation_share = 0.25, .seed = 4});
  EXPECT_NE(other.train->hash(), one.train->hash());
  EXPECT_EQ(other.test->hash(), one.test->hash());

  std::set<std::string> seen;
  for (const DatasetPointer& part : {one.train, one.validation})
    for (std::int64_t i = 0; i < part->count(); ++i) {
      const Picture picture = part->picture(i);
      seen.insert(sha256(std::as_bytes(std::span(picture.pixels))));
    }
  EXPECT_EQ(seen.size(), 12000u);
}

TEST(Open, NoValidationShareGivesAnEmptyValidationSet) {
  const Splits splits = open("digits", {.validation_share = 0});
  EXPECT_EQ(splits.train->count(), 12000);
  EXPECT_EQ(splits.validation->count(), 0);
  EXPECT_EQ(splits.validation->picture_shape(), (Shape{1, 28, 28}));
  EXPECT_THROW(open("digits", {.validation_share = 1}), Error);
}

TEST(Open, MissingDataSaysWhereItLookedAndHowToGetIt) {
  const fs::path root = fs::path(testing::TempDir()) / "nothing";
  EXPECT_THAT(error_of("mnist", {.root = root}),
              AllOf(HasSubstr((root / "mnist").string()),
                    HasSubstr("TRIAD_DATA"), HasSubstr("digits")));
  EXPECT_THAT(error_of("cifar10", {.root = root}),
              HasSubstr("cifar-10-binary.tar.gz"));
  EXPECT_THAT(error_of("cifar11", {.root = root}),
              AllOf(HasSubstr("cifar11"), HasSubstr("cifar10")));
}

class FolderTest : public testing::Test {
 protected:
  void SetUp() override { fs::remove_all(folder_); }
  void TearDown() override { fs::remove_all(folder_); }
  void add(const fs::path& name) {
    write_file(folder_ / name, std::as_bytes(std::span(kPng)));
  }
  const fs::path folder_ =
      fs::path(testing::TempDir()) /
      (std::string("folder-") +
       testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(FolderTest, ClassesAreSubFoldersInOrder) {
  for (const char* name : {"train/b/1.png", "train/a/2.png", "train/a/1.PNG",
                           "val/b/x.png", "test/a/y.png"})
    add(name);
  write_file(folder_ / "train/a/notes.txt", std::string_view("x"));
  const Splits splits = open(folder_.string());
  EXPECT_THAT(splits.train->classes(), ElementsAre("a", "b"));
  EXPECT_EQ(splits.train->count(), 3);
  EXPECT_EQ(splits.validation->label(0), 1);
  EXPECT_EQ(splits.test->label(0), 0);
  EXPECT_EQ(splits.train->picture(0).shape, (Shape{3, 1, 1}));
  EXPECT_TRUE(splits.train->picture_shape().empty());
  EXPECT_TRUE(splits.train->pixels().empty());
}

TEST_F(FolderTest, WithoutTestSetTheValFolderIsOne) {
  for (const char* name : {"train/a/1.png", "train/a/2.png", "val/a/x.png"})
    add(name);
  const Splits splits = open(folder_.string(), {.validation_share = 0.5});
  EXPECT_EQ(splits.train->count(), 1);
  EXPECT_EQ(splits.validation->count(), 1);
  EXPECT_EQ(splits.test->count(), 1);
}

TEST_F(FolderTest, PlainClassFolderKeepsATenthForTheTest) {
  for (int i = 0; i < 20; ++i) add("a/" + std::to_string(100 + i) + ".png");
  const Splits splits = open(folder_.string(), {.validation_share = 0});
  EXPECT_EQ(splits.train->count(), 18);
  EXPECT_EQ(splits.test->count(), 2);
}

TEST_F(FolderTest, UnknownClassesAndEmptyFoldersAreNamed) {
  add("train/a/1.png");
  add("val/c/1.png");
  EXPECT_THAT(error_of(folder_.string(), {}), HasSubstr("c: a class"));
  fs::remove_all(folder_);
  fs::create_directories(folder_ / "a");
  EXPECT_THAT(error_of(folder_.string(), {}), HasSubstr("one per class"));
  fs::remove_all(folder_ / "a");
  EXPECT_THAT(error_of(folder_.string(), {}), HasSubstr("folder"));
}

TEST_F(FolderTest, LabelsFileGivesATestSet) {
  add("1.png");
  add("2.png");
  const fs::path table = folder_ / "labels.tsv";
  write_file(table, std::string_view("index\tfile\tname\r\n7\t1.png\tcat, tom"
                                     "\r\n3\t2.png\tdog\r\n"));
  const Splits splits = open(folder_.string());
  EXPECT_EQ(splits.test->count(), 2);
  EXPECT_EQ(splits.test->label(0), 7);
  EXPECT_EQ(splits.test->classes().at(7), "cat, tom");
  EXPECT_EQ(splits.train->count(), 0);

  for (const char* bad :
       {"", "index\tfile\n", "index\tfile\tname\n", "index\tfile\tname\n1\n",
        "index\tfile\tname\n-1\t1.png\ta\n", "index\tfile\tname\nx\t1.png\ta\n",
        "index\tfile\tname\n1\t../folder/1.png\ta\n",
        "index\tfile\tname\n1\tmissing.png\ta\n",
        "index\tfile\tname\n9999999999\t1.png\ta\n"}) {
    write_file(table, std::string_view(bad));
    EXPECT_THAT(error_of(folder_.string(), {}), HasSubstr("labels.tsv")) << bad;
  }
}

TEST_F(FolderTest, PicturesAloneServeWhereNoLabelsAreNeeded) {
  for (int i = 0; i < 20; ++i) add(std::to_string(100 + i) + ".png");
  write_file(folder_ / "notes.txt", std::string_view("x"));
  EXPECT_THAT(error_of(folder_.string(), {}),
              HasSubstr("distillation.weight = 1"));
  const OpenSettings settings = {.validation_share = 0, .needs_labels = false};
  const auto expect_pictures = [&] {
    const Splits splits = open(folder_.string(), settings);
    EXPECT_EQ(splits.train->count(), 18);
    EXPECT_EQ(splits.test->count(), 2);
    EXPECT_TRUE(splits.train->classes().empty());
    EXPECT_EQ(splits.train->label(0), -1);
  };
  expect_pictures();
  // A labels file makes a test set alone; without need, it is not looked at.
  write_file(folder_ / "labels.tsv",
             std::string_view("index\tfile\tname\n7\t100.png\tcat\n"));
  EXPECT_EQ(open(folder_.string()).train->count(), 0);
  expect_pictures();
}

TEST_F(FolderTest, TrainingPicturesKeepTheirLabelsWhereNoneAreNeeded) {
  for (const char* name : {"train/a/1.png", "train/a/2.png", "val/a/x.png"})
    add(name);
  const Splits splits = open(folder_.string(), {.needs_labels = false});
  EXPECT_THAT(splits.train->classes(), ElementsAre("a"));
}

TEST_F(FolderTest, HashFollowsNamesSizesAndLabels) {
  add("a/1.png");
  add("a/2.png");
  const std::string before = open(folder_.string()).train->hash();
  EXPECT_EQ(open(folder_.string()).train->hash(), before);
  write_file(folder_ / "a/2.png", std::string_view("other"));
  EXPECT_NE(open(folder_.string()).train->hash(), before);
}

// The real sets: counts, first labels and bytes that never change.
class RealData : public testing::Test {
 protected:
  void SetUp() override {
    if (std::getenv("TRIAD_DATA") == nullptr)
      GTEST_SKIP() << "set TRIAD_DATA to the data folder";
  }
};

std::vector<int> first_labels(const Dataset& data) {
  std::vector<int> labels;
  for (int i = 0; i < 8; ++i) labels.push_back(data.label(i));
  return labels;
}

TEST_F(RealData, Mnist) {
  const Splits splits = open("mnist");
  EXPECT_EQ(splits.train->count(), 54000);
  EXPECT_EQ(splits.validation->count(), 6000);
  EXPECT_EQ(splits.test->count(), 10000);
  EXPECT_THAT(first_labels(*splits.test), ElementsAre(7, 2, 1, 0, 4, 1, 4, 9));
  EXPECT_EQ(splits.test->hash(),
            "ddca576873473ded86f46384e594d3ac28e191de8037e109d8f2cfae174c9661");
  EXPECT_EQ(splits.train->picture_shape(), (Shape{1, 28, 28}));
}

TEST_F(RealData, Cifar10) {
  const Splits splits = open("cifar10");
  EXPECT_EQ(splits.train->count(), 45000);
  EXPECT_EQ(splits.test->count(), 10000);
  EXPECT_THAT(first_labels(*splits.test), ElementsAre(3, 8, 8, 0, 6, 6, 1, 6));
  EXPECT_EQ(splits.test->classes()[3], "cat");
  EXPECT_EQ(splits.test->hash(),
            "65b423d8c581a0cd28659d946059ca4b6e6c0d8b3499a7878fe449357ed0ab67");
}

TEST_F(RealData, ImageNetSample) {
  const fs::path root = std::getenv("TRIAD_DATA");
  const Splits splits = open((root / "imagenet-sample").string());
  EXPECT_EQ(splits.test->count(), 100);
  EXPECT_EQ(splits.test->label(1), 10);
  EXPECT_EQ(splits.test->classes()[0], "tench, Tinca tinca");
  for (std::int64_t i = 0; i < splits.test->count(); ++i)
    EXPECT_EQ(splits.test->picture(i).shape[0], 3);
}

}  // namespace
}  // namespace triad::data
