#include "triad/report/record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "triad/base/error.h"
#include "triad/base/file.h"

namespace triad::report {
namespace {

Record example() {
  return {"s1.resnet20.cifar10.wpc_a.accuracy_percent",
          91.25,
          "%",
          "triad eval \"a b\"",
          "abc",
          "machine, 2 threads",
          3,
          "random weights"};
}

TEST(Record, ComesBackFromJson) {
  const Record record = from_json(to_json(example()));
  EXPECT_EQ(to_json(record), to_json(example()));
  EXPECT_EQ(record.value, 91.25);
  EXPECT_EQ(record.seed, 3u);
  EXPECT_EQ(record.command, "triad eval \"a b\"");
  EXPECT_EQ(to_json(example()).find('\n'), std::string::npos);
}

TEST(Record, WholeValuesHaveNoFraction) {
  Record record = example();
  record.value = 123456;
  EXPECT_THAT(to_json(record), testing::HasSubstr("\"value\":123456,"));
  EXPECT_EQ(from_json(to_json(record)).value, 123456);
}

TEST(Record, RefusesValuesThatAreNoNumbers) {
  Record record = example();
  for (const double value : {std::nan(""), HUGE_VAL, -HUGE_VAL}) {
    record.value = value;
    EXPECT_THROW(to_json(record), Error);
  }
}

TEST(Record, BadLinesSayWhatIsMissing) {
  for (const char* line :
       {"", "{", "[]", "3", "{}", R"({"name":"a"})",
        R"({"name":"a","value":"1"})", R"({"name":1,"value":1})",
        R"({"name":"a","value":1,"unit":"","command":"","commit":"",
            "machine":"","seed":-1})"})
    EXPECT_THROW(from_json(line), Error) << line;
}

TEST(Record, FilesGrowByAppending) {
  const auto path = std::filesystem::path(testing::TempDir()) / "r.jsonl";
  std::filesystem::remove(path);
  append_records(path, {example(), example()});
  append_records(path, {example()});
  EXPECT_EQ(read_records(path).size(), 3u);

  append_line(path, "{\"name\": 3}");
  try {
    read_records(path);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("r.jsonl, line 4"));
  }
}

TEST(Record, NothingIsAppendedIfOneIsBad) {
  const auto path = std::filesystem::path(testing::TempDir()) / "n.jsonl";
  std::filesystem::remove(path);
  Record bad = example();
  bad.value = std::nan("");
  EXPECT_THROW(append_records(path, {example(), bad}), Error);
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace triad::report
