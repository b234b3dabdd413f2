#include "triad/base/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <iterator>

#include "triad/base/error.h"

namespace triad {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

// A fresh folder for each test, removed at its end.
class Files : public testing::Test {
 protected:
  Files() {
    std::string name = testing::TempDir() + "triad_file_XXXXXX";  // of mkdtemp
    folder = ::mkdtemp(name.data());
  }
  ~Files() override { fs::remove_all(folder); }

  std::int64_t entries() const {
    return std::distance(fs::directory_iterator(folder),
                         fs::directory_iterator());
  }

  fs::path folder;
};

TEST_F(Files, RoundTripAnyBytes) {
  for (const std::size_t size : {0, 1, 4095, 4096, 100000}) {
    std::vector<std::byte> bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = std::byte(i * 7);
    write_file(folder / "bytes", bytes);
    EXPECT_EQ(read_file(folder / "bytes"), bytes);
  }
  EXPECT_EQ(entries(), 1) << "no temporary is left";
}

TEST_F(Files, AreReplacedWhole) {
  write_file(folder / "text", "a long first text");
  write_file(folder / "text", "short");
  EXPECT_EQ(read_text(folder / "text"), "short");
}

TEST_F(Files, MissingFoldersAreMade) {
  write_file(folder / "a/b/c", "text");
  append_line(folder / "d/e", "line");
  EXPECT_EQ(read_text(folder / "a/b/c"), "text");
  EXPECT_EQ(read_text(folder / "d/e"), "line\n");
}

TEST_F(Files, LinesAreAppended) {
  append_line(folder / "log", "one");
  append_line(folder / "log", "");
  append_line(folder / "log", "two");
  EXPECT_EQ(read_text(folder / "log"), "one\n\ntwo\n");
}

TEST_F(Files, MissingOnesAreNamed) {
  EXPECT_THAT([&] { read_file(folder / "absent"); },
              ThrowsMessage<Error>(
                  AllOf(HasSubstr("absent"), HasSubstr("No such file"))));
}

TEST_F(Files, AFolderIsNeitherReadNorWritten) {
  EXPECT_THROW(read_text(folder), Error);
  EXPECT_THROW(write_file(folder, "text"), Error);
  EXPECT_THROW(append_line(folder, "text"), Error);
  EXPECT_TRUE(fs::is_directory(folder));
}

TEST_F(Files, AFileInPlaceOfAFolderIsNamed) {
  write_file(folder / "file", "kept");
  EXPECT_THAT([&] { write_file(folder / "file/below", "text"); },
              ThrowsMessage<Error>(HasSubstr("file")));
  EXPECT_EQ(read_text(folder / "file"), "kept");
}

TEST_F(Files, DevicesAreNotReplaced) {
  EXPECT_THROW(write_file("/dev/null", "text"), Error);
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

TEST_F(Files, AFullDiskIsNamedWhenAppending) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  EXPECT_THAT([] { append_line("/dev/full", "line"); },
              ThrowsMessage<Error>(
                  AllOf(HasSubstr("/dev/full"), HasSubstr("No space left"))));
}

// A limit on the size of files fails in the middle of a write, as a full disk.
TEST_F(Files, AFailedWriteLeavesTheOldFileAndNoTemporary) {
  const fs::path path = folder / "model";
  write_file(path, "old");
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{1000, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  std::string message;
  try {
    write_file(path, std::string(5000, 'x'));
  } catch (const Error& error) {
    message = error.what();
  }
  ::setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_THAT(message, HasSubstr("File too large"));
  EXPECT_EQ(read_text(path), "old");
  EXPECT_EQ(entries(), 1);
}

TEST_F(Files, AFolderWithoutPermissionKeepsTheOldFile) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  write_file(folder / "model", "old");
  fs::permissions(folder, fs::perms::owner_read | fs::perms::owner_exec);
  EXPECT_THAT([&] { write_file(folder / "model", "new"); },
              ThrowsMessage<Error>(HasSubstr("Permission denied")));
  fs::permissions(folder, fs::perms::owner_all);
  EXPECT_EQ(read_text(folder / "model"), "old");
}

}  // namespace
}  // namespace triad
