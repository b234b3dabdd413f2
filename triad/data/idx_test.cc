#include "triad/data/idx.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <string>

#include "triad/base/error.h"
#include "triad/base/file.h"
#include "triad/base/random.h"

namespace triad::data {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using Bytes = std::vector<std::byte>;

Bytes to_bytes(const std::string& text) {
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  return {first, first + text.size()};
}

// An idx file of the given shape, values 0, 1, 2, ...
std::string make_idx(const Shape& shape) {
  std::string file{0, 0, 8, char(shape.size())};
  for (const std::int64_t size : shape)
    for (int shift = 24; shift >= 0; shift -= 8) file += char(size >> shift);
  for (std::int64_t i = 0; i < element_count(shape); ++i) file += char(i);
  return file;
}

std::string gzip(const std::string& text) {
  z_stream stream = {};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(text.size() + 100, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = uInt(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = uInt(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string error_of(const std::string& file) {
  try {
    parse_idx(to_bytes(file), "f.idx");
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Idx, ReadsPlainAndGzip) {
  const std::string file = make_idx({2, 3});
  for (const std::string& form : {file, gzip(file)}) {
    const Idx idx = parse_idx(to_bytes(form), "f");
    EXPECT_EQ(idx.shape, (Shape{2, 3}));
    EXPECT_THAT(idx.values, ElementsAre(0, 1, 2, 3, 4, 5));
  }
}

TEST(Idx, EveryTruncationIsAnErrorNamingTheFile) {
  const std::string file = make_idx({2, 3, 4});
  for (const std::string& whole : {file, gzip(file)})
    for (std::size_t size = 0; size < whole.size(); ++size)
      EXPECT_THAT(error_of(whole.substr(0, size)), HasSubstr("f.idx"));
}

TEST(Idx, RefusesOtherTypesAndTrailingBytes) {
  std::string file = make_idx({2});
  EXPECT_THAT(error_of(file + "x"), HasSubstr("more bytes"));
  EXPECT_THAT(error_of(gzip(file + "x")), HasSubstr("more bytes"));
  file[2] = 0x0d;  // float
  EXPECT_THAT(error_of(file), HasSubstr("unsigned bytes"));
  EXPECT_THAT(error_of("<html>not found</html>"),
              HasSubstr("got header 3c 68"));
}

TEST(Idx, RefusesHugeShapesWithoutAllocatingThem) {
  std::string file = make_idx({1, 1, 1, 1});
  for (int i = 4; i < 20; ++i) file[i] = '\x7f';
  EXPECT_THAT(error_of(file), HasSubstr("f.idx"));
  EXPECT_THAT(error_of(gzip(file)), HasSubstr("f.idx"));
  file = make_idx({1});
  file[4] = '\x70';  // 1.9e9 values promised
  EXPECT_THAT(error_of(file), HasSubstr("truncated"));
  EXPECT_THAT(error_of(gzip(file)), HasSubstr("truncated"));
}

TEST(Idx, SurvivesDamage) {
  const std::string plain = make_idx({4, 5, 6});
  for (const std::string& whole : {plain, gzip(plain)})
    for (std::uint64_t trial = 0; trial < 3000; ++trial) {
      Random random(1, whole.size(), trial);
      std::string file = whole;
      for (int i = 0; i < 3; ++i)
        file[random.below(std::uint32_t(file.size()))] =
            char(random.below(256));
      try {
        const Idx idx = parse_idx(to_bytes(file), "f");
        EXPECT_EQ(element_count(idx.shape), std::int64_t(idx.values.size()));
      } catch (const Error&) {
      }
    }
}

class IdxFolder : public testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(folder_);
    write("train-images-idx3-ubyte", make_idx({3, 2, 2}));
    write("train-labels-idx1-ubyte", make_idx({3}));
    write("t10k-images-idx3-ubyte.gz", gzip(make_idx({2, 2, 2})));
    write("t10k-labels-idx1-ubyte", make_idx({2}));
  }
  void TearDown() override { fs::remove_all(folder_); }
  void write(const std::string& name, const std::string& text) {
    write_file(folder_ / name, std::string_view(text));
  }
  std::string folder_error() {
    try {
      read_idx_folder(folder_);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }
  const fs::path folder_ =
      fs::path(testing::TempDir()) /
      (std::string("idx-") +
       testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(IdxFolder, ReadsPicturesAndLabels) {
  EXPECT_TRUE(is_idx_folder(folder_));
  const Splits splits = read_idx_folder(folder_);
  EXPECT_EQ(splits.train->count(), 3);
  EXPECT_EQ(splits.test->count(), 2);
  EXPECT_EQ(splits.train->picture_shape(), (Shape{1, 2, 2}));
  EXPECT_EQ(splits.train->label(2), 2);
  EXPECT_THAT(splits.train->picture(1).pixels, ElementsAre(4, 5, 6, 7));
  EXPECT_EQ(splits.train->classes().size(), 10u);
}

TEST_F(IdxFolder, MissingOrUnequalFilesAreNamed) {
  write("train-labels-idx1-ubyte", make_idx({2}));
  EXPECT_THAT(folder_error(), HasSubstr("as many labels as pictures"));
  fs::remove(folder_ / "train-labels-idx1-ubyte");
  EXPECT_THAT(folder_error(), HasSubstr("train-labels-idx1-ubyte"));
  write("train-labels-idx1-ubyte", make_idx({3, 1}));
  EXPECT_THAT(folder_error(), HasSubstr("1 dimensions"));
}

}  // namespace
}  // namespace triad::data
