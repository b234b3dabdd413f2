#include "triad/graph/pool_window.h"

#include <gtest/gtest.h>

#include "triad/base/error.h"

namespace triad::graph {
namespace {

void expect_window(const PoolWindow& window, const PoolWindow& expected) {
  EXPECT_EQ(window.top, expected.top);
  EXPECT_EQ(window.left, expected.left);
  EXPECT_EQ(window.bottom, expected.bottom);
  EXPECT_EQ(window.right, expected.right);
  EXPECT_EQ(window.divisor, expected.divisor);
}

const Shape kPicture = {1, 6, 6};

TEST(PoolWindow, LiesWhereTheStrideSays) {
  const AveragePool pool{.kernel = {2, 3}, .stride = {2, 3}};
  expect_window(pool_window(pool, kPicture, 1, 1), {2, 3, 4, 6, 6});
}

TEST(PoolWindow, PaddingCountsOnlyWhereTheOpSaysSo) {
  AveragePool pool{.kernel = {3, 3}, .stride = {2, 2}, .padding = {1, 1, 1, 1}};
  pool.count_padding = true;
  expect_window(pool_window(pool, kPicture, 0, 0), {0, 0, 2, 2, 9});
  pool.count_padding = false;
  expect_window(pool_window(pool, kPicture, 0, 0), {0, 0, 2, 2, 4});
}

// PyTorch's ceil_mode lets the last window start inside and end outside; what
// lies beyond the padding is never divided by.
TEST(PoolWindow, WhatCeilModeAddsIsNeverDividedBy) {
  AveragePool pool{.kernel = {3, 3}, .stride = {2, 2}};
  pool.count_padding = true;
  expect_window(pool_window(pool, kPicture, 2, 0), {4, 0, 6, 3, 6});
}

TEST(PoolWindow, AMaximumSeesRealPixelsOnly) {
  const MaxPool pool{
      .kernel = {3, 3}, .stride = {2, 2}, .padding = {1, 1, 1, 1}};
  const PoolWindow corner = pool_window(pool, kPicture, 0, 0);
  EXPECT_EQ(corner.top, 0);
  EXPECT_EQ(corner.bottom, 2);
}

TEST(CommonDivisor, IsTheLeastCommonMultipleOfTheWindows) {
  AveragePool pool{.kernel = {3, 3}, .stride = {2, 2}, .padding = {1, 1, 1, 1}};
  pool.count_padding = false;  // windows of 4, 6 and 9 pixels
  EXPECT_EQ(common_divisor(pool, kPicture, {1, 3, 3}), 36);
  EXPECT_EQ(common_divisor(whole_picture(kPicture), kPicture, {1, 1, 1}), 36);
}

TEST(CommonDivisor, RefusesWhatNoIntegerSumCouldHold) {
  const Shape large = {1, 2000, 2000};
  EXPECT_THROW(common_divisor(whole_picture(large), large, {1, 1, 1}), Error);
}

}  // namespace
}  // namespace triad::graph
