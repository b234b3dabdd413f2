#include "triad/data/cifar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "triad/base/error.h"
#include "triad/base/file.h"
#include "triad/data/memory_dataset.h"

namespace triad::data {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// A record of `labels` followed by pixels that are all `value`.
std::string record(const std::vector<int>& labels, int value) {
  std::string text;
  for (const int label : labels) text += char(label);
  return text + std::string(3072, char(value));
}

std::string error_of(const std::string& text, Cifar kind) {
  try {
    parse_cifar(std::as_bytes(std::span(text)), kind, numbered_classes(100),
                "f.bin");
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Cifar, ReadsRecords) {
  const std::string text = record({3}, 7) + record({9}, 250);
  const DatasetPointer data = parse_cifar(
      std::as_bytes(std::span(text)), Cifar::k10, numbered_classes(10), "f");
  EXPECT_EQ(data->count(), 2);
  EXPECT_EQ(data->label(1), 9);
  EXPECT_EQ(data->picture(0).pixels, std::vector<std::uint8_t>(3072, 7));
  EXPECT_EQ(data->picture(1).pixels, std::vector<std::uint8_t>(3072, 250));
}

TEST(Cifar, HundredUsesTheFineLabel) {
  const std::string text = record({19, 99}, 1);
  const DatasetPointer data = parse_cifar(
      std::as_bytes(std::span(text)), Cifar::k100, numbered_classes(100), "f");
  EXPECT_EQ(data->label(0), 99);
}

TEST(Cifar, RefusesBrokenRecords) {
  const std::string text = record({3}, 7) + record({9}, 250);
  EXPECT_THAT(error_of("", Cifar::k10), HasSubstr("f.bin"));
  EXPECT_THAT(error_of(text.substr(1), Cifar::k10), HasSubstr("whole records"));
  EXPECT_THAT(error_of(text, Cifar::k100), HasSubstr("whole records"));
  EXPECT_THAT(error_of(record({10}, 0), Cifar::k10),
              HasSubstr("record 0 has label 10"));
  EXPECT_THAT(error_of(record({0, 100}, 0), Cifar::k100),
              HasSubstr("label 100"));
}

TEST(Cifar, MissingBatchIsNamed) {
  const fs::path folder = fs::path(testing::TempDir()) / "cifar";
  fs::remove_all(folder);
  for (const char* name : {"test_batch.bin", "data_batch_1.bin"})
    write_file(folder / name, std::string_view(record({1}, 2)));
  EXPECT_TRUE(is_cifar_folder(folder, Cifar::k10));
  EXPECT_FALSE(is_cifar_folder(folder, Cifar::k100));
  try {
    read_cifar_folder(folder, Cifar::k10);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("data_batch_2.bin"));
  }
  fs::remove_all(folder);
}

TEST(Cifar, ClassNamesMustBeAllThere) {
  const fs::path folder = fs::path(testing::TempDir()) / "cifar100";
  fs::remove_all(folder);
  for (const char* name : {"test.bin", "train.bin"})
    write_file(folder / name, std::string_view(record({1, 2}, 3)));
  EXPECT_EQ(read_cifar_folder(folder, Cifar::k100).test->classes()[99], "99");
  write_file(folder / "fine_label_names.txt", std::string_view("apple\n"));
  EXPECT_THROW(read_cifar_folder(folder, Cifar::k100), Error);
  fs::remove_all(folder);
}

}  // namespace
}  // namespace triad::data
