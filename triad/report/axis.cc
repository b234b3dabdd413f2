#include "triad/report/axis.h"

#include <fmt/format.h>

#include <cmath>

#include "triad/report/svg_plot.h"

namespace triad::report {

Axis::Axis(double low, double high, double pixel_low, double pixel_high,
           bool is_logarithmic)
    : pixel_low_(pixel_low),
      pixel_high_(pixel_high),
      is_logarithmic_(is_logarithmic) {
  low_ = position(low);
  high_ = position(high);
  if (low_ == high_) {  // a single value lies in the middle
    const double room = low_ == 0 ? 1 : 0.1 * std::abs(low_);
    low_ -= room;
    high_ += room;
  }
}

double Axis::position(double value) const {
  return is_logarithmic_ ? std::log10(value) : value;
}

double Axis::pixel(double value) const {
  return pixel_low_ +
         (position(value) - low_) / (high_ - low_) * (pixel_high_ - pixel_low_);
}

std::vector<double> Axis::marks(int count) const {
  if (!is_logarithmic_) return ticks(low_, high_, count);
  const double low = std::pow(10, low_), high = std::pow(10, high_);
  // Over less than a decade round steps read better than 1, 2, 5.
  if (high < 10 * low) return ticks(low, high, count);
  std::vector<double> all;
  for (double decade = std::floor(low_); decade <= high_; ++decade)
    for (const double digit : {1.0, 2.0, 5.0}) {
      const double value = digit * std::pow(10, decade);
      if (value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9))
        all.push_back(value);
    }
  return all;
}

std::string tick_text(double value) {
  return fmt::format("{:.6g}", value == 0 ? 0.0 : value);  // no "-0"
}

std::vector<double> ticks(double low, double high, int count) {
  const double rough = (high - low) / count;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double digit : {5.0, 2.0, 1.0})
    if (digit * power >= 0.7 * rough) step = digit * power;
  std::vector<double> values;
  const double slack = 1e-9 * (high - low);
  for (double i = std::ceil((low - slack) / step); i * step <= high + slack;
       ++i)
    values.push_back(i * step);
  return values;
}

}  // namespace triad::report
