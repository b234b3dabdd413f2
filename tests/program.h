#pragma once
// Runs the built tool as a user does, and gives back what it said.

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace triad {

struct Answer {
  int code = -1;  // exit code; 128 + signal where one ended it
  std::string out, err;
};

struct ProgramSettings {
  // Files the program writes may not grow beyond this: a full disk to it.
  // 0: no limit.
  long file_bytes = 0;
  std::vector<std::string> environment;  // "NAME=value"; "NAME" unsets
  // Ctrl-C comes as soon as this file exists; empty: never.
  std::filesystem::path interrupt_at;
};

// `arguments` without the program's own name.
Answer run_triad(const std::vector<std::string>& arguments,
                 const ProgramSettings& settings = {});

// A test with a folder of its own, removed at its end.
class TestFolder : public testing::Test {
 protected:
  TestFolder() { std::filesystem::create_directories(folder_); }
  ~TestFolder() override { std::filesystem::remove_all(folder_); }
  std::string path(const std::string& name) const { return folder_ / name; }

  const std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) /
      testing::UnitTest::GetInstance()->current_test_info()->name();
};

}  // namespace triad
