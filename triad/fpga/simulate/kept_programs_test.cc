#include "triad/fpga/simulate/kept_programs.h"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <thread>
#include <vector>

#include "triad/base/error.h"

namespace triad::fpga {
namespace {

namespace fs = std::filesystem;

// Below a folder of the test's own.
class KeptPrograms : public testing::Test {
 protected:
  void SetUp() override {
    const char* before = std::getenv("TMPDIR");
    before_ = before ? before : "";
    std::string name = testing::TempDir() + "/kept-XXXXXX";  // for mkdtemp
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    setenv("TMPDIR", name.c_str(), 1);
  }
  void TearDown() override {
    before_.empty() ? unsetenv("TMPDIR") : setenv("TMPDIR", before_.c_str(), 1);
    fs::remove_all(folder_);
  }
  // What lies in the folder of kept programs.
  std::vector<std::string> entries() const {
    std::vector<std::string> names;
    for (const auto& owner : fs::directory_iterator(folder_))
      for (const auto& entry : fs::directory_iterator(owner))
        names.push_back(entry.path().filename().string());
    return names;
  }

 private:
  fs::path folder_;
  std::string before_;
};

std::string key(int number) {
  const std::string digits = std::to_string(number);
  return std::string(32 - digits.size(), '0') + digits;
}

fs::path build(const fs::path& folder) {
  std::ofstream(folder / "made") << "program";
  return folder / "made";
}

TEST_F(KeptPrograms, InUseStayWhereOthersAreCleaned) {
  const KeptProgram held(key(0), build);
  const Scratch scratch;
  for (int i = 1; i < 20; ++i) KeptProgram(key(i), build);
  EXPECT_TRUE(fs::exists(held.path()));
  EXPECT_TRUE(fs::exists(scratch.folder()));
  EXPECT_EQ(entries().size(), 8u + 2u);
}

TEST_F(KeptPrograms, AreBuiltOnceByThoseThatWantThemAtOnce) {
  std::atomic<int> builds = 0;
  const auto slowly = [&](const fs::path& folder) {
    ++builds;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    return build(folder);
  };
  std::vector<std::thread> users;
  for (int i = 0; i < 6; ++i)
    users.emplace_back(
        [&] { EXPECT_TRUE(fs::exists(KeptProgram(key(1), slowly).path())); });
  for (std::thread& user : users) user.join();
  EXPECT_EQ(builds, 1);
}

TEST_F(KeptPrograms, OfKilledProcessesGoAtTheNextCleaning) {
  const pid_t child = fork();
  if (child == 0) {
    KeptProgram(key(1), [](const fs::path&) -> fs::path { _exit(0); });
    _exit(1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  EXPECT_EQ(entries().size(), 2u);  // the scratch folder and an empty entry
  const KeptProgram other(key(2), build);
  EXPECT_THAT(entries(), testing::ElementsAre(key(2)));
}

TEST_F(KeptPrograms, AreKeptOnlyIfTheyWereBuilt) {
  const auto breaks = [](const fs::path&) -> fs::path { fail("broken"); };
  EXPECT_THROW(KeptProgram(key(1), breaks), Error);
  EXPECT_TRUE(fs::exists(KeptProgram(key(1), build).path()));
}

}  // namespace
}  // namespace triad::fpga
