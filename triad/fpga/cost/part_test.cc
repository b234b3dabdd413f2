#include "triad/fpga/cost/part.h"

#include <gmock/gmock.h>

#include "triad/base/error.h"
#include "triad/fpga/cost/constants.h"

namespace triad::fpga {
namespace {

using testing::Contains;
using testing::HasSubstr;

std::string error_of(const std::string& text) {
  try {
    parse_part(text, "mine.toml");
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

std::string zynq() { return std::string(constant_file("parts/zynq_7020")); }

std::string replaced(std::string from, std::string to) {
  std::string text = zynq();
  text.replace(text.find(from), from.size(), to);
  return text;
}

TEST(Part, EveryFileUnderPartsIsRead) {
  EXPECT_THAT(part_names(), Contains("ice40_hx8k"));
  for (const std::string& name : part_names())
    EXPECT_GT(read_part(name).lut, 0) << name;
  EXPECT_EQ(read_part("zynq_7020").dsp, 220);
}

TEST(Part, AFileThatIsWrongIsRefusedByNameAndKey) {
  EXPECT_THAT(error_of(replaced("lut = ", "luts = ")),
              HasSubstr("mine.toml: lut: missing"));
  EXPECT_THAT(error_of(replaced("mark = ", "size = 3\nmark = ")),
              HasSubstr("mine.toml: size: unknown key"));
  EXPECT_THAT(error_of(replaced("bits = ", "depth = 3\nbits = ")),
              HasSubstr("mine.toml: block_ram: depth: unknown key"));
  EXPECT_THAT(error_of(replaced("lut = 53200", "lut = -1")),
              HasSubstr("mine.toml: lut: expected a whole number"));
  EXPECT_THAT(error_of(replaced("lut = 53200", "lut = 0")),
              HasSubstr("mine.toml: lut: expected"));
  EXPECT_THAT(error_of(replaced("\"xc7\"", "\"cyclone\"")),
              HasSubstr("family: expected one of xc7"));
  EXPECT_THAT(error_of(replaced("clock_mhz = 100", "clock_mhz = nan")),
              HasSubstr("clock_mhz"));
  EXPECT_THAT(error_of("lut = ["), HasSubstr("mine.toml:1"));
  EXPECT_THAT(error_of(""), HasSubstr("name: missing"));
}

TEST(Part, AnUnknownOneNamesThoseThereAre) {
  EXPECT_THROW(
      {
        try {
          read_part("virtex");
        } catch (const Error& error) {
          EXPECT_THAT(error.what(), HasSubstr("zynq_7020"));
          throw;
        }
      },
      Error);
  EXPECT_THROW(read_part("nowhere.toml"), Error);
}

TEST(Part, BlockRamsFollowTheRuleOfFinn) {
  const BlockRam ram = read_part("zynq_7020").block_ram;
  EXPECT_EQ(block_rams(ram, 512, 36), 1);
  EXPECT_EQ(block_rams(ram, 513, 36), 2);
  EXPECT_EQ(block_rams(ram, 1024, 138), 8);  // 4 PEs of 16 lanes
  EXPECT_EQ(block_rams(ram, 16384, 1), 1);
  EXPECT_EQ(block_rams(read_part("ice40_hx8k").block_ram, 1024, 138), 35);
}

}  // namespace
}  // namespace triad::fpga
