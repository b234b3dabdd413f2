#include "triad/fpga/cost/array_price.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "triad/base/error.h"
#include "triad/fpga/cost/test_network.h"

namespace triad::fpga {
namespace {

ArrayPrice priced(const ArraySettings& settings) {
  return price_array(every_stage(), settings, read_part("zynq_7020"), 100,
                     read_constants());
}

TEST(ArrayPrice, CyclesAreThoseOfTheProgram) {
  const ArrayPrice price = priced({});
  EXPECT_EQ(price.interval(), make_array_program(every_stage(), {}).cycles());
  EXPECT_EQ(price.rate(), 1e8 / double(price.interval()));
}

TEST(ArrayPrice, MorePesTakeFewerCyclesAndMoreLuts) {
  const ArrayPrice small = priced({.pes = 2, .lanes = 8}),
                   large = priced({.pes = 8, .lanes = 16});
  EXPECT_GT(small.interval(), large.interval());
  EXPECT_LT(small.total.lut, large.total.lut);
  EXPECT_LT(small.total.ff, large.total.ff);
}

TEST(ArrayPrice, OnlyWithDspItTakesDspBlocks) {
  EXPECT_EQ(priced({}).total.dsp, 0);
  EXPECT_GT(priced({.dsp = true}).total.dsp, 0);
}

TEST(ArrayPrice, ReportsAreThoseOfAPipelineButItsEnergy) {
  const ArrayPrice price = priced({});
  std::vector<std::string> names;
  std::int64_t cycles = 0;
  for (const Report& report : make_reports(price, read_constants())) {
    names.push_back(report.name);
    const auto json = nlohmann::json::parse(report.text);
    if (report.name == "network") {
      EXPECT_EQ(json["interval_cycles_exact"], price.interval());
    }
    if (report.name != "layer_cycles") continue;
    EXPECT_EQ(json.size(), price.program.steps.size());
    for (const auto& row : json) cycles += row["cycles"].get<std::int64_t>();
  }
  EXPECT_EQ(cycles, price.interval());
  EXPECT_THAT(names, testing::ElementsAre("layer_cycles", "layer_resources",
                                          "network", "instances"));
}

}  // namespace
}  // namespace triad::fpga
