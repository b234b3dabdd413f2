#include "triad/base/nearest.h"

#include <gtest/gtest.h>

#include <vector>

namespace triad {
namespace {

TEST(Nearest, CountsEdits) {
  EXPECT_EQ(edit_distance("", ""), 0u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("lambda", "lamda"), 1u);
  EXPECT_EQ(edit_distance("bacth", "batch"), 1u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
}

TEST(Nearest, NamesTheNearestWord) {
  const std::vector<std::string> known = {"epochs", "batch", "learning_rate"};
  EXPECT_EQ(nearest("bach", known), "batch");
  EXPECT_EQ(nearest("learningrate", known), "learning_rate");
  EXPECT_EQ(nearest("epoch", known), "epochs");
  EXPECT_EQ(nearest("x", {}), "");
}

}  // namespace
}  // namespace triad
