// Files of earlier versions stay readable, broken ones are refused with a
// reason, and no change of a byte can do more harm than that.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <optional>
#include <set>
#include <sstream>
#include <string>

#include "tests/describe.h"
#include "triad/base/error.h"
#include "triad/base/file.h"
#include "triad/base/random.h"
#include "triad/format/reader.h"
#include "triad/format/test_difference.h"
#include "triad/format/writer.h"

namespace triad::format {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::ThrowsMessage;

const fs::path kGolden = TRIAD_GOLDEN;

std::vector<fs::path> models(const fs::path& folder) {
  std::set<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".triad") paths.insert(entry.path());
  return {paths.begin(), paths.end()};
}

// By hand, as any reader may find it: the first field of the root table.
int version_of(std::span<const std::byte> bytes) {
  const auto read = [&]<typename T>(std::size_t place, T) {
    T value;
    std::memcpy(&value, &bytes[place], sizeof value);
    return value;
  };
  const auto root = read(0, std::uint32_t());
  const auto fields =
      std::size_t(std::int64_t(root) - read(root, std::int32_t()));
  return read(root + read(fields + 4, std::uint16_t()), std::uint16_t());
}

TEST(GoldenFiles, GoodOnesReadAsWritten) {
  ASSERT_GE(models(kGolden / "good").size(), 6u);
  for (const fs::path& path : models(kGolden / "good")) {
    fs::path words = path;
    words.replace_extension(".txt");
    EXPECT_EQ(describe(read_model(path)), read_text(words)) << path;
  }
}

TEST(GoldenFiles, GoodOnesSurviveWritingAgain) {
  for (const fs::path& path : models(kGolden / "good")) {
    const Model model = read_model(path);
    const Model again = read_model(model_bytes(model));
    EXPECT_EQ(difference(model.graph, again.graph), "") << path;
    EXPECT_EQ(model.metadata, again.metadata) << path;
  }
}

TEST(GoldenFiles, OlderReadersCanHaveWhatTheyKnow) {
  for (const char* name : {"lowered.triad", "hand_made.triad"}) {
    const auto bytes = model_bytes(read_model(kGolden / "good" / name));
    EXPECT_EQ(version_of(bytes), 1) << name;
  }
  EXPECT_EQ(version_of(read_file(kGolden / "good" / "functions.triad")), 2);
}

TEST(GoldenFiles, BrokenOnesAreRefusedWithTheirReason) {
  std::istringstream reasons(read_text(kGolden / "broken" / "reasons.tsv"));
  std::size_t count = 0;
  for (std::string name, reason;
       std::getline(std::getline(reasons, name, '\t'), reason); ++count) {
    const fs::path path = kGolden / "broken" / (name + ".triad");
    EXPECT_THAT([&] { read_model(path); },
                ThrowsMessage<Error>(testing::AllOf(
                    HasSubstr(path.string() + ": "), HasSubstr(reason),
                    testing::Not(HasSubstr("\n")))))
        << name;
  }
  EXPECT_EQ(count, models(kGolden / "broken").size());
}

// What is read from damaged bytes, if they are not refused, is a sound model:
// it can be written and read again.
std::optional<Model> read_or_refuse(std::span<const std::byte> bytes) {
  std::optional<Model> model;
  try {
    model = read_model(bytes);
  } catch (const Error&) {
    return {};
  }
  const Model again = read_model(model_bytes(*model));
  EXPECT_EQ(difference(model->graph, again.graph), "");
  return model;
}

// The last bytes may be padding, which nobody misses.
TEST(GoldenFiles, EveryTruncationIsRefusedOrTakesOnlyPadding) {
  for (const fs::path& path : models(kGolden / "good")) {
    const auto bytes = read_file(path);
    const Model whole = read_model(bytes);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const auto cut = std::span(bytes).first(size);
      const auto model = read_or_refuse(cut);
      EXPECT_FALSE(model && bytes.size() - size >= 4) << path << " at " << size;
      EXPECT_TRUE(!model || difference(model->graph, whole.graph).empty());
    }
  }
}

TEST(GoldenFiles, EveryByteFlipIsReadOrRefused) {
  for (const fs::path& path : models(kGolden / "good")) {
    auto bytes = read_file(path);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      const std::byte mask = std::byte(1 << i % 8);
      bytes[i] ^= mask;
      read_or_refuse(bytes);
      bytes[i] ^= mask;
    }
  }
}

// Several 32-bit words at a time become small numbers, ends of ranges or words
// from elsewhere: what offsets, lengths and counts fear.
TEST(GoldenFiles, ThousandsOfMutationsAreReadOrRefused) {
  constexpr std::uint32_t kWords[] = {
      0, 1, 4, 16, 0x7fffffff, 0x80000000, 0xffffffff, 0x00010000};
  const auto paths = models(kGolden / "good");
  for (std::uint64_t round = 0; round < 4000; ++round) {
    auto bytes = read_file(paths[round % paths.size()]);
    Random random(11, 0, round);
    const auto position = [&] {
      return random.below(std::uint32_t(bytes.size() / 4)) * 4;
    };
    for (std::uint32_t i = 0; i <= random.below(4); ++i) {
      std::uint32_t word = kWords[random.below(std::size(kWords))];
      if (random.below(2)) std::memcpy(&word, &bytes[position()], 4);
      std::memcpy(&bytes[position()], &word, 4);
    }
    read_or_refuse(bytes);
  }
}

}  // namespace
}  // namespace triad::format
