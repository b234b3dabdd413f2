#include "triad/report/svg_plot.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "triad/base/error.h"
#include "triad/report/axis.h"

namespace triad::report {
namespace {

// Paul Tol's "bright" scheme: distinct in every kind of colour vision and in
// print.
constexpr std::array<const char*, 7> kColours = {
    "#4477aa", "#ee6677", "#228833", "#ccbb44",
    "#66ccee", "#aa3377", "#777777"};

constexpr double kLeft = 68, kTop = 48, kBottom = 56, kRight = 20;
constexpr double kLetter = 6.6;  // mean width of a legend letter, pixels

struct Bounds {
  double low_x, high_x, low_y, high_y;
};

struct Frame {
  double left, top, right, bottom;
};

bool stands_on_zero(Mark mark) {
  return mark == Mark::kBars || mark == Mark::kSteps;
}

std::string escape(const std::string& text) {
  std::string out;
  for (const char c : text) switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  return out;
}

void check(const Plot& plot) {
  bool has_values = false;
  for (const Series& series : plot.series) {
    require(series.x.size() == series.y.size(),
            "plot \"{}\", series \"{}\": expected as many y as x, got {} and "
            "{}",
            plot.title, series.name, series.y.size(), series.x.size());
    for (std::size_t i = 0; i < series.x.size(); ++i)
      require(std::isfinite(series.x[i]) && std::isfinite(series.y[i]) &&
                  (!plot.is_x_logarithmic || series.x[i] > 0),
              "plot \"{}\", series \"{}\": cannot draw the point {}, {}",
              plot.title, series.name, series.x[i], series.y[i]);
    has_values |= !series.x.empty();
  }
  require(has_values, "plot \"{}\": expected at least one value", plot.title);
}

double bin_width(const Series& series) {
  return series.x.size() > 1 ? series.x[1] - series.x[0] : 1;
}

Bounds bounds_of(const Plot& plot) {
  Bounds b = {HUGE_VAL, -HUGE_VAL, HUGE_VAL, -HUGE_VAL};
  bool has_floor = false;
  for (const Series& series : plot.series) {
    const double reach =
        stands_on_zero(series.mark) ? bin_width(series) / 2 : 0;
    has_floor |= stands_on_zero(series.mark);
    for (std::size_t i = 0; i < series.x.size(); ++i) {
      b.low_x = std::min(b.low_x, series.x[i] - reach);
      b.high_x = std::max(b.high_x, series.x[i] + reach);
      b.low_y = std::min(b.low_y, series.y[i]);
      b.high_y = std::max(b.high_y, series.y[i]);
    }
  }
  if (has_floor) b.low_y = std::min(b.low_y, 0.0);
  // A margin, so that no point lies on the frame.
  const double room = 0.06 * (b.high_y - b.low_y);
  b.high_y += room;
  if (!has_floor) b.low_y -= room;
  if (plot.is_x_logarithmic) {
    const double factor = std::pow(b.high_x / b.low_x, 0.04);
    b.low_x /= factor, b.high_x *= factor;
  } else if (!has_floor) {
    const double side = 0.04 * (b.high_x - b.low_x);
    b.low_x -= side, b.high_x += side;
  }
  return b;
}

double legend_width(const Plot& plot) {
  std::size_t letters = 0;
  for (const Series& series : plot.series)
    letters = std::max(letters, series.name.size());
  return letters == 0 ? 0 : 36 + kLetter * double(letters);
}

std::string text(double x, double y, const char* attributes,
                 const std::string& words) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" {}>{}</text>\n", x, y,
                     attributes, escape(words));
}

std::string line(double x1, double y1, double x2, double y2,
                 const char* colour) {
  return fmt::format(
      "<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" "
      "stroke=\"{}\"/>\n",
      x1, y1, x2, y2, colour);
}

std::string draw_axes(const Plot& plot, const Frame& f, const Axis& x,
                      const Axis& y) {
  constexpr const char *kGrid = "#e4e4e4", *kInk = "#444444";
  std::string svg;
  for (const double value : y.marks(6)) {
    const double at = y.pixel(value);
    svg += line(f.left, at, f.right, at, kGrid);
    svg += text(f.left - 8, at + 4, "text-anchor=\"end\"", tick_text(value));
  }
  for (const double value : x.marks(8)) {
    const double at = x.pixel(value);
    svg += line(at, f.top, at, f.bottom, kGrid);
    svg += text(at, f.bottom + 18, "text-anchor=\"middle\"", tick_text(value));
  }
  svg += line(f.left, f.bottom, f.right, f.bottom, kInk);
  svg += line(f.left, f.top, f.left, f.bottom, kInk);
  const double middle = (f.left + f.right) / 2;
  svg += text(middle, f.bottom + 42, "text-anchor=\"middle\"", plot.x_label);
  svg += text(f.left, 26, "font-size=\"16\" font-weight=\"600\"", plot.title);
  const double centre = (f.top + f.bottom) / 2;
  svg += fmt::format(
      "<text transform=\"translate(18 {:.1f}) rotate(-90)\" "
      "text-anchor=\"middle\">{}</text>\n",
      centre, escape(plot.y_label));
  return svg;
}

