#pragma once
// Plots as SVG text: lines, points, bars and steps on linear or logarithmic
// axes.

#include <span>
#include <string>
#include <vector>

namespace triad::report {

enum class Mark { kLine, kPoints, kLineAndPoints, kBars, kSteps };

struct Series {
  std::string name;          // in the legend; empty: not there
  std::vector<double> x, y;  // as long as each other; bars and steps: x at the
                             // centre, evenly spaced
  Mark mark = Mark::kLine;
};

struct Plot {
  std::string title, x_label, y_label;
  std::vector<Series> series;
  bool is_x_logarithmic = false;
  int width = 760, height = 440;  // pixels
};

// A whole SVG file. Series get colours that colour-blind readers can tell
// apart, in order. Throws Error naming the series if its x and y differ in
// length, a value is not finite, or a logarithmic x is not above 0; and if
// there is no value at all.
std::string to_svg(const Plot& plot);

// Counts of `values` in `bins` equal intervals of [low, high], as shares of all
// values; values outside fall into the end bins. Throws Error if bins < 1 or
// low >= high.
Series histogram(std::string name, std::span<const float> values, int bins,
                 double low, double high, Mark mark = Mark::kSteps);

// Round numbers (1, 2 or 5 times a power of ten apart) within [low, high],
// about `count` of them.
std::vector<double> ticks(double low, double high, int count);

}  // namespace triad::report
