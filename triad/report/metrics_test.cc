#include "triad/report/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "triad/base/error.h"
#include "triad/base/file.h"

namespace triad::report {
namespace {

namespace fs = std::filesystem;

class MetricsTest : public testing::Test {
 protected:
  void SetUp() override { fs::remove(path_); }
  void TearDown() override { fs::remove(path_); }
  const fs::path path_ =
      fs::path(testing::TempDir()) /
      (std::string("metrics.jsonl-") +
       testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(MetricsTest, ComeBackAsWritten) {
  const MetricsLine line = {12, {{"loss", 0.1 + 0.2}, {"density", 1}}};
  append_metrics(path_, line);
  append_metrics(path_, {13, {}});
  EXPECT_THAT(read_metrics(path_),
              testing::ElementsAre(line, MetricsLine{13, {}}));
}

TEST_F(MetricsTest, NotANumberIsNull) {
  append_metrics(path_, {1, {{"loss", std::nan("")}}});
  EXPECT_EQ(read_text(path_), "{\"step\":1,\"loss\":null}\n");
  EXPECT_TRUE(std::isnan(read_metrics(path_).at(0).values.at("loss")));
}

TEST_F(MetricsTest, TruncationKeepsTheResumedStepAndDropsWhatFollows) {
  for (int step = 1; step <= 5; ++step)
    append_metrics(path_, {step, {{"loss", 1.0 / step}}});
  const std::string cut = read_text(path_) + "{\"step\": 6, \"lo";
  write_file(path_, std::string_view(cut));
  truncate_metrics(path_, 3);
  const std::vector<MetricsLine> lines = read_metrics(path_);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines.back().values.at("loss"), 1.0 / 3);
}

TEST_F(MetricsTest, MissingFileIsEmpty) {
  EXPECT_TRUE(read_metrics(path_).empty());
  EXPECT_NO_THROW(truncate_metrics(path_, 1));
}

TEST_F(MetricsTest, DamageNamesTheLine) {
  write_file(path_, std::string_view("{\"step\":1}\n{\"stp\":2}\n"));
  try {
    read_metrics(path_);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr(path_.string() + ", line 2"));
  }
}

}  // namespace
}  // namespace triad::report