std::string draw_line(const Series& s, const Axis& x, const Axis& y,
                      const char* colour) {
  std::string points;
  for (std::size_t i = 0; i < s.x.size(); ++i)
    points += fmt::format("{:.1f},{:.1f} ", x.pixel(s.x[i]), y.pixel(s.y[i]));
  return fmt::format(
      "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" "
      "stroke-width=\"2\" stroke-linejoin=\"round\"/>\n",
      points, colour);
}

std::string draw_points(const Series& s, const Axis& x, const Axis& y,
                        const char* colour) {
  std::string svg;
  for (std::size_t i = 0; i < s.x.size(); ++i)
    svg += fmt::format(
        "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4\" fill=\"{}\" "
        "stroke=\"white\"/>\n",
        x.pixel(s.x[i]), y.pixel(s.y[i]), colour);
  return svg;
}

std::string draw_bars(const Series& s, const Axis& x, const Axis& y,
                      const char* colour) {
  const double half = bin_width(s) / 2;
  std::string svg;
  for (std::size_t i = 0; i < s.x.size(); ++i) {
    const double left = x.pixel(s.x[i] - half), right = x.pixel(s.x[i] + half);
    const double top = y.pixel(std::max(s.y[i], 0.0));
    const double bottom = y.pixel(std::min(s.y[i], 0.0));
    svg += fmt::format(
        "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" "
        "fill=\"{}\" stroke=\"white\" stroke-width=\"0.5\"/>\n",
        left, top, right - left, bottom - top, colour);
  }
  return svg;
}

std::string draw_steps(const Series& s, const Axis& x, const Axis& y,
                       const char* colour) {
  if (s.x.empty()) return "";
  const double half = bin_width(s) / 2;
  std::string points =
      fmt::format("{:.1f},{:.1f} ", x.pixel(s.x.front() - half), y.pixel(0));
  for (std::size_t i = 0; i < s.x.size(); ++i)
    points +=
        fmt::format("{:.1f},{:.1f} {:.1f},{:.1f} ", x.pixel(s.x[i] - half),
                    y.pixel(s.y[i]), x.pixel(s.x[i] + half), y.pixel(s.y[i]));
  points +=
      fmt::format("{:.1f},{:.1f}", x.pixel(s.x.back() + half), y.pixel(0));
  return fmt::format(
      "<polyline points=\"{}\" fill=\"{}\" fill-opacity=\"0.18\" "
      "stroke=\"{}\" stroke-width=\"1.5\"/>\n",
      points, colour, colour);
}

std::string draw_series(const Series& s, const Axis& x, const Axis& y,
                        const char* colour) {
  switch (s.mark) {
    case Mark::kLine:
      return draw_line(s, x, y, colour);
    case Mark::kPoints:
      return draw_points(s, x, y, colour);
    case Mark::kLineAndPoints:
      return draw_line(s, x, y, colour) + draw_points(s, x, y, colour);
    case Mark::kBars:
      return draw_bars(s, x, y, colour);
    case Mark::kSteps:
      return draw_steps(s, x, y, colour);
  }
  return "";
}

const char* colour_of(std::size_t index) {
  return kColours[index % kColours.size()];
}

std::string draw_legend(const Plot& plot, double left, double top) {
  std::string svg;
  for (std::size_t i = 0; i < plot.series.size(); ++i) {
    if (plot.series[i].name.empty()) continue;
    svg += fmt::format(
        "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"14\" height=\"4\" rx=\"2\" "
        "fill=\"{}\"/>\n",
        left, top - 6, colour_of(i));
    svg += text(left + 20, top, "", plot.series[i].name);
    top += 20;
  }
  return svg;
}

}  // namespace

std::string to_svg(const Plot& plot) {
  check(plot);
  const double legend = legend_width(plot);
  const Frame f = {kLeft, kTop, plot.width - kRight - legend,
                   plot.height - kBottom};
  const Bounds b = bounds_of(plot);
  const Axis x(b.low_x, b.high_x, f.left, f.right, plot.is_x_logarithmic);
  const Axis y(b.low_y, b.high_y, f.bottom, f.top, false);
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" "
      "viewBox=\"0 0 {0} {1}\" font-family=\"system-ui, Helvetica, Arial, "
      "sans-serif\" font-size=\"12\" fill=\"#222222\">\n"
      "<rect width=\"{0}\" height=\"{1}\" fill=\"white\"/>\n",
      plot.width, plot.height);
  svg += draw_axes(plot, f, x, y);
  for (std::size_t i = 0; i < plot.series.size(); ++i)
    svg += draw_series(plot.series[i], x, y, colour_of(i));
  svg += draw_legend(plot, f.right + 16, f.top + 12);
  return svg + "</svg>\n";
}

Series histogram(std::string name, std::span<const float> values, int bins,
                 double low, double high, Mark mark) {
  require(bins >= 1 && low < high,
          "histogram \"{}\": expected bins >= 1 and low < high, got {}, {}, {}",
          name, bins, low, high);
  Series series{std::move(name), {}, std::vector<double>(bins, 0.0), mark};
  const double width = (high - low) / bins;
  for (int i = 0; i < bins; ++i) series.x.push_back(low + (i + 0.5) * width);
  for (const float value : values) {
    const double bin = std::floor((value - low) / width);
    series.y[std::size_t(std::clamp(bin, 0.0, double(bins - 1)))] +=
        1.0 / double(values.size());
  }
  return series;
}

}  // namespace triad::report
