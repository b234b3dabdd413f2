#pragma once
// One axis of a plot: from values to pixels, and the marks along it.

#include <string>
#include <vector>

namespace triad::report {

class Axis {
 public:
  // Covers [low, high], widened to a round margin; pixel_low is where `low`
  // lies.
  Axis(double low, double high, double pixel_low, double pixel_high,
       bool is_logarithmic);

  double pixel(double value) const;
  std::vector<double> marks(int count) const;

 private:
  double position(double value) const;  // on the linear scale

  double low_, high_, pixel_low_, pixel_high_;
  bool is_logarithmic_;
};

// The shortest text: "0.05", "20", "1e-06".
std::string tick_text(double value);

}  // namespace triad::report
