#include "triad/fpga/simulate/process.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

namespace triad::fpga {
namespace {

namespace fs = std::filesystem;

// The files that a program finds open when it starts.
std::string open_files(const fs::path& folder) {
  return run_program({"sh", "-c", "ls /proc/self/fd"}, folder).output;
}

TEST(Process, NothingOfOneReachesAnother) {
  const fs::path folder = fs::path(testing::TempDir()) / "process_test";
  fs::remove_all(folder);
  fs::create_directories(folder);
  const std::string alone = open_files(folder);
  std::thread other([&] {
    run_program(
        {"sh", "-c", "touch began; while [ ! -e end ]; do sleep 0.01; done"},
        folder);
  });
  while (!fs::exists(folder / "began"))
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(open_files(folder), alone);
  std::ofstream(folder / "end").close();
  other.join();
  fs::remove_all(folder);
}

TEST(Process, SaysWhatItPrintedAndHowItEnded) {
  const Finished ran =
      run_program({"sh", "-c", "echo one; echo two >&2; exit 3"}, "/");
  EXPECT_EQ(ran.output, "one\ntwo\n");
  EXPECT_EQ(ran.code, 3);
}

}  // namespace
}  // namespace triad::fpga
