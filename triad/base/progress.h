#pragma once
// Progress of long work: a bar with rate and time left on a terminal, plain
// lines (at most one every ten seconds) elsewhere. The only thing the library
// ever prints, and only when a tool asks for it.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>

namespace triad {

// What one line of progress says.
struct Progress {
  std::string title;       // "epoch 3/15"
  std::int64_t total = 0;  // 0 where unknown: no bar, no time left
  std::string unit;        // "images"
  std::int64_t done = 0;
  std::int64_t skipped = 0;  // of those done; they took no time
  double elapsed_s = 0.0;
  std::string note;  // "loss 0.31"
};

// "epoch 3/15  42% 21000/50000 images, 963 images/s, 0:30 left, loss 0.31";
// with a bar of `bar_width` characters after the title where that is above 0.
std::string to_line(const Progress& progress, int bar_width);

// Seconds as "0:05", "12:05" or "1:02:05".
std::string to_clock(double seconds);

// Not for use by several threads at once.
class ProgressBar {
 public:
  // `stream` stays open and belongs to the caller.
  ProgressBar(std::string title, std::int64_t total, std::string unit,
              std::FILE* stream = stderr);
  ~ProgressBar();  // ends the terminal's line where finish() was not reached
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void advance(std::int64_t count);
  void skip(std::int64_t count);  // done before, so no part of the rate
  void note(std::string text);  // shown behind the time, from the next line on
  void finish();                // shows the last state; later calls do nothing

 private:
  void show();

  Progress progress_;
  std::FILE* stream_;
  bool terminal_;
  bool drawn_ = false, finished_ = false;
  std::chrono::steady_clock::time_point start_, shown_;
};

}  // namespace triad
