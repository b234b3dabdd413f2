#include "triad/base/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace triad {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kBarWidth = 24;
constexpr auto kTerminalPause = std::chrono::milliseconds(100);
constexpr auto kPlainPause = std::chrono::seconds(10);

int terminal_width(std::FILE* stream) {
  winsize size{};
  if (::ioctl(::fileno(stream), TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
    return 80;
  return size.ws_col;
}

std::string to_rate(double rate) {
  return rate < 10 ? fmt::format("{:.2f}", rate) : fmt::format("{:.0f}", rate);
}

std::string bar(double share, int width) {
  const int full = int(share * width);
  return fmt::format("[{}{}]", std::string(std::size_t(full), '#'),
                     std::string(std::size_t(width - full), '.'));
}

}  // namespace

std::string to_clock(double seconds) {
  const auto all = std::int64_t(std::llround(std::clamp(seconds, 0.0, 3.6e8)));
  const std::int64_t hours = all / 3600, minutes = all / 60 % 60;
  if (hours > 0) return fmt::format("{}:{:02}:{:02}", hours, minutes, all % 60);
  return fmt::format("{}:{:02}", minutes, all % 60);
}

std::string to_line(const Progress& progress, int bar_width) {
  std::string line = progress.title;
  const bool bounded = progress.total > 0;
  if (bounded) {
    const double share =
        std::clamp(double(progress.done) / double(progress.total), 0.0, 1.0);
    if (bar_width > 0) line += fmt::format(" {}", bar(share, bar_width));
    line += fmt::format(" {:3}% {}/{} {}", int(100 * share), progress.done,
                        progress.total, progress.unit);
  } else {
    line += fmt::format(" {} {}", progress.done, progress.unit);
  }
  if (progress.done > progress.skipped && progress.elapsed_s > 0) {
    const double rate =
        double(progress.done - progress.skipped) / progress.elapsed_s;
    line += fmt::format(", {} {}/s", to_rate(rate), progress.unit);
    if (bounded && progress.done < progress.total) {
      const double left = double(progress.total - progress.done) / rate;
      line += fmt::format(", {} left", to_clock(left));
    } else {
      line += fmt::format(", {}", to_clock(progress.elapsed_s));
    }
  }
  if (!progress.note.empty()) line += ", " + progress.note;
  return line;
}

ProgressBar::ProgressBar(std::string title, std::int64_t total,
                         std::string unit, std::FILE* stream)
    : progress_{.title = std::move(title),
                .total = total,
                .unit = std::move(unit),
                .done = 0,
                .skipped = 0,
                .elapsed_s = 0.0,
                .note = {}},
      stream_(stream),
      terminal_(::isatty(::fileno(stream)) == 1),
      start_(Clock::now()),
      shown_(start_) {}

ProgressBar::~ProgressBar() {
  if (terminal_ && drawn_ && !finished_) std::fputc('\n', stream_);
}

void ProgressBar::advance(std::int64_t count) {
  progress_.done += count;
  if (finished_) return;
  const auto pause = Clock::now() - shown_;
  if (terminal_ ? pause >= kTerminalPause : pause >= kPlainPause) show();
}

void ProgressBar::skip(std::int64_t count) {
  progress_.done += count;
  progress_.skipped += count;
}

void ProgressBar::note(std::string text) { progress_.note = std::move(text); }

void ProgressBar::finish() {
  if (finished_) return;
  show();
  finished_ = true;
  if (terminal_) std::fputc('\n', stream_);
}

void ProgressBar::show() {
  shown_ = Clock::now();
  progress_.elapsed_s = std::chrono::duration<double>(shown_ - start_).count();
  drawn_ = true;
  if (terminal_) {
    // A line longer than the window would wrap and could not be redrawn.
    const auto room = std::size_t(std::max(1, terminal_width(stream_) - 1));
    const std::string line = to_line(progress_, kBarWidth).substr(0, room);
    fmt::print(stream_, "\r{}\033[K", line);
  } else {
    fmt::print(stream_, "{}\n", to_line(progress_, 0));
  }
  std::fflush(stream_);
}

}  // namespace triad
