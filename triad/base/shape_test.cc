#include "triad/base/shape.h"

#include <gtest/gtest.h>

#include "triad/base/error.h"

namespace triad {
namespace {

TEST(Shape, CountsElements) {
  EXPECT_EQ(element_count({}), 1);
  EXPECT_EQ(element_count({64, 3, 7, 7}), 9408);
  EXPECT_EQ(element_count({5, 0, 3}), 0);
  EXPECT_EQ(element_count({1 << 20, 1 << 20}), std::int64_t(1) << 40);
}

TEST(Shape, RefusesWhatNoMemoryHolds) {
  EXPECT_THROW(element_count({3, -1}), Error);
  EXPECT_THROW(element_count({0, -1}), Error);
  EXPECT_THROW(element_count({1 << 20, (1 << 20) + 1}), Error);
  EXPECT_THROW(element_count({INT64_MAX, INT64_MAX, 4}), Error);
}

TEST(Shape, PrintsInBrackets) {
  EXPECT_EQ(to_string(Shape{64, 3, 7, 7}), "[64, 3, 7, 7]");
  EXPECT_EQ(to_string(Shape{}), "[]");
}

}  // namespace
}  // namespace triad
