#include "triad/report/results.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "triad/base/error.h"
#include "triad/base/file.h"

namespace triad::report {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Record record(const std::string& name, double value, std::uint64_t seed = 1,
              const std::string& unit = "%") {
  return {name, value, unit, "run " + name, "abc", "machine", seed, ""};
}

std::vector<Record> example() {
  const std::string n = "s1.resnet20.cifar10.";
  return {record(n + "wpc_a.file_bytes", 1000, 1, "bytes"),
          record(n + "wpc_a.accuracy_percent", 91.0, 1),
          record(n + "wpc_a.accuracy_percent", 91.5, 2),
          record(n + "wpc_a.cr", 20, 1, "x"),
          record(n + "wpc_a.cr", 22, 2, "x"),
          record(n + "wpc_density0.5.cr", 30, 1, "x"),
          record(n + "wpc_density0.5.accuracy_percent", 90, 1),
          record(n + "wpc_density0.5.weird", 7, 1, "1"),
          record("s1.lenet5.mnist.wpc.accuracy_percent", 99, 1),
          record("train.resnet20.throughput_ratio", 0.98, 1, "1")};
}

TEST(Results, GroupByNetworkAndData) {
  const Results results = group_records(example());
  ASSERT_EQ(results.groups.size(), 2u);
  EXPECT_THAT(results.groups[0].variants,
              ElementsAre("wpc_a", "wpc_density0.5"));
  EXPECT_THAT(results.groups[0].measures,
              ElementsAre("accuracy_percent", "cr", "file_bytes", "weird"));
  EXPECT_EQ(results.others.size(), 1u);
}

TEST(Results, TableHasMeanAndBestOfSeeds) {
  const std::string table = to_table(group_records(example()).groups[0]);
  EXPECT_THAT(table, HasSubstr("| variant | accuracy, % | CR, x | file bytes "
                               "| weird | seeds |"));
  EXPECT_THAT(table, HasSubstr("| wpc_a | 91.25 (91.50) | 21 (22) | 1000 |  "
                               "| 2 |"));
  EXPECT_THAT(table, HasSubstr("| wpc_density0.5 | 90 | 30 |  | 7 | 1 |"));
}

TEST(Results, LastRecordOfANameAndSeedCounts) {
  std::vector<Record> records = example();
  records.push_back(record("s1.resnet20.cifar10.wpc_a.file_bytes", 800));
  const std::string table = to_table(group_records(records).groups[0]);
  EXPECT_THAT(table, HasSubstr("| 800 |"));
  EXPECT_THAT(table, Not(HasSubstr("1000")));
}

TEST(Results, OfSizesTheSmallestIsBest) {
  std::vector<Record> records = example();
  records.push_back(record("s1.resnet20.cifar10.wpc_a.file_bytes", 900, 2));
  EXPECT_THAT(to_table(group_records(records).groups[0]),
              HasSubstr("| 950 (900) |"));
}

TEST(Results, PlotHasALinePerFamilyAndMeansOverSeeds) {
  const Plot plot = plot_accuracy(group_records(example()).groups[0]);
  ASSERT_EQ(plot.series.size(), 2u);
  EXPECT_EQ(plot.series[0].name, "wpc");
  EXPECT_THAT(plot.series[0].x, ElementsAre(21));
  EXPECT_THAT(plot.series[0].y, ElementsAre(91.25));
  EXPECT_EQ(plot.series[1].name, "wpc density");
  EXPECT_TRUE(plot_accuracy(group_records(example()).groups[1]).series.empty());
}

class ResultsFolder : public testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(folder_);
    append_records(folder_ / "records.jsonl", example());
  }
  void TearDown() override { fs::remove_all(folder_); }
  const fs::path folder_ =
      fs::path(testing::TempDir()) /
      (std::string("results-") +
       testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(ResultsFolder, HoldsThePageAndThePlotItNames) {
  render_results(folder_);
  const std::string page = read_text(folder_ / "README.md");
  EXPECT_THAT(page, HasSubstr("(s1.resnet20.cifar10.svg)"));
  EXPECT_TRUE(fs::exists(folder_ / "s1.resnet20.cifar10.svg"));
  EXPECT_THAT(page, HasSubstr("train.resnet20.throughput_ratio | 0.98"));
  EXPECT_THAT(page, HasSubstr("run s1.lenet5.mnist.wpc.accuracy_percent"));
  render_results(folder_);
  EXPECT_EQ(read_text(folder_ / "README.md"), page);
}

TEST_F(ResultsFolder, ReadmeGetsTheNamedRowsBetweenItsMarks) {
  const fs::path readme = folder_ / "FRONT.md";
  const std::string before =
      "# x\n<!-- results s1.resnet20.cifar10.wpc_a "
      "s1.lenet5.mnist -->\n";
  write_file(readme,
             std::string_view(before + "old\n<!-- /results -->\nend\n"));
  render_results(folder_, readme);
  const std::string text = read_text(readme);
  EXPECT_THAT(text, testing::StartsWith(before));
  EXPECT_THAT(text, testing::EndsWith("<!-- /results -->\nend\n"));
  EXPECT_THAT(text, HasSubstr("| wpc_a |"));
  EXPECT_THAT(text, HasSubstr("lenet5 on mnist"));
  EXPECT_THAT(text, Not(HasSubstr("density0.5")));
  EXPECT_THAT(text, Not(HasSubstr("weird")));
  EXPECT_THAT(text, Not(HasSubstr("old")));
  render_results(folder_, readme);
  EXPECT_EQ(read_text(readme), text);
}

TEST_F(ResultsFolder, ReadmeWithoutMarksIsAnErrorAndStays) {
  const fs::path readme = folder_ / "FRONT.md";
  write_file(readme, std::string_view("# x\n"));
  EXPECT_THROW(render_results(folder_, readme), Error);
  EXPECT_EQ(read_text(readme), "# x\n");
}

}  // namespace
}  // namespace triad::report
