#include "triad/report/event_file.h"

#include <gtest/gtest.h>

#include <string>

#include "triad/base/error.h"
#include "triad/base/file.h"

namespace triad::report {
namespace {

using namespace std::string_literals;
namespace fs = std::filesystem;

// RFC 3720, appendix B.4, and the usual check value.
TEST(EventFile, Crc32cMatchesPublishedValues) {
  EXPECT_EQ(crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62a8ab43u);
  EXPECT_EQ(crc32c(""), 0u);
}

TEST(EventFile, ScalarHasTheBytesOfProtobuf) {
  EXPECT_EQ(encode_scalar("loss", 3, 0.5, 1.5),
            "\x09\x00\x00\x00\x00\x00\x00\xf8\x3f"  // wall_time = 1.5
            "\x10\x03"                              // step = 3
            "\x2a\x0d\x0a\x0b"                      // summary { value {
            "\x0a\x04loss"                          //   tag
            "\x15\x00\x00\x00\x3f"s);               //   simple_value = 0.5
  EXPECT_EQ(encode_scalar("a", 300, 0, 0).substr(9, 3), "\x10\xac\x02");
}

TEST(EventFile, FrameHasLengthAndMaskedChecksums) {
  const std::string frame = frame_record("abc");
  ASSERT_EQ(frame.size(), 8 + 4 + 3 + 4u);
  EXPECT_EQ(frame.substr(0, 8), "\x03\0\0\0\0\0\0\0"s);
  EXPECT_EQ(frame.substr(12, 3), "abc");
  // crc32c("abc") = 0x364b3fb7; rotated right by 15, plus 0xa282ead8.
  const std::uint32_t crc = 0x364b3fb7u;
  const std::uint32_t masked = ((crc >> 15) | (crc << 17)) + 0xa282ead8u;
  for (int i = 0; i < 4; ++i)
    EXPECT_EQ(std::uint8_t(frame[15 + i]), std::uint8_t(masked >> (8 * i)));
}

class EventFolder : public testing::Test {
 protected:
  void SetUp() override { fs::remove_all(folder_); }
  void TearDown() override { fs::remove_all(folder_); }
  const fs::path folder_ =
      fs::path(testing::TempDir()) /
      (std::string("events-") +
       testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(EventFolder, StartsWithTheVersionAndAppendsScalars) {
  EventFile file(folder_, 1700000000.5);
  EXPECT_EQ(file.path().filename(), "events.out.tfevents.1700000000.triad");
  const std::string start = read_text(file.path());
  EXPECT_NE(start.find("brain.Event:2"), std::string::npos);
  file.write_scalar("loss", 7, 0.25, 1700000001);
  EXPECT_EQ(read_text(file.path()),
            start + frame_record(encode_scalar("loss", 7, 0.25, 1700000001)));
}

TEST_F(EventFolder, ResumedRunOpensASecondFileAndSaysWhereItGoesOn) {
  const EventFile first(folder_, 1);
  const EventFile second(folder_, 1, 41);
  EXPECT_NE(first.path(), second.path());
  const std::string text = read_text(second.path());
  EXPECT_NE(text.find("\x10\x2a\x3a\x02\x08\x01"), std::string::npos);
}

TEST_F(EventFolder, FolderThatCannotBeMadeIsAnError) {
  write_file(folder_, std::string_view("a file"));
  EXPECT_THROW(EventFile(folder_, 1), Error);
}

}  // namespace
}  // namespace triad::report
