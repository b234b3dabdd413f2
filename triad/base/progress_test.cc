#include "triad/base/progress.h"

#include <gtest/gtest.h>
#include <pty.h>
#include <unistd.h>

#include <algorithm>

namespace triad {
namespace {

Progress half_done() {
  return {.title = "epoch 3/15",
          .total = 50000,
          .unit = "images",
          .done = 25000,
          .elapsed_s = 25.0,
          .note = "loss 0.31"};
}

std::string content(std::FILE* file) {
  std::string text(10000, '\0');
  std::rewind(file);
  text.resize(std::fread(text.data(), 1, text.size(), file));
  return text;
}

TEST(ProgressLine, TellsRateAndTimeLeft) {
  EXPECT_EQ(to_line(half_done(), 0),
            "epoch 3/15  50% 25000/50000 images, 1000 images/s, 0:25 left, "
            "loss 0.31");
  EXPECT_EQ(to_line(half_done(), 8).substr(0, 21), "epoch 3/15 [####....]");
}

TEST(ProgressLine, TellsTheTimeTakenAtTheEnd) {
  Progress progress = half_done();
  progress.done = progress.total;
  EXPECT_EQ(to_line(progress, 0),
            "epoch 3/15 100% 50000/50000 images, 2000 images/s, 0:25, "
            "loss 0.31");
}

TEST(ProgressLine, CountsNoTimeForWhatWasSkipped) {
  Progress progress = half_done();
  progress.skipped = 20000;
  EXPECT_EQ(to_line(progress, 0),
            "epoch 3/15  50% 25000/50000 images, 200 images/s, 2:05 left, "
            "loss 0.31");
}

TEST(ProgressLine, HasNoBarWhereTheTotalIsUnknown) {
  Progress progress = half_done();
  progress.total = 0;
  progress.note.clear();
  EXPECT_EQ(to_line(progress, 8),
            "epoch 3/15 25000 images, 1000 images/s, 0:25");
}

TEST(ProgressLine, StandsBeforeAnythingIsDoneAndBeyondTheTotal) {
  Progress progress = half_done();
  progress.done = 0;
  EXPECT_EQ(to_line(progress, 4),
            "epoch 3/15 [....]   0% 0/50000 images, loss 0.31");
  progress.done = 60000;
  EXPECT_EQ(to_line(progress, 4).substr(0, 22), "epoch 3/15 [####] 100%");
}

TEST(ProgressLine, WritesTimesAsAClock) {
  EXPECT_EQ(to_clock(0.4), "0:00");
  EXPECT_EQ(to_clock(65), "1:05");
  EXPECT_EQ(to_clock(3725), "1:02:05");
  EXPECT_EQ(to_clock(-5), "0:00");
}

TEST(ProgressBar, WritesOnePlainLineForShortWorkOffATerminal) {
  std::FILE* file = std::tmpfile();
  ASSERT_NE(file, nullptr);
  {
    ProgressBar bar("read", 1000, "images", file);
    bar.note("good");
    for (int i = 0; i < 1000; ++i) bar.advance(1);
    bar.finish();
    bar.advance(1);
    bar.finish();
  }
  const std::string text = content(file);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
  EXPECT_NE(text.find("1000/1000 images"), std::string::npos);
  EXPECT_NE(text.find("good"), std::string::npos);
  EXPECT_EQ(text.find('\033'), std::string::npos);
  std::fclose(file);
}

TEST(ProgressBar, SaysNothingWhenAbandonedOffATerminal) {
  std::FILE* file = std::tmpfile();
  ASSERT_NE(file, nullptr);
  { ProgressBar(std::string("read"), 10, "images", file).advance(3); }
  EXPECT_EQ(content(file), "");
  std::fclose(file);
}

// A line longer than the window would wrap and fill the screen.
TEST(ProgressBar, RedrawsOneLineNoWiderThanTheTerminal) {
  int ours = -1, theirs = -1;
  const winsize size{
      .ws_row = 24, .ws_col = 30, .ws_xpixel = 0, .ws_ypixel = 0};
  if (::openpty(&ours, &theirs, nullptr, nullptr, &size) != 0)
    GTEST_SKIP() << "no pseudo-terminal here";
  std::FILE* terminal = ::fdopen(theirs, "w");
  {
    ProgressBar bar("a title of some length", 10, "images", terminal);
    bar.advance(10);
    bar.finish();
    std::fflush(terminal);
  }
  // The terminal may hand the line over in pieces.
  std::string text;
  char piece[100];
  while (!text.ends_with('\n')) {
    const ssize_t count = ::read(ours, piece, sizeof piece);
    if (count <= 0) break;
    text.append(piece, std::size_t(count));
  }
  std::fclose(terminal);
  ::close(ours);
  EXPECT_EQ(text, "\ra title of some length [#####\033[K\r\n");
}

}  // namespace
}  // namespace triad
