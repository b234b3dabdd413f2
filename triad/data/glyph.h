#pragma once
// The pen movements behind the built-in digits.

#include <vector>

namespace triad::data {

struct Point {
  double x = 0, y = 0;  // unit square, y down
};

// A stroke is a smooth curve through its points; corners begin a new stroke.
using Stroke = std::vector<Point>;
using Glyph = std::vector<Stroke>;

// Ways to write `digit`, 0..9; at least three.
const std::vector<Glyph>& glyphs_of(int digit);

// A Catmull-Rom spline through `points`, `pieces` line pieces between
// neighbours. Two points give a straight line.
Stroke smooth(const Stroke& points, int pieces);

}  // namespace triad::data
