#include "triad/report/svg_plot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "triad/base/error.h"

namespace triad::report {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

int occurrences(const std::string& text, const std::string& part) {
  int count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos;
       at = text.find(part, at + 1))
    ++count;
  return count;
}

TEST(SvgPlot, TicksAreRoundAndInside) {
  EXPECT_THAT(ticks(0, 10, 5), ElementsAre(0, 2, 4, 6, 8, 10));
  EXPECT_THAT(ticks(88.1, 91.9, 4), ElementsAre(89, 90, 91));
  for (double high = 1e-7; high < 1e9; high *= 3.7) {
    const std::vector<double> values = ticks(-high / 3, high, 6);
    EXPECT_GE(values.size(), 3u);
    EXPECT_LE(values.size(), 9u);
    EXPECT_GE(values.front(), -high / 3 * 1.001);
    EXPECT_LE(values.back(), high * 1.001);
  }
}

TEST(SvgPlot, DrawsEverySeriesInItsForm) {
  const Plot plot{"a < b & c",
                  "x",
                  "y",
                  {{"points", {1, 2, 3}, {1, 2, 3}, Mark::kPoints},
                   {"line", {1, 2, 3}, {3, 2, 1}, Mark::kLine},
                   {"bars", {1, 2, 3}, {3, 2, -1}, Mark::kBars}}};
  const std::string svg = to_svg(plot);
  EXPECT_EQ(occurrences(svg, "<circle"), 3);
  EXPECT_EQ(occurrences(svg, "<polyline"), 1);
  EXPECT_EQ(occurrences(svg, "<rect"), 1 + 3 + 3);  // page, bars, legend
  EXPECT_THAT(svg, HasSubstr("a &lt; b &amp; c"));
  EXPECT_EQ(occurrences(svg, "nan"), 0);
  EXPECT_THAT(svg, testing::EndsWith("</svg>\n"));
}

TEST(SvgPlot, OnePointIsEnough) {
  for (const bool is_logarithmic : {false, true}) {
    Plot plot{"t", "x", "y", {{"", {5}, {7}, Mark::kLineAndPoints}}};
    plot.is_x_logarithmic = is_logarithmic;
    const std::string svg = to_svg(plot);
    EXPECT_EQ(occurrences(svg, "nan") + occurrences(svg, "inf"), 0) << svg;
  }
}

TEST(SvgPlot, RefusesWhatItCannotDraw) {
  EXPECT_THROW(to_svg({"t", "x", "y", {}}), Error);
  EXPECT_THROW(to_svg({"t", "x", "y", {{"a", {1, 2}, {1}}}}), Error);
  EXPECT_THROW(to_svg({"t", "x", "y", {{"a", {1}, {std::nan("")}}}}), Error);
  Plot plot{"t", "x", "y", {{"a", {0}, {1}}}};
  plot.is_x_logarithmic = true;
  EXPECT_THROW(to_svg(plot), Error);
}

TEST(Histogram, SharesAddUpToOneAndEndBinsTakeTheRest) {
  const std::vector<float> values = {-9, -0.9f, -0.1f, 0.1f, 0.2f, 1, 2, 99};
  const Series series = histogram("w", values, 4, -1, 1);
  EXPECT_THAT(series.x, ElementsAre(-0.75, -0.25, 0.25, 0.75));
  EXPECT_THAT(series.y, ElementsAre(0.25, 0.125, 0.25, 0.375));
  EXPECT_THROW(histogram("w", values, 0, -1, 1), Error);
  EXPECT_THROW(histogram("w", values, 4, 1, 1), Error);
}

}  // namespace
}  // namespace triad::report
