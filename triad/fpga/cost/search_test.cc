#include "triad/fpga/cost/search.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "triad/base/error.h"
#include "triad/fpga/cost/test_network.h"

namespace triad::fpga {
namespace {

using testing::HasSubstr;

template <typename Call>
std::string error_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Search, TheBestThatFitsFitsAndIsFasterOnALargerPart) {
  const Constants constants = read_constants();
  Part part = read_part("zynq_7020");
  const Price large = search_budget(every_stage(), part, 100, constants);
  EXPECT_LE(tightest(large.uses).share(), 1);
  part.lut = 3 *
             std::int64_t(search_rate(every_stage(), part, 100, 100, constants)
                              .total.all_luts()) /
             2;
  const Price small = search_budget(every_stage(), part, 100, constants);
  EXPECT_LE(tightest(small.uses).share(), 1);
  EXPECT_GT(large.rate(), small.rate());
}

TEST(Search, ARateIsReachedWithNoMoreThanItNeeds) {
  const Constants constants = read_constants();
  const Part part = read_part("zynq_7020");
  const Price slow = search_rate(every_stage(), part, 100, 2000, constants);
  const Price fast = search_rate(every_stage(), part, 100, 30000, constants);
  EXPECT_GE(slow.rate(), 2000);
  EXPECT_GE(fast.rate(), 30000);
  EXPECT_LT(slow.total.all_luts(), fast.total.all_luts());
}

TEST(Search, WhatCannotBeSaysWhyAndByHowMuch) {
  const Constants constants = read_constants();
  Part part = read_part("artix7_35t");
  part.lut = 100;
  EXPECT_THAT(
      error_of([&] { search_budget(every_stage(), part, 100, constants); }),
      testing::AllOf(HasSubstr("Artix-7 35T"), HasSubstr("LUTs needed"),
                     HasSubstr("100 there"), HasSubstr("too many")));
  EXPECT_THAT(
      error_of([&] { search_rate(every_stage(), part, 100, 9e6, constants); }),
      HasSubstr(
          "every_stage: expected at most 43402 pictures/s at 100 MHz, "
          "those of the fastest folding (2304 cycles each), got 9000000"));
  EXPECT_THAT(
      error_of([&] { search_rate(every_stage(), part, 100, 0, constants); }),
      HasSubstr("above 0"));
}

TEST(Search, TheHighestRateItNamesCanBeReached) {
  const Constants constants = read_constants();
  Part part = read_part("zynq_7020");
  part.lut *= 100;
  part.ff *= 100;
  const std::string text =
      error_of([&] { search_rate(every_stage(), part, 100, 1e9, constants); });
  const std::string before = "at most ";
  const double rate = std::stod(text.substr(text.find(before) + before.size()));
  EXPECT_GE(search_rate(every_stage(), part, 100, rate, constants).rate(),
            rate);
  EXPECT_THAT(error_of([&] {
                search_rate(every_stage(), part, 100, rate * 1.1, constants);
              }),
              HasSubstr(text.substr(0, text.find(", got"))));
}

TEST(Search, ShapesThatDoNotDivideAreNamed) {
  Foldings foldings = kFoldings[0];
  foldings[3] = {3, 1, 3, 1};
  EXPECT_THAT(
      warnings(make_plan(every_stage(), foldings)),
      testing::ElementsAre(HasSubstr("conv3: 16 channels do not divide by 3"),
                           HasSubstr("conv3: 16 filters do not divide by 3")));
  EXPECT_TRUE(warnings(make_plan(every_stage(), kFoldings[0])).size() <= 1);
}

TEST(Search, AdviceNamesTheGroupsThatTheFoldingSkips) {
  const Price found = price(make_plan(every_stage(), kFoldings[0]),
                            read_part("zynq_7020"), 100, read_constants());
  const auto advice = advise(found);
  ASSERT_EQ(advice.size(), 4u);
  EXPECT_EQ(advice[1].layer, "conv2");
  EXPECT_EQ(advice[1].geometry, (encoding::PeGeometry{2, 4, 1}));
  EXPECT_LT(advice[1].density, 1);
  EXPECT_THAT(to_recipe(advice), HasSubstr("structure = \"pe_group\""));
}

TEST(Search, FinnGetsDivisors) {
  const auto json = nlohmann::json::parse(
      to_finn_config(make_plan(every_stage(), kFoldings[1])));
  EXPECT_EQ(json["MVAU_hls_0"]["PE"], 8);
  EXPECT_EQ(json["MVAU_hls_1"]["SIMD"], 8);
  EXPECT_EQ(json["MVAU_hls_3"]["PE"], 2);
  EXPECT_EQ(json["MVAU_hls_3"]["SIMD"], 4) << "6 lanes do not divide 16";
}

}  // namespace
}  // namespace triad::fpga
